import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { totalsOf, type OrderLine, type Totals } from "../order.ts";
import { CURRENCY } from "../products.ts";
import { layout } from "./layout.ts";

/** What is in the cart, and what it comes to. */
export function cartPage(lines: readonly OrderLine[], cartCount: number): string {
  return layout({ title: "Cart", cartCount, content: lines.length === 0 ? emptyCart() : fullCart(lines) });
}

/** Writes what an order comes to; the total is the largest figure. */
export function totalsList({ goods, shipping, total }: Totals): Html {
  return html`<dl class="totals">
    <div>
      <dt>Goods</dt>
      <dd class="amount">${formatMoney(goods, CURRENCY, "en")}</dd>
    </div>
    <div>
      <dt>Shipping</dt>
      <dd class="amount">${shipping === 0 ? "Free" : formatMoney(shipping, CURRENCY, "en")}</dd>
    </div>
    <div class="sum">
      <dt>Total</dt>
      <dd class="amount">${formatMoney(total, CURRENCY, "en")}</dd>
    </div>
  </dl>`;
}

function emptyCart(): Html {
  return html`<section class="card blank">
    <h1>Your cart is empty</h1>
    <p class="muted">What you add waits here until you are ready.</p>
    <a class="button primary" href="/">Look around</a>
  </section>`;
}

function fullCart(lines: readonly OrderLine[]): Html {
  return html`<h1 class="page-title">Cart</h1>
    <div class="columns">
      <ul class="card cart-lines">
        ${lines.map(cartLine)}
      </ul>
      <section class="card side" aria-label="Total">
        ${totalsList(totalsOf(lines))}
        <form method="post" action="/checkout">
          <button class="button primary wide">Go to checkout</button>
        </form>
      </section>
    </div>`;
}

function cartLine({ product, quantity }: OrderLine): Html {
  return html`<li>
    <a class="thumb" href="/products/${product.sku}" tabindex="-1" aria-hidden="true">${product.picture}</a>
    <div class="what">
      <a class="name" href="/products/${product.sku}">${product.name}</a>
      <span class="muted small">${product.summary}</span>
    </div>
    <span class="amount name">${formatMoney(product.price * quantity, CURRENCY, "en")}</span>
    <form class="quantity" method="post" action="/cart/${product.sku}">
        <button class="step" name="quantity" value="${quantity - 1}" aria-label="One ${product.name} less">−</button>
        <span class="amount" aria-label="Quantity">${quantity}</span>
        <button class="step" name="quantity" value="${quantity + 1}" aria-label="One ${product.name} more">+</button>
        <button class="link small" name="quantity" value="0" aria-label="Remove ${product.name}">Remove</button>
    </form>
  </li>`;
}
