import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { MANNERS, type Manner } from "../manners.ts";
import { isExpired, type Delivery, type SimulatedPayment } from "../payment.ts";
import { layout } from "./layout.ts";

const PROTOCOL_NAMES = { universal: "Universal", dwolla: "Dwolla", external: "External gateway" } as const;

/** Lists the latest payments, with what can still be done to each: the provider's own desk. */
export function paymentsPage(payments: readonly SimulatedPayment[], now: Date): string {
  return layout(
    "Payments · Simulated provider",
    html`<h1>Payments</h1>
      ${
        payments.length === 0
          ? html`<section class="card empty">
              <h2>No payments yet</h2>
              <p class="muted">Buy something in the shop, and the payment appears here.</p>
            </section>`
          : html`<ul class="card list">
              ${payments.map((payment) => paymentRow(payment, now))}
            </ul>`
      }`,
    { isWide: true },
  );
}

function paymentRow(payment: SimulatedPayment, now: Date): Html {
  const state = isExpired(payment, now) ? "expired" : payment.state;
  const { charged, amount, currency } = payment;
  const isAsAsked = charged.amount === amount && charged.currency === currency;
  return html`<li>
    <div>
      ${payment.merchant} <span class="muted small">${PROTOCOL_NAMES[payment.protocol]}</span>
      <p class="muted small">${payment.orderNumber ?? payment.reference}</p>
    </div>
    <div>
      <p class="amount">${formatMoney(charged.amount, charged.currency, "en")}</p>
      ${!isAsAsked && html`<p class="muted small amount">asked: ${formatMoney(amount, currency, "en")}</p>`}
    </div>
    <div class="wideline">
      <span class="state ${state}">${state}</span>
      ${tools(payment, state)}
    </div>
    ${
      payment.deliveries.length > 0 &&
      html`<div class="wideline">
        <div>${payment.deliveries.map(deliveryLine)}</div>
      </div>`
    }
  </li>`;
}

function tools(payment: SimulatedPayment, state: string): Html {
  return html`<div class="tools">
    ${state === "open" && html`<a class="button" href="${pagePath(payment)}">Open the payment page</a>`}
    ${
      state === "pending" &&
      html`<form class="tools" method="post" action="/payments/${payment.id}/settle">
        <button class="button" name="result" value="paid">Mark as paid</button>
        <button class="button" name="result" value="failed">Mark as failed</button>
      </form>`
    }
    ${
      payment.deliveries.length > 0 &&
      html`<form method="post" action="/payments/${payment.id}/callback">
        <button class="button">Send the callback again</button>
      </form>`
    }
    ${payment.manner !== undefined && mannerForm(payment.id, payment.manner)}
  </div>`;
}

function mannerForm(paymentId: string, manner: Manner): Html {
  return html`<form class="tools" method="post" action="/payments/${paymentId}/manner">
    <label class="tools small">
      Answers calls
      <select class="pick" name="manner">
        ${MANNERS.map(
          ({ id, label }) =>
            html`<option value="${id}" ${id === manner && html`selected`}>
              ${label}
            </option>`,
        )}
      </select>
    </label>
    <button class="button">Set</button>
  </form>`;
}

/** Gives the address of a payment's page as its protocol has it. */
export function pagePath({ protocol, id }: SimulatedPayment): string {
  return protocol === "dwolla" ? `/payment/checkout/${id}` : `/pay/${id}`;
}

function deliveryLine({ sentAt, callback, status, error, durationMs }: Delivery): Html {
  const answer = status === undefined ? (error ?? "no answer yet") : String(status);
  return html`<details class="small">
    <summary class="muted">
      Callback ${sentAt.toISOString().slice(11, 19)} UTC: ${answer}${durationMs !== undefined && ` (${durationMs} ms)`}
    </summary>
    <pre>
POST ${callback.url}
${callback.contentType}

${callback.body}</pre>
  </details>`;
}
