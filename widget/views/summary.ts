import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { CheckoutItem, CheckoutSession } from "../../shared/records.ts";
import { fillWords } from "../words/words.ts";
import { price } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** Renders what is paid for: the lines, what is added and taken off, and the total. */
export function renderSummary(scene: Scene, session: CheckoutSession): TemplateResult {
  const { words } = scene;
  const { items, shipping, tax, discount } = session;
  const adjustments = [
    ["shipping", shipping],
    ["tax", tax],
    ["discount", discount],
  ] as const;
  const subtotal = items.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
  const renderRow = (label: string, amount: number) =>
    html`<div class="row">
      <dt>${label}</dt>
      <dd>${price(scene, amount, session)}</dd>
    </div>`;
  const rows = adjustments.filter(([, amount]) => amount !== 0).map(([name, amount]) => renderRow(words[name], amount));
  return html`<section part="summary" class="summary" aria-label=${words.summary}>
    ${session.environment === "test" ? html`<p part="test-mode" class="badge">${words.testMode}</p>` : nothing}
    ${
      items.length === 0
        ? nothing
        : html`<ul part="items" class="items" role="list">
            ${items.map((item) => renderItem(scene, item, session))}
          </ul>`
    }
    <dl class="sums">
      ${rows.length === 0 || items.length === 0 ? nothing : renderRow(words.subtotal, subtotal)} ${rows}
      <div part="total" class="row total">
        <dt>${words.total}</dt>
        <dd>${price(scene, session.amount, session)}</dd>
      </div>
    </dl>
  </section>`;
}

function renderItem(scene: Scene, item: CheckoutItem, session: CheckoutSession): TemplateResult {
  const { name, description, quantity, unitAmount } = item;
  return html`<li part="item" class="row">
    <div>
      <span>${name}</span>
      ${description === undefined ? nothing : html`<small>${description}</small>`}
      ${
        quantity === 1
          ? nothing
          : html`<small
              >${fillWords(scene.words.line, {
                quantity: String(quantity),
                price: price(scene, unitAmount, session),
              })}</small
            >`
      }
    </div>
    <span class="amount">${price(scene, quantity * unitAmount, session)}</span>
  </li>`;
}

/** Renders the summary's room before there is anything to put in it. */
export function renderSkeleton(): TemplateResult {
  return html`<div part="skeleton" class="skeleton" aria-hidden="true">
    <span></span><span></span><span></span><span></span>
  </div>`;
}
