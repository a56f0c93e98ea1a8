import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import { PAYMENT_STATES, SESSION_STATUSES } from "../../../shared/states.ts";
import { ConsolePart } from "../console-part.ts";
import { PAGE, renderFilters, renderList, renderSelect } from "../list-parts.ts";
import { PagedLoader } from "../paged-loader.ts";
import { renderPaymentRow, renderSessionRow } from "../rows.ts";
import type { ListedPayment } from "../rows.ts";
import { PAYMENT_WORDS, SESSION_WORDS } from "../words/states.ts";

type Listed = ListedPayment | CheckoutSession;

/** Payments or sessions, newest first, by the filters that the address holds. */
export class ConsoleList extends ConsolePart {
  static override properties = {
    ...ConsolePart.properties,
    section: { attribute: false },
    query: { attribute: false },
  };

  declare section: "payments" | "sessions";
  declare query: Record<string, string>;
  readonly #list = new PagedLoader<Listed>(this, (after) =>
    this.client.get(PATHS[this.section], { ...this.query, limit: PAGE, after }),
  );

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("section") || changed.has("query")) void this.#list.loadFirst();
  }

  protected override render(): TemplateResult {
    return html`<h1>${this.section === "payments" ? "Payments" : "Sessions"}</h1>
      ${renderFilters(this.section, this.#renderFields())}
      ${renderList(this.#list, this.query, (items) =>
        repeat(
          items,
          ({ id }) => id,
          (item) => ("status" in item ? renderSessionRow(item) : renderPaymentRow(item, this.gateways)),
        ),
      )}`;
  }

  #renderFields(): TemplateResult {
    const isPayments = this.section === "payments";
    const states = isPayments
      ? PAYMENT_STATES.map((state) => [state, PAYMENT_WORDS[state][0]] as const)
      : SESSION_STATUSES.map((status) => [status, SESSION_WORDS[status][0]] as const);
    const { query } = this;
    const name = isPayments ? "state" : "status";
    const gateways = this.gateways.map(({ id, label }) => [id, label] as const);
    return html`${renderSelect(isPayments ? "State" : "Status", name, states, query[name])}
      ${renderSelect("Gateway", "gateway", gateways, query["gateway"])}
      <label>From <input type="date" name="createdFrom" .value=${query["createdFrom"] ?? ""} /></label>
      <label>Before <input type="date" name="createdBefore" .value=${query["createdBefore"] ?? ""} /></label>
      <label class="check">
        <input type="checkbox" name="attention" value="true" .checked=${query["attention"] === "true"} />
        Needs attention
      </label>`;
  }
}
