import { html, type Html } from "../../../shared/html.ts";
import { formatDecimal, formatMoney } from "../../../shared/money.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import { MANNERS } from "../../provider/manners.ts";
import { layout } from "../pages/layout.ts";
import {
  findAuthorization,
  findCapture,
  refundedAmount,
  type Exchange,
  type OrganizationOrder,
  type Transaction,
} from "./order.ts";
import { organizationPaths, statusBadge } from "./organization-page.ts";

/** One order: how it stands, what can be asked, and all that passed. */
export function orderPage(order: OrganizationOrder, session: CheckoutSession | undefined, cartCount: number): string {
  const { id, amount, currency, transactions, exchanges } = order;
  return layout({
    title: `Order ${id}`,
    cartCount,
    content: html`<p class="small"><a href="${organizationPaths.home}">Commerce Layer, simulated</a></p>
      <header class="page-title split">
        <div>
          <h1>Order ${id}</h1>
          ${statusBadge(order)}
        </div>
        <p class="price amount">${formatMoney(amount, currency, "en")}</p>
      </header>
      <div class="desk">
        <div class="stack">
          ${session?.status === "open" && payCard(session)} ${askCard(order)}
          ${transactions.length > 0 && transactionsCard(order)}
        </div>
        <section aria-labelledby="passed">
          <h2 id="passed">What passed between the two</h2>
          ${
            exchanges.length === 0
              ? html`<p class="muted small">Nothing yet. Each call and each webhook appears here as it was sent.</p>`
              : html`<ol class="passed">
                  ${exchanges.map((exchange) => exchangeRow(order, exchange))}
                </ol>`
          }
        </section>
      </div>`,
  });
}

function payCard({ url, attempt }: CheckoutSession): Html {
  return html`<section class="card side">
    <h2>Its customer has not paid</h2>
    <p class="muted small">
      ${
        attempt === undefined
          ? html`By the wallet you can choose how the provider answers.`
          : html`The last try is ${attempt.state}${attempt.message !== undefined && html`: ${attempt.message}`}.`
      }
    </p>
    <a class="button wide" href="${url}">Pay as its customer</a>
  </section>`;
}

function askCard(order: OrganizationOrder): Html {
  const isPlaced = findAuthorization(order) !== undefined;
  const left = (findCapture(order)?.amount ?? order.amount) - refundedAmount(order);
  return html`<form class="card side" method="post" action="${organizationPaths.order(order.id)}">
    <h2>${isPlaced ? "Ask the server to" : "Place the order"}</h2>
    <label class="choice" ${!isPlaced && html`hidden`}>
      <span>Amount, for captures and refunds</span>
      <input
        class="field"
        name="amount"
        value="${formatDecimal(left > 0 ? left : order.amount, order.currency)}"
        inputmode="decimal"
        autocomplete="off"
        required
      />
    </label>
    ${
      order.providerPaymentId !== undefined &&
      html`<label class="choice">
        <span>The wallet’s provider answers this call</span>
        <select class="field" name="manner">
          ${MANNERS.map((manner) => html`<option value="${manner.id}">${manner.label}</option>`)}
        </select>
      </label>`
    }
    ${
      isPlaced
        ? html`<div class="asks">
              ${askButton("capture", "Capture")} ${askButton("void", "Void")} ${askButton("refund", "Refund")}
              ${askButton("token", "Save source")}
            </div>
            ${order.providerPaymentId !== undefined && circuitHelp()}`
        : askButton("authorize", "Place it: authorize", "primary wide")
    }
  </form>`;
}

function circuitHelp(): Html {
  return html`<details class="small">
    <summary class="muted">Until the circuit opens</summary>
    <p class="muted">
      With “not at all” above, this asks for a token 31 times. After 30 failures in a row the server asks the wallet no
      more, until somebody closes the circuit in its console.
    </p>
    <button class="button" name="action" value="token-many">Ask 31 times</button>
  </details>`;
}

function askButton(action: string, label: string, look = ""): Html {
  return html`<button class="button ${look}" name="action" value="${action}">${label}</button>`;
}

function transactionsCard({ transactions, currency, source }: OrganizationOrder): Html {
  return html`<section class="card side" aria-labelledby="transactions">
    <h2 id="transactions">Transactions</h2>
    <ul class="transactions">
      ${transactions.map((transaction) => transactionRow(transaction, currency))}
    </ul>
    ${
      transactions.some(({ state }) => state === "pending") &&
      html`<p class="muted small">What is pending ends by the webhook. <a href="">Look again</a></p>`
    }
    ${source !== undefined && html`<p class="muted small">Saved source: <code>${source}</code></p>`}
  </section>`;
}

const STATES = { done: "complete", pending: "pending", refused: "refused" } as const;

function transactionRow({ action, amount, state, message }: Transaction, currency: string): Html {
  return html`<li>
    <span class="name">${action}</span>
    <span class="amount">${formatMoney(amount, currency, "en")}</span>
    <span class="badge ${STATES[state]}">${state}</span>
    ${message !== undefined && html`<span class="muted small">${message}</span>`}
  </li>`;
}

function exchangeRow({ id: orderId }: OrganizationOrder, exchange: Exchange): Html {
  const { id, at, name, body, status, answer, times } = exchange;
  const isWebhook = name === "webhook";
  const look = status === undefined || status >= 400 ? "refused" : status === 202 ? "pending" : "complete";
  return html`<li class="card">
    <details>
      <summary>
        <span class="badge ${look}">${status ?? "–"}</span>
        <span class="name">${name}${times > 1 && html` × ${times}`}</span>
        <span class="muted small amount">${at.toISOString().slice(11, 19)}</span>
      </summary>
      <p class="muted small">${isWebhook ? "The server sent" : `POST /commerce-layer/${name}`}</p>
      <pre>${indent(body)}</pre>
      ${
        !isWebhook &&
        html`<p class="muted small">It answered ${status ?? "nothing"}</p>
          <pre>${indent(answer)}</pre>
          <form method="post" action="${organizationPaths.repeat(orderId)}">
            <button class="button" name="exchange" value="${id}">Send the same again</button>
          </form>`
      }
    </details>
  </li>`;
}

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
