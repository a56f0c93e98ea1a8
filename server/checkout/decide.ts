/**
 * The one decision: what a proven fact about an attempt changes in the records of its session.
 *
 * 1. A success with another amount, currency or environment is noted on the attempt and never counts.
 * 2. Money finds its payment by remote id, or becomes a new one; a payment only ever moves forward, so the same fact
 *    again, or an older one late, changes nothing.
 * 3. The first money of a session completes it, also an expired or cancelled one (`late`); any other becomes a
 *    duplicate of the first.
 * 4. An end without money ends the attempt, and fails a payment that was pending; against money it changes nothing.
 *    Between ends the heavier word stays, whichever came first.
 * 5. The session's status follows from its payments.
 *
 * It asks nobody, reads no clock and gives the same end in every order of the facts.
 */
import { assertNever } from "../../shared/assert-never.ts";
import type { ATTEMPT_CODES, AttemptCode } from "../../shared/problems.ts";
import { canTransition } from "../../shared/states.ts";
import type { EndReport, MoneyReport, Report } from "../gateways/gateway.ts";
import type { AttemptRecord, Mismatch, PaymentRecord } from "../stores/ledger.ts";
import type { Change } from "./change.ts";
import { endWeight, isEndedByProvider } from "./end-weight.ts";
import { mismatchesOf, nameMismatch } from "./mismatch.ts";
import { findDoubt, isInDoubt, noteDone, noteNotDone } from "./doubt.ts";
import {
  applyTransition,
  findCountingPayment,
  isMoney,
  newPayment,
  noteAuthorizationExpiry,
  noteAuthorized,
  noteCaptureDue,
} from "./payment.ts";

/** A report that `checkout/` may act on: proven by the provider, or (only for ends) a browser's hint. */
export interface Fact {
  attemptId: string;
  isProven: boolean;
  report: Report;
}

/** Settles one fact into the draft of a change. Success must be proven. */
export function decide(change: Change, { attemptId, isProven, report }: Fact): void {
  const attempt = requireAttempt(change, attemptId);
  switch (report.outcome) {
    case "authorized":
    case "completed":
    case "pending": {
      if (!isProven) throw new TypeError("money counts only when it is proven");
      const code = findMismatch(attempt, report);
      if (code === undefined) settleMoney(change, attempt, report);
      else noteMismatch(change, attempt, report, code);
      break;
    }
    case "declined":
    case "cancelled":
    case "failed":
      settleEnd(change, attempt, report, isProven);
      break;
    default:
      assertNever(report);
  }
  followPayments(change);
}

/** Ends a live attempt by our own decision; a provider's word can still overrule it. */
export function endAttempt(
  change: Change,
  attempt: AttemptRecord,
  state: "expired" | "superseded" | "cancelled",
): void {
  if (attempt.state !== "started") return;
  attempt.state = state;
  attempt.endedAt = change.time;
  change.record(`attempt.${state}`, { attempt });
}

/** Brings the session's status into step with its payments. */
export function followPayments(change: Change): void {
  const { session, payments } = change.ledger;
  const before = session.status;
  if (before === "complete") return;
  if (findCountingPayment(payments) !== undefined) session.status = "complete";
  else if (before === "open" || before === "pending") {
    session.status = payments.some(({ state }) => state === "pending") ? "pending" : "open";
  }
  if (session.status !== before) change.record(`checkout_session.${session.status}`);
}

function requireAttempt({ ledger }: Change, attemptId: string): AttemptRecord {
  const attempt = ledger.attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined) throw new TypeError(`${ledger.session.id} has no attempt ${attemptId}`);
  return attempt;
}

type MismatchCode = Exclude<(typeof ATTEMPT_CODES)[number], "provider_error">;

function findMismatch(attempt: AttemptRecord, report: MoneyReport): MismatchCode | undefined {
  if (report.environment !== attempt.environment) return "environment_mismatch";
  if (report.currency !== attempt.currency) return "currency_mismatch";
  if (report.amount !== attempt.amount) return "amount_mismatch";
  return undefined;
}

