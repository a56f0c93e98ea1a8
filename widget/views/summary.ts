import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { CheckoutSession } from "../../shared/records.ts";
import type { Scene } from "./scene.ts";

/** Renders what is paid for: the lines, what is added and taken off, and the total. */
export function renderSummary({ words, price }: Scene, session: CheckoutSession): TemplateResult {
  const { items, amount, shipping, tax, discount, environment } = session;
  const subtotal = amount - shipping - tax - discount;
  const sums = Object.entries({ subtotal, shipping, tax, discount, total: amount }) as ["subtotal" | "total", number][];
  return html`<section part="summary" aria-label=${words.summary}>
    ${environment === "test" ? html`<small part="test-mode">${words.testMode}</small>` : ""}
    ${
      items[0] &&
      html`<ul part="items" role="list">
      ${items.map(
        ({ name, description, quantity, unitAmount }) =>
          html`<li part="item">
            <span>
              ${name} ${description && html`<small>${description}</small>`}
              ${quantity > 1 ? html`<small>${quantity} × ${price(unitAmount)}</small>` : ""}
            </span>
            <b>${price(quantity * unitAmount)}</b>
          </li>`,
      )}
    </ul>`
    }
    <dl>
      ${sums
        // A subtotal that is the total, and what is nothing, say nothing.
        .filter(([name, sum]) => sum && !(name === "subtotal" && sum === amount))
        .map(
          ([name, sum]) =>
            html`<div part=${name}>
              <dt>${words[name]}</dt>
              <dd>${price(sum)}</dd>
            </div>`,
        )}
    </dl>
  </section>`;
}
