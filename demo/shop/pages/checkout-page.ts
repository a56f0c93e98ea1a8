import type { GatewayOption } from "../../../shared/records.ts";
import { html, type Html } from "../../../shared/html.ts";
import { orderPaths } from "../checkout.ts";
import type { Order } from "../order.ts";
import { layout } from "./layout.ts";
import { orderSummary } from "./order-summary.ts";

/** What the demonstration lets be chosen at the checkout; a real shop would decide. */
export interface DemoOptions {
  /** A gateway's id; absent where the customer chooses. */
  gateway?: string | undefined;
  presentation: "iframe" | "redirect";
}

/** The page where an order is paid: one script tag, one element. */
export function checkoutPage(order: Order, serverUrl: string, options: DemoOptions, cartCount: number): string {
  return layout({
    title: "Checkout",
    cartCount,
    head: html`<script type="module" src="${serverUrl}/offsite-checkout.js"></script>
      <script type="module" src="/checkout.js"></script>`,
    content: html`<h1 class="page-title">Checkout</h1>
      <div class="columns">
        <section class="card payment" aria-label="Payment" data-thanks="${orderPaths.thanks(order.id)}">
          ${element(order, options)}
        </section>
        <div class="side-stack">
          <section class="card side" aria-label="Order">${orderSummary(order)}</section>
          ${demoOptions(order, options)}
        </div>
      </div>`,
  });
}

/** Writes the element, with a link inside for browsers that do not run its script. */
export function element(order: Order, { gateway, presentation }: DemoOptions): Html {
  const chosen = gateway === undefined ? undefined : html` gateway="${gateway}"`;
  return html`<offsite-checkout
    session="${order.session.id}"
    client-secret="${order.clientSecret}"
    presentation="${presentation}"
    ${chosen}
  >
    <a class="button primary wide" href="${order.session.url}">Pay on a plain page</a>
  </offsite-checkout>`;
}

function demoOptions(order: Order, { gateway, presentation }: DemoOptions): Html {
  const pick = (name: string, value: string, label: string, isChosen: boolean) =>
    html`<label>
      <input type="radio" name="${name}" value="${value}" ${isChosen && html`checked`} />
      ${label}
    </label>`;
  return html`<details class="demo small">
    <summary>Demo options</summary>
    <form method="get" action="${orderPaths.checkout(order.id)}">
      <fieldset>
        <legend>The provider's page opens</legend>
        ${pick("presentation", "iframe", "in this page", presentation === "iframe")}
        ${pick("presentation", "redirect", "in its place", presentation === "redirect")}
      </fieldset>
      <fieldset>
        <legend>Gateway</legend>
        ${pick("gateway", "", "the customer chooses", gateway === undefined)}
        ${order.session.gateways.map(({ id, label }: GatewayOption) => pick("gateway", id, label, gateway === id))}
      </fieldset>
      <button class="button">Apply</button>
    </form>
  </details>`;
}
