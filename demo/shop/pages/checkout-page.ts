import { html, type Html } from "../../../shared/html.ts";
import type { GatewayOption } from "../../../shared/records.ts";
import { orderPaths } from "../checkout.ts";
import type { Order } from "../order.ts";
import { layout } from "./layout.ts";
import { orderView } from "./order-view.ts";

/** The page where an order is paid: one script tag, one element. */
export function checkoutPage(order: Order, serverUrl: string, cartCount: number): string {
  return layout({
    title: "Checkout",
    cartCount,
    head: html`<script type="module" src="${serverUrl}/offsite-checkout.js"></script>
      <script type="module" src="/checkout.js"></script>`,
    content: orderView({
      order,
      title: "Checkout",
      text: `Order ${order.number}`,
      aside: demoOptions(order),
      thanksPath: orderPaths.thanks(order.id),
    }),
  });
}

function demoOptions({ id, session, options: { gateway, presentation } }: Order): Html {
  const pick = (name: string, value: string, label: string, isChosen: boolean) =>
    html`<label>
      <input type="radio" name="${name}" value="${value}" ${isChosen && html`checked`} />
      ${label}
    </label>`;
  return html`<details class="demo small">
    <summary>Demo options</summary>
    <form method="get" action="${orderPaths.checkout(id)}">
      <fieldset>
        <legend>The provider's page opens</legend>
        ${pick("presentation", "iframe", "in this page", presentation === "iframe")}
        ${pick("presentation", "popup", "in a window of its own", presentation === "popup")}
        ${pick("presentation", "redirect", "in its place", presentation === "redirect")}
      </fieldset>
      <fieldset>
        <legend>Gateway</legend>
        ${pick("gateway", "", "the customer chooses", gateway === undefined)}
        ${session.gateways.map((option: GatewayOption) =>
          pick("gateway", option.id, option.label, gateway === option.id),
        )}
      </fieldset>
      <button class="button">Apply</button>
    </form>
  </details>`;
}
