import { html, type Html } from "../../../shared/html.ts";

/** What every page of the shop shows around its content. */
export interface PageFrame {
  title: string;
  /** How many things are in the cart. */
  cartCount: number;
  content: Html;
  /** More for the page's head, such as the element's script. */
  head?: Html;
}

/** Wraps a page of the shop. */
export function layout({ title, cartCount, content, head }: PageFrame): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Fernhill</title>
        <link rel="stylesheet" href="/shop.css" />
        <link rel="icon" href="data:," />
        ${head}
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
          <div class="inner">
            <a class="brand" href="/">${MARK}<span>Fernhill</span></a>
            <nav aria-label="Shop">
              <a href="/orders">Orders</a>
              <a class="cart" href="/cart">Cart${cartCount > 0 && html`<span class="count">${cartCount}</span>`}</a>
            </nav>
          </div>
        </header>
        <main id="content" class="inner">${content}</main>
        <footer class="inner muted small">
          <p>
            Fernhill is a demonstration of Offsite Checkout. Nothing is sold and no money moves. See the element in
            every state in its <a href="/gallery">gallery</a>. Another way in:
            <a href="/commerce-layer">as a Commerce Layer organization</a>.
          </p>
        </footer>
      </body>
    </html>`.text;
}

const MARK = html`<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
  <circle cx="14" cy="14" r="14" fill="#1f4d43" />
  <path
    d="M14 23V8M14 14c-4 0-6-2-6-5 4 0 6 2 6 5ZM14 19c4 0 6-2 6-5-4 0-6 2-6 5Z"
    fill="none"
    stroke="#f7f4ec"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
  />
</svg>`;
