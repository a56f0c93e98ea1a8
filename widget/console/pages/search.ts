import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import { ConsolePart, renderProblem, renderSkeleton } from "../console-part.ts";
import { keepLive } from "../live.ts";
import { Loader } from "../loader.ts";
import { renderSessionRow } from "../rows.ts";

/** The sessions that a text names. */
export class ConsoleSearch extends ConsolePart {
  static override properties = { ...ConsolePart.properties, text: { attribute: false } };

  declare text: string;
  readonly #loader = new Loader<CheckoutSession[]>(this);

  constructor() {
    super();
    keepLive(this, () => this.#loader.refresh(() => this.#ask()));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("text")) return;
    void this.#loader.load(() => this.#ask());
  }

  protected override render(): TemplateResult {
    const { value, problem, isLoading } = this.#loader;
    return html`<h1>Search: ${this.text}</h1>
      ${renderProblem(problem)} ${isLoading ? renderSkeleton() : ""}
      ${
        value?.length === 0
          ? html`<p class="card pad muted" role="status">
              Nothing is called exactly so. Search for the whole id of a session, a payment or the provider's, for an
              order's id, or for a customer's reference or e-mail address.
            </p>`
          : ""
      }
      ${value === undefined || value.length === 0 ? "" : html`<ul class="card rows">${repeat(value, ({ id }) => id, renderSessionRow)}</ul>`}`;
  }

  async #ask(): Promise<CheckoutSession[]> {
    return (await this.client.get<{ data: CheckoutSession[] }>(PATHS.search, { text: this.text })).data;
  }
}
