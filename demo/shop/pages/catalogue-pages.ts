import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { CURRENCY, PRODUCTS, type Product } from "../products.ts";
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
      </ul>`,
  });
}

/** One product, and the way to put it into the cart. */
export function productPage(product: Product, cartCount: number): string {
  return layout({
    title: product.name,
    cartCount,
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
      </div>
    </article>`,
  });
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
