import { assertNever } from "../../../shared/assert-never.ts";
import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { orderPaths } from "../checkout.ts";
import type { Order } from "../order.ts";
import { CURRENCY } from "../products.ts";
import { layout } from "./layout.ts";
import { orderView } from "./order-view.ts";

/** Where the customer comes back to: how the order stands, as the shop's server has just read it. */
export function thanksPage(order: Order, serverUrl: string, cartCount: number): string {
  const { title, text } = words(order);
  return layout({
    title,
    cartCount,
    head: html`<script type="module" src="${serverUrl}/offsite-checkout.js"></script>`,
    content: orderView({
      order,
      title,
      text,
      aside: isOver(order) ? startAgain() : html`<a class="button" href="/">Continue shopping</a>`,
    }),
  });
}

/** A visitor's orders, newest first. */
export function ordersPage(orders: readonly Order[], cartCount: number): string {
  return layout({
    title: "Orders",
    cartCount,
    content:
      orders.length === 0
        ? html`<section class="card blank">
            <h1>No orders yet</h1>
            <p class="muted">Your orders from this browser appear here.</p>
            <a class="button primary" href="/">Look around</a>
          </section>`
        : html`<h1 class="page-title">Orders</h1>
            <ul class="card orders">
              ${orders.toReversed().map(orderRow)}
            </ul>`,
  });
}

/** A page for when something is missing or does not answer. */
export function troublePage(title: string, text: string, cartCount: number): string {
  return layout({
    title,
    cartCount,
    content: html`<section class="card blank">
      <h1>${title}</h1>
      <p class="muted">${text}</p>
      <a class="button primary" href="/">Back to the shop</a>
    </section>`,
  });
}

function isOver({ session: { status } }: Order): boolean {
  return status === "expired" || status === "cancelled";
}

/** The cart is as it was, so the checkout begins anew with it. */
function startAgain(): Html {
  return html`<form method="post" action="/checkout"><button class="button primary">Start again</button></form>`;
}

function words({ number, session: { status } }: Order): { title: string; text: string } {
  switch (status) {
    case "complete":
      return { title: "Thank you", text: `Order ${number} is paid. We pack it today.` };
    case "pending":
      return { title: "Thank you", text: `We pack order ${number} as soon as your payment has arrived.` };
    case "open":
      return { title: "Not paid yet", text: `Order ${number} waits for your payment.` };
    case "expired":
      return { title: "The time is over", text: `Order ${number} was not paid in time. Your cart is as you left it.` };
    case "cancelled":
      return { title: "Called off", text: `Order ${number} was called off, and nothing was charged.` };
    default:
      return assertNever(status);
  }
}

const STATES: Readonly<Record<Order["session"]["status"], string>> = {
  open: "Not paid",
  pending: "Payment pending",
  complete: "Paid",
  expired: "Expired",
  cancelled: "Called off",
};

/** Refunds are the merchant's doing: the shop hears of them by webhook. */
function stateOf({ session: { status, payment } }: Order): string {
  if (payment?.state === "refunded") return "Refunded";
  if (payment?.state === "partially_refunded") return "Partly refunded";
  return STATES[status];
}

function orderRow(order: Order): Html {
  const { id, number, lines, totals, session } = order;
  const { status } = session;
  const goods = lines.map(({ product, quantity }) => `${quantity} × ${product.name}`).join(", ");
  const path = status === "open" ? orderPaths.checkout(id) : orderPaths.thanks(id);
  return html`<li>
    <a href="${path}">
      <span class="name">${number}</span>
      <span class="amount name">${formatMoney(totals.total, CURRENCY, "en")}</span>
      <span class="muted small">${goods}</span>
      <span class="badge ${status}">${stateOf(order)}</span>
    </a>
  </li>`;
}
