import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PropertyValues, TemplateResult } from "lit";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import { PATHS } from "../../../shared/paths.ts";
import { Action } from "../action.ts";
import { ConsolePart, renderProblem } from "../console-part.ts";
import { renderListedDelivery } from "../deliveries.ts";
import { PAGE, renderFilters, renderList, renderSelect } from "../list-parts.ts";
import { PagedLoader } from "../paged-loader.ts";
import { DELIVERY_WORDS } from "../words/states.ts";

const STATUSES = Object.entries(DELIVERY_WORDS).map(([status, [word]]) => [status, word] as const);

/** Webhooks, newest first, by the filters that the address holds, each with a way to send it again. */
export class ConsoleWebhooks extends ConsolePart {
  static override properties = { ...ConsolePart.properties, query: { attribute: false } };

  declare query: Record<string, string>;
  readonly #list = new PagedLoader<WebhookDelivery>(this, (after) =>
    this.client.get(PATHS.webhookDeliveries, { ...this.query, limit: PAGE, after }),
  );
  readonly #action = new Action(this, () => void this.#list.reload());

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("query")) return;
    this.#action.forget();
    void this.#list.loadFirst();
  }

  protected override render(): TemplateResult {
    const { problem, said } = this.#action;
    return html`<h1>Webhooks</h1>
      ${renderFilters("webhooks", renderSelect("Status", "status", STATUSES, this.query["status"]))}
      ${renderProblem(problem)}
      <p class="small muted" role="status">${said}</p>
      ${renderList(this.#list, this.query, (deliveries) =>
        repeat(
          deliveries,
          ({ id }) => id,
          (delivery) => renderListedDelivery(delivery, this.#action),
        ),
      )}`;
  }
}
