import type { Context } from "koa";
import { assertNever } from "../../shared/assert-never.ts";
import { html, type Html } from "../../shared/html.ts";
import { formatMoney } from "../../shared/money.ts";
import type { CheckoutSession, GatewayOption } from "../../shared/records.ts";
import { answerPage } from "./page.ts";

/** What the plain page needs beside the session. */
export interface CheckoutPageOptions {
  /** The shop's page for this session. */
  shopAddress: string;
  /** The shop's page for a customer who does not pay. */
  leaveAddress: string;
  /** How to pay what is pending, one paragraph a line. */
  instructions?: string | undefined;
}

/** Answers with a session as a plain page that works without JavaScript. */
export function answerCheckoutPage(ctx: Context, session: CheckoutSession, options: CheckoutPageOptions): void {
  const total = formatMoney(session.amount, session.currency, session.locale);
  answerPage(ctx, 200, {
    title: `${TITLES[session.status]} – ${total}`,
    body: html`<main class="checkout">
      ${orderSummary(session, total)}
      <section class="next">${nextStep(session, total, options)}</section>
    </main>`,
    style: CHECKOUT_STYLE,
    leadsToProvidersIn: session.environment,
  });
}

const TITLES = {
  open: "Pay for your order",
  pending: "Your payment is being processed",
  complete: "Paid",
  expired: "This checkout has expired",
  cancelled: "This checkout was called off",
} as const satisfies Record<CheckoutSession["status"], string>;

/** What a summary shows of an order, whether it has a session or not. */
export type Summary = Pick<CheckoutSession, "amount" | "currency" | "items" | "shipping" | "tax" | "discount"> & {
  orderId?: string | undefined;
  locale?: string | undefined;
};

/** Shows what is ordered and what it costs. */
export function orderSummary(order: Summary, total: string): Html {
  return html`<section class="card summary" aria-labelledby="summary-title">
    <h2 id="summary-title">${order.orderId === undefined ? "Your order" : `Order ${order.orderId}`}</h2>
    ${linesOf(order)}
    <p class="total"><span>Total</span> <strong class="amount">${total}</strong></p>
  </section>`;
}

function linesOf(session: Summary): Html {
  const money = (amount: number) => formatMoney(amount, session.currency, session.locale);
  const extras = (["shipping", "tax", "discount"] as const).filter((name) => session[name] !== 0);
  return html`<ul class="lines">
    ${session.items.map(
      ({ name, description, quantity, unitAmount }) =>
        html`<li>
          <span
            >${name}${quantity > 1 && html` <span class="muted">× ${quantity}</span>`}${
              description !== undefined && html`<br /><span class="muted small">${description}</span>`
            }</span
          >
          <span class="amount">${money(quantity * unitAmount)}</span>
        </li>`,
    )}${extras.map(
      (name) =>
        html`<li class="muted">
          <span>${EXTRA_NAMES[name]}</span><span class="amount">${money(session[name])}</span>
        </li>`,
    )}
  </ul>`;
}

const EXTRA_NAMES = { shipping: "Shipping", tax: "Tax", discount: "Discount" } as const;

function nextStep(session: CheckoutSession, total: string, options: CheckoutPageOptions): Html {
  switch (session.status) {
    case "open":
      return openStep(session, total, options);
    case "pending":
      return options.instructions === undefined
        ? html`<h1>${TITLES.pending}</h1>
            <p class="muted">This can take a while. You need not wait here: the shop will tell you when it is done.</p>
            <p class="buttons">
              <a class="button primary wide" href="${options.shopAddress}">Back to the shop</a>
              <a class="button wide" href="${session.url}">Check again</a>
            </p>`
        : html`<h1>How to pay</h1>
            ${options.instructions.split("\n").map((line) => html`<p>${line}</p>`)}
            <p class="buttons"><a class="button primary wide" href="${options.shopAddress}">Back to the shop</a></p>`;
    case "complete":
      return html`<h1>Paid. Thank you!</h1>
        <p class="muted">The shop has been told. Nothing more is to be done here.</p>
        <p class="buttons"><a class="button primary wide" href="${options.shopAddress}">Back to the shop</a></p>`;
    case "expired":
    case "cancelled":
      return html`<h1>${TITLES[session.status]}</h1>
        <p class="muted">Nothing was paid. Go back to the shop to start again.</p>
        <p class="buttons"><a class="button primary wide" href="${options.leaveAddress}">Back to the shop</a></p>`;
    default:
      return assertNever(session.status);
  }
}

