import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { CURRENCY, PRODUCTS, type Product } from "../products.ts";
import { PRODUCT_SETS, type ProductSet } from "../sets.ts";
import { layout } from "./layout.ts";

/** The shop's front: everything that it sells. */
export function homePage(cartCount: number): string {
  return layout({
    title: "Good things for the house",
    cartCount,
    content: html`<div class="hero">
        <h1>Good things for the house</h1>
        <p class="muted">Six objects, made slowly. Shipping is free from $60.</p>
      </div>
      <ul class="products">
        ${PRODUCTS.map(productCard)}
      </ul>
      <ul class="sets">
        ${PRODUCT_SETS.map(setCard)}
      </ul>`,
  });
}

/** One product, the way to put it into the cart, and the element, which sells one at once: no server of the shop's needed. */
export function productPage(product: Product, serverUrl: string, cartCount: number): string {
  return layout({
    title: product.name,
    cartCount,
    head: elementScript(serverUrl),
    content: html`<article class="product">
      <figure>${product.picture}</figure>
      <div class="about">
        <div>
          <h1>${product.name}</h1>
          <p class="muted">${product.summary}</p>
        </div>
        <p class="price amount">${formatMoney(product.price, CURRENCY, "en")}</p>
        <p>${product.description}</p>
        <form class="add" method="post" action="/cart">
          <input type="hidden" name="sku" value="${product.sku}" />
          <label>
            <span class="small muted">Quantity</span>
            <input
              class="field"
              type="number"
              name="quantity"
              value="1"
              min="1"
              max="99"
              inputmode="numeric"
              required
            />
          </label>
          <button class="button primary">Add to cart</button>
        </form>
        <ul class="details small">
          ${product.details.map((detail) => html`<li>${detail}</li>`)}
        </ul>
        <offsite-checkout sku="${product.sku}" label="Buy one now">
          <a class="button wide" href="${serverUrl}/checkout?sku=${product.sku}">Buy one now</a>
        </offsite-checkout>
      </div>
    </article>`,
  });
}

/** Several products at one price, in a cart that the shop signed. */
export function setPage(set: ProductSet, cart: string, serverUrl: string, cartCount: number): string {
  return layout({
    title: set.name,
    cartCount,
    head: elementScript(serverUrl),
    content: html`<article class="product">
      <div class="pictures">${set.products.map(({ picture }) => html`<figure>${picture}</figure>`)}</div>
      <div class="about">
        <div>
          <h1>${set.name}</h1>
          <p class="muted">${namesOf(set)}</p>
        </div>
        <p class="price amount">${formatMoney(set.price, CURRENCY, "en")}</p>
        <offsite-checkout cart="${cart}" label="Buy the set">
          <a class="button primary wide" href="${serverUrl}/checkout?cart=${cart}">Buy the set</a>
        </offsite-checkout>
      </div>
    </article>`,
  });
}

function elementScript(serverUrl: string): Html {
  return html`<script type="module" src="${serverUrl}/offsite-checkout.js"></script>`;
}

function namesOf({ products }: ProductSet): string {
  return products.map(({ name }) => name).join(" and ");
}

function setCard(set: ProductSet): Html {
  return html`<li>
    <a class="card" href="/sets/${set.id}">
      <span class="name">${set.name}</span>
      <span class="amount">${formatMoney(set.price, CURRENCY, "en")}</span>
      <span class="muted small">${namesOf(set)}</span>
    </a>
  </li>`;
}

function productCard({ sku, name, price, summary, picture }: Product): Html {
  return html`<li>
    <a href="/products/${sku}">
      <figure>${picture}</figure>
      <span class="line">
        <span class="name">${name}</span>
        <span class="amount">${formatMoney(price, CURRENCY, "en")}</span>
      </span>
      <span class="muted small">${summary}</span>
    </a>
  </li>`;
}
