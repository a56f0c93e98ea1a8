import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import { PAYMENT_STATES, SESSION_STATUSES } from "../../../shared/states.ts";
import type { ListPage } from "../client.ts";
import { ConsolePart, renderProblem, renderSkeleton } from "../console-part.ts";
import { keepLive } from "../live.ts";
import { Loader } from "../loader.ts";
import { listAddress } from "../routes.ts";
import { renderPaymentRow, renderSessionRow } from "../rows.ts";
import type { ListedPayment } from "../rows.ts";
import { PAYMENT_WORDS, SESSION_WORDS } from "../words/states.ts";

const PAGE = 50;
/** A list of more is not kept up to date by itself. */
const MOST_LIVE = 200;

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
  readonly #loader = new Loader<ListPage<Listed>>(this);

  constructor() {
    super();
    keepLive(this, () => this.#refresh());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("section") || changed.has("query")) void this.#loader.load(() => this.#ask());
  }

  protected override render(): TemplateResult {
    const { value, problem, isLoading } = this.#loader;
    const isFiltered = Object.keys(this.query).length > 0;
    return html`<h1>${this.section === "payments" ? "Payments" : "Sessions"}</h1>
      ${this.#renderFilters()} ${renderProblem(problem)} ${isLoading && value === undefined ? renderSkeleton() : ""}
      ${
        value?.data.length === 0
          ? html`<p class="card pad muted" role="status">
              ${isFiltered ? "Nothing matches these filters." : "There is none yet."}
            </p>`
          : ""
      }
      ${value === undefined || value.data.length === 0 ? "" : this.#renderRows(value)}`;
  }

  #renderRows({ data, next }: ListPage<Listed>): TemplateResult {
    return html`<ul class="card rows">
        ${repeat(
          data,
          ({ id }) => id,
          (item) => ("status" in item ? renderSessionRow(item) : renderPaymentRow(item, this.gateways)),
        )}
      </ul>
      ${
        next === null
          ? ""
          : html`<button class="button" aria-disabled=${this.#loader.isLoading} @click=${() => this.#showMore()}>Show more</button>`
      }`;
  }

  #renderFilters(): TemplateResult {
    const isPayments = this.section === "payments";
    const states = isPayments
      ? PAYMENT_STATES.map((state) => [state, PAYMENT_WORDS[state][0]] as const)
      : SESSION_STATUSES.map((status) => [status, SESSION_WORDS[status][0]] as const);
    const { query } = this;
    const name = isPayments ? "state" : "status";
    return html`<form class="filters" aria-label="Filters" @change=${(event: Event) => this.#filter(event)} @submit=${(event: Event) => this.#filter(event)}>
      ${renderSelect(isPayments ? "State" : "Status", name, [["", "All"], ...states], query[name])}
      ${renderSelect(
        "Gateway",
        "gateway",
        [["", "All"], ...this.gateways.map(({ id, label }) => [id, label] as const)],
        query["gateway"],
      )}
      <label>From <input type="date" name="createdFrom" .value=${query["createdFrom"] ?? ""} /></label>
      <label>Before <input type="date" name="createdBefore" .value=${query["createdBefore"] ?? ""} /></label>
      <label class="check">
        <input type="checkbox" name="attention" value="true" .checked=${query["attention"] === "true"} />
        Needs attention
      </label>
      <a class="button quiet" href=${listAddress(this.section, {})}>Clear</a>
    </form>`;
  }

  #filter(event: Event): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const query = Object.fromEntries(
      [...fields].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
    location.hash = listAddress(this.section, query);
  }

  #ask(after?: string): Promise<ListPage<Listed>> {
    return this.client.get(PATHS[this.section], { ...this.query, limit: PAGE, after });
  }

  /** Asks for as many as are shown, but not for very many every few seconds. */
  async #refresh(): Promise<boolean> {
    const shown = this.#loader.value?.data.length ?? 0;
    if (shown > MOST_LIVE) return true;
    return this.#loader.refresh(async () => {
      const page = await this.#ask();
      while (page.data.length < shown && page.next !== null) {
        const more = await this.#ask(page.next);
        page.data.push(...more.data);
        page.next = more.next;
      }
      return page;
    });
  }

  #showMore(): void {
    const { value, isLoading } = this.#loader;
    if (value === undefined || value.next === null || isLoading) return;
    const { next, data } = value;
    void this.#loader.load(
      async () => {
        const more = await this.#ask(next);
        return { data: [...data, ...more.data], next: more.next };
      },
      { keeps: true },
    );
  }
}

function renderSelect(
  label: string,
  name: string,
  options: readonly (readonly [string, string])[],
  chosen: string | undefined,
): TemplateResult {
  return html`<label
    >${label}
    <select name=${name}>
      ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === (chosen ?? "")}>${text}</option>`)}
    </select>
  </label>`;
}
