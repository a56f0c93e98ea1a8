import { html } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { PATHS } from "../../../shared/paths.ts";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import type { Statistics } from "../../../shared/statistics.ts";
import { Action } from "../action.ts";
import { renderChart } from "../chart.ts";
import { renderOpenCircuits } from "../circuits.ts";
import type { GatewayView, ListPage } from "../client.ts";
import { ConsolePart, renderProblem, renderSkeleton } from "../console-part.ts";
import { renderDeadDelivery } from "../deliveries.ts";
import { money, timeElement } from "../format.ts";
import { keepLive } from "../live.ts";
import { Loader } from "../loader.ts";
import { listAddress, sessionAddress } from "../routes.ts";
import { renderPaymentRow } from "../rows.ts";
import type { ListedPayment } from "../rows.ts";
import { ATTENTION_WORDS } from "../words/states.ts";

const FEW = 8;
/** The server adds up every payment of 30 days: not every few seconds. */
const STATISTICS_MS = 60_000;

interface Overview {
  attention: ListPage<CheckoutSession>;
  statistics: Statistics;
  latest: ListPage<ListedPayment>;
  dead: ListPage<WebhookDelivery>;
  gateways: GatewayView[];
}

/** What needs somebody first, then the last 30 days, then the latest payments. */
export class ConsoleOverview extends ConsolePart {
  readonly #loader = new Loader<Overview>(this);
  readonly #action = new Action(this, () => {
    void this.#loader.load(() => this.#ask(this.#loader.value), { keeps: true });
  });
  #addedUpAt = 0;

  constructor() {
    super();
    keepLive(this, () => this.#loader.refresh(() => this.#ask(this.#loader.value)));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loader.load(() => this.#ask());
  }

  protected override render(): TemplateResult {
    const { value, problem, isLoading } = this.#loader;
    return html`<h1>Overview</h1>
      ${renderProblem(problem)} ${renderProblem(this.#action.problem)}
      <p class="small muted" role="status">${this.#action.said}</p>
      ${isLoading && value === undefined ? renderSkeleton() : ""} ${value === undefined ? "" : this.#renderAll(value)}`;
  }

  #renderAll({ attention, statistics, latest, dead, gateways }: Overview): TemplateResult {
    const isCircuitOpen = gateways.some(({ circuit }) => circuit.state === "open");
    const concerns = attention.data.length + dead.data.length;
    return html`<section aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${renderOpenCircuits(gateways, this.#action.act)}
        ${
          concerns === 0 && !isCircuitOpen
            ? html`<p class="card pad muted">Nothing needs you: every payment is as it should be.</p>`
            : html`<ul class="card rows" ?hidden=${concerns === 0}>
                ${repeat(attention.data, ({ id }) => id, renderConcern)}
                ${repeat(dead.data, ({ id }) => id, renderDeadDelivery)}
              </ul>`
        }
        ${
          attention.next === null
            ? ""
            : html`<p><a href=${listAddress("sessions", { attention: "true" })}>All that needs attention</a></p>`
        }
        ${
          dead.next === null
            ? ""
            : html`<p><a href=${listAddress("webhooks", { status: "dead" })}>All webhooks that were given up</a></p>`
        }
      </section>
      ${renderChart(statistics)}
      <section aria-labelledby="latest">
        <h2 id="latest">Latest payments</h2>
        ${
          latest.data.length === 0
            ? html`<p class="card pad muted">No payment yet. The first one shows here as soon as it is made.</p>`
            : html`<ul class="card rows">
                ${repeat(
                  latest.data,
                  ({ id }) => id,
                  (payment) => renderPaymentRow(payment, gateways),
                )}
              </ul>`
        }
      </section>`;
  }

  async #ask(known?: Overview): Promise<Overview> {
    const { client } = this;
    const [attention, statistics, latest, dead, gateways] = await Promise.all([
      client.get<ListPage<CheckoutSession>>(PATHS.sessions, { attention: "true", limit: FEW }),
      this.#askStatistics(known?.statistics),
      client.get<ListPage<ListedPayment>>(PATHS.payments, { limit: FEW }),
      client.get<ListPage<WebhookDelivery>>(PATHS.webhookDeliveries, { status: "dead", limit: FEW }),
      client.gateways(),
    ]);
    return { attention, statistics, latest, dead, gateways };
  }

  async #askStatistics(known: Statistics | undefined): Promise<Statistics> {
    if (known !== undefined && performance.now() - this.#addedUpAt < STATISTICS_MS) return known;
    const statistics = await this.client.get<Statistics>(PATHS.statistics, { days: 30 });
    this.#addedUpAt = performance.now();
    return statistics;
  }
}

function renderConcern(session: CheckoutSession): TemplateResult {
  const { id, amount, currency, attention = [], orderId, createdAt } = session;
  const words = attention.map((reason) => ATTENTION_WORDS[reason]);
  return html`<li>
    <a class="row concern" href=${sessionAddress(id)}>
      <span class="amount strong">${money(amount, currency)}</span>
      <span
        ><strong>${words.map(([what]) => what).join(", ")}.</strong> ${words.map(([, todo]) => todo).join(" ")}</span
      >
      <span class="about">${orderId === undefined ? id : `Order ${orderId}`}</span>
      <span class="muted">${timeElement(createdAt)}</span>
    </a>
  </li>`;
}
