import { html } from "lit";
import type { TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import type { Statistics } from "../../../shared/statistics.ts";
import { renderChart } from "../chart.ts";
import type { ListPage } from "../client.ts";
import { ConsolePart, renderProblem, renderSkeleton } from "../console-part.ts";
import { renderDeadDelivery } from "../deliveries.ts";
import { money, timeElement } from "../format.ts";
import { Loader } from "../loader.ts";
import { listAddress, sessionAddress } from "../routes.ts";
import { renderPaymentRow } from "../rows.ts";
import type { ListedPayment } from "../rows.ts";
import { ATTENTION_WORDS } from "../words/states.ts";

const FEW = 8;

interface Overview {
  attention: ListPage<CheckoutSession>;
  statistics: Statistics;
  latest: ListPage<ListedPayment>;
  dead: ListPage<WebhookDelivery>;
}

/** What needs somebody first, then the last 30 days, then the latest payments. */
export class ConsoleOverview extends ConsolePart {
  readonly #loader = new Loader<Overview>(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loader.load(async () => {
      const [attention, statistics, latest, dead] = await Promise.all([
        this.client.get<ListPage<CheckoutSession>>(PATHS.sessions, { attention: "true", limit: FEW }),
        this.client.get<Statistics>(PATHS.statistics, { days: 30 }),
        this.client.get<ListPage<ListedPayment>>(PATHS.payments, { limit: FEW }),
        this.client.get<ListPage<WebhookDelivery>>(PATHS.webhookDeliveries, { status: "dead", limit: FEW }),
      ]);
      return { attention, statistics, latest, dead };
    });
  }

  protected override render(): TemplateResult {
    const { value, problem, isLoading } = this.#loader;
    return html`<h1>Overview</h1>
      ${renderProblem(problem)} ${isLoading ? renderSkeleton() : ""} ${value === undefined ? "" : this.#renderAll(value)}`;
  }

  #renderAll({ attention, statistics, latest, dead }: Overview): TemplateResult {
    return html`<section aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${
          attention.data.length + dead.data.length === 0
            ? html`<p class="card pad muted">Nothing needs you: every payment is as it should be.</p>`
            : html`<ul class="card rows">
                ${attention.data.map(renderConcern)} ${dead.data.map(renderDeadDelivery)}
              </ul>`
        }
        ${
          attention.next === null
            ? ""
            : html`<p><a href=${listAddress("sessions", { attention: "true" })}>All that needs attention</a></p>`
        }
      </section>
      ${renderChart(statistics)}
      <section aria-labelledby="latest">
        <h2 id="latest">Latest payments</h2>
        ${
          latest.data.length === 0
            ? html`<p class="card pad muted">No payment yet. The first one shows here as soon as it is made.</p>`
            : html`<ul class="card rows">
                ${latest.data.map((payment) => renderPaymentRow(payment, this.gateways))}
              </ul>`
        }
      </section>`;
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