function noteMismatch(change: Change, attempt: AttemptRecord, report: MoneyReport, code: MismatchCode): void {
  const { amount, currency, environment, remoteId, remoteState } = report;
  const found: Mismatch = { code, amount, currency, environment, remoteId };
  const known = mismatchesOf(attempt);
  if (known.some((one) => nameMismatch(one) === nameMismatch(found))) return;
  attempt.mismatches = [...known, found];
  delete attempt.mismatch;
  change.record(`attempt.${code}`, {
    attempt,
    remoteState,
    data: {
      expectedAmount: attempt.amount,
      expectedCurrency: attempt.currency,
      amount,
      currency,
      environment,
      // What a merchant needs to find it, and give it back.
      remoteId,
    },
  });
  if (attempt.state !== "settled") setEnd(change, attempt, "failed", { isProven: true, code, remoteState });
}

function settleMoney(change: Change, attempt: AttemptRecord, report: MoneyReport): void {
  const { ledger } = change;
  const known = ledger.payments.find(
    ({ attemptId, remoteId }) => attemptId === attempt.id && remoteId === report.remoteId,
  );
  if (known !== undefined) {
    noteAuthorizationExpiry(known, report);
    if (advancePayment(change, known, report)) settleAttempt(attempt, known, report, change.time);
    return;
  }
  const payment = newPayment(ledger, attempt, report, change.time);
  if (ledger.session.status === "expired" || ledger.session.status === "cancelled") payment.late = true;
  if (isMoney(payment)) markDuplicate(change, payment);
  ledger.payments.push(payment);
  change.record(`payment.${payment.state}`, { attempt, payment, remoteState: report.remoteState });
  if (report.outcome === "pending" && isEndedByProvider(attempt)) {
    // The provider had already called this trip off, and the news overtook each other.
    failPayment(change, payment, attempt.remoteState);
  } else {
    settleAttempt(attempt, payment, report, change.time);
  }
}

/** Moves a known payment forward; tells whether there was a way. */
function advancePayment(change: Change, payment: PaymentRecord, report: MoneyReport): boolean {
  const transition = transitionFor(payment, report);
  if (transition === undefined) return false;
  if (transition === "contradiction") {
    if (payment.remoteState === report.remoteState) return false;
    payment.remoteState = report.remoteState;
    payment.contradictedAt = change.time;
    change.record("payment.contradicted", { payment, remoteState: report.remoteState });
    return false;
  }
  const capture = findDoubt(payment, "capture");
  const amount = report.capturedAmount ?? capture?.amount ?? payment.amount;
  applyTransition(payment, transition, { amount, time: change.time });
  if (transition === "authorize") noteAuthorized(payment, report, change.time);
  if (transition === "capture" && capture !== undefined) noteDone(change, payment, capture);
  payment.remoteState = report.remoteState;
  markDuplicate(change, payment);
  change.record(`payment.${payment.state}`, { payment, remoteState: report.remoteState });
  return true;
}

function transitionFor(
  payment: PaymentRecord,
  { outcome }: MoneyReport,
): "authorize" | "receive" | "capture" | "contradiction" | undefined {
  if (outcome === "pending") return undefined;
  switch (payment.state) {
    case "pending":
    case "failed":
      return outcome === "authorized" ? "authorize" : "receive";
    case "authorization":
      return outcome === "completed" ? "capture" : undefined;
    case "voided":
    case "authorization_voided":
    case "authorization_expired":
      // The merchant was told that no money would come, and the provider says it took some.
      return outcome === "completed" ? "contradiction" : undefined;
    case "completed":
    case "partially_refunded":
    case "refunded":
      return undefined;
    default:
      return assertNever(payment.state);
  }
}

/** Marks money that came beside the payment that counts; it is then held for the merchant, or due to be given back. */
export function markDuplicate(change: Change, payment: PaymentRecord): void {
  const others = change.ledger.payments.filter(({ id }) => id !== payment.id);
  const counting = findCountingPayment(others);
  if (counting === undefined) return;
  payment.duplicateOf = counting.id;
  if (change.onDuplicate === "refund") payment.operationDue = { type: "give_back", at: change.time };
  // Money that is given back, or held for the merchant, is not taken first.
  else delete payment.operationDue;
  change.record("payment.duplicate", { payment, data: { duplicateOf: counting.id, onDuplicate: change.onDuplicate } });
}

