import { html, type Html } from "../../../shared/html.ts";
import { formatMoney } from "../../../shared/money.ts";
import { layout } from "../pages/layout.ts";
import { paymentStatus, type OrganizationOrder, type PaymentStatus } from "./order.ts";

/** The addresses of the simulated organization. */
export const organizationPaths = {
  home: "/commerce-layer",
  orders: "/commerce-layer/orders",
  order: (id: string) => `/commerce-layer/orders/${id}`,
  repeat: (id: string) => `/commerce-layer/orders/${id}/repeat`,
  webhook: "/commerce-layer/webhook",
} as const;

/** The organization's orders, and how another is made. */
export function organizationPage(orders: readonly OrganizationOrder[], cartCount: number): string {
  return layout({
    title: "Commerce Layer",
    cartCount,
    content: html`<header class="page-title">
        <h1>Commerce Layer, simulated</h1>
        <p class="muted">
          Here you are a Commerce Layer organization whose external payment gateway is this demo’s server. Make an order,
          pay it as its customer, then place it, and ask for captures, voids and refunds.
        </p>
      </header>
      <div class="desk">
        ${newOrderForm(orders.filter(({ source }) => source !== undefined))}
        ${
          orders.length === 0
            ? html`<section class="card blank">
                <h2>No orders yet</h2>
                <p class="muted">What you make appears here.</p>
              </section>`
            : html`<ul class="card orders">
                ${orders.map(orderRow)}
              </ul>`
        }
      </div>`,
  });
}

/** Writes how an order stands. */
export function statusBadge(order: OrganizationOrder): Html {
  const status = paymentStatus(order);
  return html`<span class="badge ${COLOURS[status]}">${WORDS[status]}</span>`;
}

const WORDS: Readonly<Record<PaymentStatus, string>> = {
  unpaid: "Not placed",
  pending: "Pending",
  authorized: "Authorized",
  paid: "Paid",
  partially_refunded: "Partly refunded",
  refunded: "Refunded",
  voided: "Voided",
};

const COLOURS: Readonly<Record<PaymentStatus, string>> = {
  unpaid: "",
  pending: "pending",
  authorized: "complete",
  paid: "complete",
  partially_refunded: "complete",
  refunded: "",
  voided: "",
};

function newOrderForm(saving: readonly OrganizationOrder[]): Html {
  return html`<form class="card side" method="post" action="${organizationPaths.orders}">
    <h2>New order</h2>
    <label class="choice">
      <span>Amount in dollars</span>
      <input class="field" name="amount" value="43.00" inputmode="decimal" autocomplete="off" required />
    </label>
    ${
      saving.length > 0 &&
      html`<label class="choice">
        <span>Paid with</span>
        <select class="field" name="paidLike">
          <option value="">what its customer chooses</option>
          ${saving.map(({ id }) => html`<option value="${id}">what order ${id} has saved</option>`)}
        </select>
      </label>`
    }
    <label class="choice">
      <span>The money is taken</span>
      <select class="field" name="capture">
        <option value="manual">when Commerce Layer captures it</option>
        <option value="automatic">at once, by any gateway</option>
      </select>
    </label>
    <button class="button primary wide">Make the order</button>
  </form>`;
}

function orderRow(order: OrganizationOrder): Html {
  const { id, amount, currency, session } = order;
  return html`<li>
    <a href="${organizationPaths.order(id)}">
      <span class="name">${id}</span>
      <span class="amount name">${formatMoney(amount, currency, "en")}</span>
      <span class="muted small">${session === undefined ? "with a saved source" : "paid by its customer"}</span>
      ${statusBadge(order)}
    </a>
  </li>`;
}
