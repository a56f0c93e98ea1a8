import type { Context } from "koa";
import { html } from "../../shared/html.ts";
import { formatMoney } from "../../shared/money.ts";
import { answerPage } from "./page.ts";
import { CHECKOUT_STYLE, orderSummary, type Summary } from "./checkout-page.ts";

/** What the order page needs beside the order. */
export interface OrderPageOptions {
  /** Where the form is sent. */
  action: string;
  /** What the form repeats, so that the order that was shown is the one that is made. */
  fields: readonly (readonly [name: string, value: string])[];
  /** The shop's page for a customer who does not pay. */
  leaveAddress: string;
}

/** Answers with an order that is priced and not yet made, and the button that makes it. */
export function answerOrderPage(
  ctx: Context,
  order: Summary,
  { action, fields, leaveAddress }: OrderPageOptions,
): void {
  const total = formatMoney(order.amount, order.currency, order.locale);
  answerPage(ctx, 200, {
    title: `Your order – ${total}`,
    body: html`<main class="checkout">
      ${orderSummary(order, total)}
      <section class="next">
        <h1>Your order</h1>
        <p class="muted">You choose how to pay on the next page.</p>
        <form class="pay" method="post" action="${action}">
          ${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
          <button class="button primary wide">Continue to pay ${total}</button>
        </form>
        <p class="buttons"><a href="${leaveAddress}">Back to the shop without paying</a></p>
      </section>
    </main>`,
    style: CHECKOUT_STYLE,
  });
}