function settleAttempt(attempt: AttemptRecord, payment: PaymentRecord, report: MoneyReport, time: string): void {
  attempt.remoteState = report.remoteState;
  if (report.actionId !== undefined) attempt.actionId = report.actionId;
  noteCaptureDue(attempt, payment, time);
  // Money on its way is asked about until it has arrived, an operation in doubt until it is known, and an authorization
  // when it lapses.
  if (report.outcome !== "pending" && !isInDoubt(payment)) {
    if (payment.state !== "authorization") delete attempt.nextCheckAt;
    else if (payment.authorizationExpiresAt !== undefined) attempt.nextCheckAt = payment.authorizationExpiresAt;
    // A provider that takes a token is told everything at once, and most cannot be asked.
    else if (attempt.paymentSourceToken !== undefined && attempt.isAskable !== true) delete attempt.nextCheckAt;
    // News that came after the last question: nobody else would notice that it has lapsed.
    else attempt.nextCheckAt ??= time;
  }
  if (attempt.state === "settled") return;
  attempt.state = "settled";
  attempt.endedAt = time;
  delete attempt.code;
  delete attempt.message;
  delete attempt.isEndProven;
}

function settleEnd(change: Change, attempt: AttemptRecord, report: EndReport, isProven: boolean): void {
  const ofAttempt = change.ledger.payments.filter(({ attemptId }) => attemptId === attempt.id);
  if (isProven && report.outcome === "cancelled" && settleVoid(change, ofAttempt, report)) return;
  if (ofAttempt.some(isMoney)) return;
  const isPending = ofAttempt.some(({ state }) => state === "pending");
  // A browser's word may not undo what the provider said.
  if (isPending && !isProven) return;
  for (const payment of ofAttempt) {
    if (payment.state === "pending") failPayment(change, payment, report.remoteState);
  }
  const { outcome: state, remoteState, code, message } = report;
  setEnd(change, attempt, state, {
    isProven,
    remoteState,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  });
}

/** A cancellation that the provider tells of while a void is in doubt is that void's. */
function settleVoid(change: Change, payments: readonly PaymentRecord[], report: EndReport): boolean {
  for (const payment of payments) {
    const operation = findDoubt(payment, "void");
    if (operation === undefined || !canTransition("void", payment.state)) continue;
    applyTransition(payment, "void", { time: change.time });
    payment.remoteState = report.remoteState;
    noteDone(change, payment, operation);
    change.record(`payment.${payment.state}`, { payment, remoteState: report.remoteState });
    return true;
  }
  return false;
}

function failPayment(change: Change, payment: PaymentRecord, remoteState: string | undefined): void {
  applyTransition(payment, "fail", { time: change.time });
  if (remoteState !== undefined) payment.remoteState = remoteState;
  const doubtful = findDoubt(payment, "void");
  if (doubtful !== undefined) noteNotDone(change, payment, doubtful);
  change.record("payment.failed", { payment, remoteState: payment.remoteState });
}

interface End {
  isProven: boolean;
  remoteState?: string;
  code?: AttemptCode;
  message?: string;
}

function setEnd(change: Change, attempt: AttemptRecord, state: EndReport["outcome"], end: End): void {
  const next = { state, isEndProven: end.isProven };
  if (endWeight(next) <= endWeight(attempt)) return;
  attempt.state = state;
  attempt.endedAt = change.time;
  attempt.isEndProven = end.isProven;
  delete attempt.code;
  delete attempt.message;
  if (end.code !== undefined) attempt.code = end.code;
  if (end.message !== undefined) attempt.message = end.message;
  if (end.remoteState !== undefined) attempt.remoteState = end.remoteState;
  if (end.isProven) delete attempt.nextCheckAt;
  change.record(`attempt.${state}`, {
    attempt,
    ...(end.remoteState === undefined ? {} : { remoteState: end.remoteState }),
    ...(end.code === undefined ? {} : { data: { code: end.code } }),
  });
}
