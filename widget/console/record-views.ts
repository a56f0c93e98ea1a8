import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Payment } from "../../shared/records.ts";
import { renderBadge } from "./console-part.ts";
import { timeElement } from "./format.ts";
import { paymentAddress, sessionAddress } from "./routes.ts";
import { renderPaymentRow } from "./rows.ts";
import { tellEvent, tellReason } from "./words/events.ts";
import { gatewayLabel } from "./words/scene.ts";
import type { Scene } from "./words/scene.ts";
import { ATTEMPT_WORDS, OPERATION_WORDS } from "./words/states.ts";

const OPERATION_BADGES = {
  succeeded: ["Done", "good"],
  pending: ["Under way", "wait"],
  failed: ["Not done", "calm"],
  unknown: ["In doubt", "bad"],
} as const;

/** Renders everything that happened, newest first, with what proved it. */
export function renderTimeline(scene: Scene, payment: Payment | undefined): TemplateResult {
  const events = scene.events.filter(
    ({ paymentId, attemptId }) =>
      payment === undefined ||
      (paymentId === undefined ? attemptId === undefined || attemptId === payment.attemptId : paymentId === payment.id),
  );
  const next = nextAsked(scene, payment);
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">What happened</h2>
    <ol class="card timeline">
      ${
        next === undefined
          ? nothing
          : html`<li class="next">
              <p>${next.label} is asked next.</p>
              <p class="small muted">${timeElement(next.at)}</p>
            </li>`
      }
      ${events.toReversed().map(
        (event) =>
          html`<li>
            <p>${tellEvent(event, scene)}</p>
            <p class="small muted">${timeElement(event.createdAt)} · ${tellReason(event)}</p>
          </li>`,
      )}
    </ol>
  </section>`;
}

/** Renders a session's payments, or the operations of one payment. */
export function renderPayments(scene: Scene, payment: Payment | undefined): TemplateResult | typeof nothing {
  if (payment === undefined) {
    const { payments = [] } = scene.session;
    if (payments.length === 0) return nothing;
    return html`<section aria-labelledby="payments">
      <h2 id="payments">Payments</h2>
      <ul class="card rows">
        ${payments.map((one) => renderPaymentRow(one, scene.gateways))}
      </ul>
    </section>`;
  }
  if (payment.operations.length === 0) return nothing;
  return html`<section aria-labelledby="operations">
    <h2 id="operations">Operations</h2>
    <ul class="card rows">
      ${payment.operations.map(
        ({ type, amount, status, createdAt, message }) =>
          html`<li class="row">
            <span class="amount strong">${scene.money(amount, payment.currency)}</span>
            <span>${renderBadge(OPERATION_BADGES[status])}</span>
            <span class="about">${capitalized(OPERATION_WORDS[type][0])}${message === undefined ? "" : `: ${message}`}</span>
            <span class="muted">${timeElement(createdAt)}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Renders the facts of a payment, or of a session. */
export function renderFacts(scene: Scene, payment: Payment | undefined): TemplateResult {
  const { session } = scene;
  const { customer } = session;
  const money = (amount: number) => html`<span class="amount">${scene.money(amount, session.currency)}</span>`;
  const facts: [string, unknown][] =
    payment === undefined
      ? [
          ["Order", session.orderId],
          ["Created", timeElement(session.createdAt)],
          ["Payable until", timeElement(session.expiresAt)],
          ["Capture", session.capture === "manual" ? "later, by you" : "at once"],
          ...(session.attempts ?? []).map((attempt): [string, unknown] => [
            `Trip to ${gatewayLabel(scene, attempt.gateway)}`,
            html`${ATTEMPT_WORDS[attempt.state]}${attempt.code === undefined ? nothing : html` <code>${attempt.code}</code>`}`,
          ]),
        ]
      : [
          ["Order", session.orderId],
          ["Session", html`<a href=${sessionAddress(session.id)}>${session.id}</a>`],
          ["Gateway", gatewayLabel(scene, payment.gateway)],
          ["Provider's id", html`<code>${payment.remoteId}</code>`],
          ["Provider's word", payment.remoteState],
          ["Captured", money(payment.capturedAmount)],
          ["Refunded", money(payment.refundedAmount)],
          ["Left", money(payment.balance)],
          [
            "Beside",
            payment.duplicateOf === undefined
              ? undefined
              : html`<a href=${paymentAddress(payment.duplicateOf)}>${payment.duplicateOf}</a>`,
          ],
        ];
  const common: [string, unknown][] = [
    [
      "Customer",
      [customer?.name, customer?.email, customer?.reference].filter((text) => text !== undefined).join(" · "),
    ],
    ["Environment", session.environment],
  ];
  return html`<aside aria-label="Details">
    <h2>Details</h2>
    <dl class="card pad">
      ${[...facts, ...common].map(([term, value]) =>
        value === undefined || value === "" ? nothing : html`<dt>${term}</dt><dd>${value}</dd>`,
      )}
    </dl>
  </aside>`;
}

function nextAsked(scene: Scene, payment: Payment | undefined): { at: string; label: string } | undefined {
  const attempts = scene.session.attempts ?? [];
  const next = attempts
    .filter(({ id, nextCheckAt }) => nextCheckAt !== undefined && (payment === undefined || payment.attemptId === id))
    .toSorted((one, other) => (one.nextCheckAt ?? "").localeCompare(other.nextCheckAt ?? ""))[0];
  if (next?.nextCheckAt === undefined) return undefined;
  return { at: next.nextCheckAt, label: gatewayLabel(scene, next.gateway) };
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
