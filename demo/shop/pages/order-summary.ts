import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import type { Order } from "../order.ts";
import { CURRENCY } from "../products.ts";
import { totalsList } from "./cart-page.ts";

/** Shows what was ordered, with pictures and totals. */
export function orderSummary({ number, lines, totals }: Order): Html {
  return html`<h2 class="small muted">Order ${number}</h2>
    <ul class="summary-lines">
      ${lines.map(
        ({ product, quantity }) =>
          html`<li>
            <span class="thumb">${product.picture}</span>
            <span>
              ${product.name}
              <span class="muted small">× ${quantity}</span>
            </span>
            <span class="amount">${formatMoney(product.price * quantity, CURRENCY, "en")}</span>
          </li>`,
      )}
    </ul>
    ${totalsList(totals)}`;
}
