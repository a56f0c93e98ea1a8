import type { PaymentTransition } from "../../shared/states.ts";
import { transitionFrom } from "../../shared/states.ts";
import type { MoneyReport } from "../gateways/gateway.ts";
import type { AttemptRecord, Ledger, PaymentRecord } from "../stores/ledger.ts";
import { newId } from "./ids.ts";

/** States in which money is, or was, authorized or taken. */
const COUNTING_STATES: ReadonlySet<PaymentRecord["state"]> = new Set([
  "authorization",
  "completed",
  "partially_refunded",
  "refunded",
  "authorization_voided",
  "authorization_expired",
]);

/** Tells whether a payment is, or once was, money and not merely on its way. */
export function isMoney(payment: PaymentRecord): boolean {
  return COUNTING_STATES.has(payment.state);
}

/** Finds the payment that completes a session: the money that is no duplicate. */
export function findCountingPayment(payments: readonly PaymentRecord[]): PaymentRecord | undefined {
  return payments.find((payment) => isMoney(payment) && payment.duplicateOf === undefined);
}

/** Finds the payment to show as the session's: the counting one, else one that is pending. */
export function findPaymentToShow({ payments }: Ledger): PaymentRecord | undefined {
  return findCountingPayment(payments) ?? payments.findLast(({ state }) => state === "pending");
}

/** Makes the record of money that a provider reported for the first time. */
export function newPayment(ledger: Ledger, attempt: AttemptRecord, report: MoneyReport, time: string): PaymentRecord {
  const payment: PaymentRecord = {
    id: newId("pay"),
    sessionId: ledger.session.id,
    attemptId: attempt.id,
    gateway: attempt.gateway,
    environment: attempt.environment,
    state: "pending",
    amount: report.amount,
    capturedAmount: 0,
    refundedAmount: 0,
    balance: 0,
    currency: report.currency,
    remoteId: report.remoteId,
    remoteState: report.remoteState,
    createdAt: time,
    operations: [],
    ...(report.details === undefined ? {} : { remoteDetails: report.details }),
  };
  switch (report.outcome) {
    case "pending":
      payment.state = transitionFrom("create_pending", null);
      break;
    case "authorized":
      payment.state = transitionFrom("authorize", null);
      noteAuthorized(payment, report, time);
      break;
    case "completed":
      payment.state = transitionFrom("authorize_capture", null);
      takeMoney(payment, payment.amount, time);
      break;
  }
  return payment;
}

/**
 * Moves a payment along its state table and keeps its amounts in step.
 *
 * @throws RangeError when the table has no such way
 */
export function applyTransition(
  payment: PaymentRecord,
  transition: PaymentTransition,
  { amount = payment.amount, time }: { amount?: number; time: string },
): void {
  payment.state = transitionFrom(transition, payment.state);
  if (transition === "capture" || transition === "receive") takeMoney(payment, amount, time);
  if (transition === "authorize") payment.authorizedAt = time;
  if (transition === "refund" || transition === "partially_refund") {
    payment.refundedAmount += amount;
    payment.balance = payment.capturedAmount - payment.refundedAmount;
  }
  assertConserved(payment);
}

/** Gives back a part of what was taken, or the rest of it. */
export function applyRefund(payment: PaymentRecord, amount: number, time: string): void {
  applyTransition(payment, amount < payment.balance ? "partially_refund" : "refund", { amount, time });
}

/** Keeps when an authorization was given and when it lapses. */
export function noteAuthorized(payment: PaymentRecord, report: MoneyReport, time: string): void {
  payment.authorizedAt = time;
  noteAuthorizationExpiry(payment, report);
}

/** Keeps when an authorization lapses; of two times the later counts, whichever was told first. */
export function noteAuthorizationExpiry(payment: PaymentRecord, { authorizationExpiresAt }: MoneyReport): void {
  if (authorizationExpiresAt === undefined) return;
  if ((payment.authorizationExpiresAt ?? "") < authorizationExpiresAt) {
    payment.authorizationExpiresAt = authorizationExpiresAt;
  }
}

/** Lets money that was only authorized be captured by itself, where the session is to be paid at once. */
export function noteCaptureDue(attempt: AttemptRecord, payment: PaymentRecord, time: string): void {
  const isUntouched = payment.state === "authorization" && payment.operations.length === 0;
  // Nobody waits any more for money that came late, and a duplicate is the merchant's to look at.
  const isWanted = attempt.isCapturedAtOnce === true && payment.late !== true && payment.duplicateOf === undefined;
  if (isUntouched && isWanted) payment.operationDue = { type: "capture", at: time };
}

function takeMoney(payment: PaymentRecord, amount: number, time: string): void {
  payment.capturedAmount = amount;
  payment.balance = amount - payment.refundedAmount;
  payment.completedAt = time;
}

function assertConserved({ id, amount, capturedAmount, refundedAmount, balance }: PaymentRecord): void {
  const isConserved =
    refundedAmount <= capturedAmount && capturedAmount <= amount && balance === capturedAmount - refundedAmount;
  if (!isConserved) {
    throw new RangeError(`${id} would not add up: ${amount} ≥ ${capturedAmount} ≥ ${refundedAmount}, left ${balance}`);
  }
}
