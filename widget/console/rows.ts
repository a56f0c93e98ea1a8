import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import type { AttentionReason } from "../../shared/states.ts";
import type { GatewayView } from "./client.ts";
import { renderBadge } from "./console-part.ts";
import { money, timeElement } from "./format.ts";
import { paymentAddress, sessionAddress } from "./routes.ts";
import { gatewayLabel } from "./words/scene.ts";
import { ATTENTION_WORDS, PAYMENT_WORDS, SESSION_WORDS } from "./words/states.ts";

/** A payment as a list gives it. */
export type ListedPayment = Payment & { orderId?: string };

/** Renders a payment as one line of a list. */
export function renderPaymentRow(payment: ListedPayment, gateways: readonly GatewayView[]): TemplateResult {
  const { id, amount, currency, state, gateway, orderId, createdAt, attention } = payment;
  return html`<li>
    <a class="row" href=${paymentAddress(id)}>
      <span class="amount strong">${money(amount, currency)}</span>
      <span>${renderBadge(PAYMENT_WORDS[state])} ${renderReasons(attention)}</span>
      <span class="about">${orderId === undefined ? gatewayLabel({ gateways }, gateway) : `Order ${orderId}`}</span>
      <span class="muted">${timeElement(createdAt)}</span>
    </a>
  </li>`;
}

/** Renders a session as one line of a list. */
export function renderSessionRow(session: CheckoutSession): TemplateResult {
  const { id, amount, currency, status, orderId, customer, createdAt, attention } = session;
  const about = [orderId === undefined ? id : `Order ${orderId}`, customer?.email ?? customer?.reference];
  return html`<li>
    <a class="row" href=${sessionAddress(id)}>
      <span class="amount strong">${money(amount, currency)}</span>
      <span>${renderBadge(SESSION_WORDS[status])} ${renderReasons(attention)}</span>
      <span class="about">${about.filter((text) => text !== undefined).join(" · ")}</span>
      <span class="muted">${timeElement(createdAt)}</span>
    </a>
  </li>`;
}

function renderReasons(reasons: readonly AttentionReason[] | undefined): TemplateResult[] | typeof nothing {
  return reasons?.map((reason) => renderBadge([ATTENTION_WORDS[reason][0], "bad"])) ?? nothing;
}