function openStep(session: CheckoutSession, total: string, { leaveAddress }: CheckoutPageOptions): Html {
  const gateways = session.gateways.filter(({ presentations }) => presentations.includes("redirect"));
  const notice = NOTICES[session.attempt?.state ?? "started"];
  return html`<h1>${TITLES.open}</h1>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${
      gateways.length === 0
        ? html`<p>This order can only be paid in the shop's own page.</p>`
        : payForm(session, gateways, total)
    }
    <p class="buttons"><a href="${leaveAddress}">Back to the shop without paying</a></p>`;
}

/** What became of the last attempt, where the customer is to try again. */
const NOTICES: Partial<Record<string, string>> = {
  declined: "The payment was declined. Nothing was taken. You can try again, or pay another way.",
  cancelled: "You called the payment off. Nothing was taken. You can take it up again here.",
  failed: "The payment did not work. Nothing was taken. You can try again, or pay another way.",
  expired: "The payment took too long. Nothing was taken. You can start again here.",
};

function payForm(session: CheckoutSession, gateways: readonly GatewayOption[], total: string): Html {
  const [only] = gateways;
  return html`<form class="pay" method="post" action="${session.url}">
    ${
      gateways.length === 1
        ? html`<input type="hidden" name="gateway" value="${only?.id}" />`
        : html`<fieldset>
            <legend>How would you like to pay?</legend>
            ${gateways.map(
              ({ id, label }, index) =>
                html`<label
                  ><input type="radio" name="gateway" value="${id}" ${index === 0 && "checked"} /> ${label}</label
                >`,
            )}
          </fieldset>`
    }
    <button class="button primary wide">Pay ${total}</button>
  </form>`;
}

/** The style sheet of both pages that show an order. */
export const CHECKOUT_STYLE = `
.checkout{max-width:60rem;margin:0 auto;padding:24px 16px 48px;display:grid;gap:24px}
.summary{padding:24px}
.lines{display:grid;gap:12px;margin:16px 0}
.lines li{display:flex;justify-content:space-between;gap:16px}
.total{display:flex;justify-content:space-between;align-items:baseline;border-top:1px solid var(--offsite-line);padding-top:16px}
.total strong{font-size:var(--offsite-text-total);letter-spacing:-.01em}
.pay{display:grid;gap:16px}
.pay fieldset{display:grid;gap:8px;margin:0;padding:0;border:0}
.pay legend{margin-bottom:8px;padding:0;font-weight:600}
.pay label{display:flex;align-items:center;gap:12px;min-height:44px;padding:8px 16px;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:var(--offsite-surface);cursor:pointer}
.pay label:has(:checked){border-color:var(--offsite-accent)}
.pay input{width:18px;height:18px;margin:0;accent-color:var(--offsite-accent)}
.next{display:grid;gap:16px;align-content:start}
.buttons{display:grid;gap:12px;justify-items:center}
.notice{border:1px solid var(--offsite-line);border-inline-start:4px solid var(--offsite-warning);border-radius:var(--offsite-radius);padding:12px 16px;background:var(--offsite-surface)}
@media (min-width:48rem){.checkout{grid-template-columns:1fr 1fr;padding-top:64px;gap:48px}.summary{order:2;align-self:start}}
`;
