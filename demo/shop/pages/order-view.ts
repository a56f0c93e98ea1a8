import { html, type Html } from "../../../shared/html.ts";
import type { Order } from "../order.ts";

/** What the page of an order says around the element. */
export interface OrderView {
  order: Order;
  title: string;
  text: string;
  /** Below the goods, or below the element on a phone. */
  aside: Html;
  /** Where to go on to once it is paid; absent on the page that is gone on to. */
  thanksPath?: string;
}

/** Puts an order's page together: its goods on the one side, and the element, which shows all amounts, on the other. */
export function orderView({ order, title, text, aside, thanksPath }: OrderView): Html {
  return html`<div class="order">
    <header class="page-title">
      <h1>${title}</h1>
      <p class="muted">${text}</p>
    </header>
    <ul class="goods" aria-label="Goods">
      ${order.lines.map(
        ({ product, quantity }) =>
          html`<li>
            <span class="thumb">${product.picture}</span>
            <span>
              <span class="name">${product.name}</span>
              <span class="muted small">${product.summary}</span>
            </span>
            <span class="muted amount">× ${quantity}</span>
          </li>`,
      )}
    </ul>
    <div class="payment" ${thanksPath !== undefined && html`data-thanks="${thanksPath}"`}>${element(order)}</div>
    <aside>${aside}</aside>
  </div>`;
}

/** Writes the element, with a link inside that pays where its script does not run, or has not yet. */
function element({ session, clientSecret, options }: Order): Html {
  const gateway = options.gateway === undefined ? undefined : html` gateway="${options.gateway}"`;
  return html`<offsite-checkout
    session="${session.id}"
    client-secret="${clientSecret}"
    presentation="${options.presentation}"
    ${gateway}
  >
    ${
      session.status === "open"
        ? html`<a class="button primary wide" href="${session.url}">Check out</a>`
        : html`<a class="button wide" href="${session.url}">Payment details</a>`
    }
  </offsite-checkout>`;
}
