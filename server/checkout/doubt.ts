/**
 * What the provider says of a payment ends the doubt about operations whose answer never came. A capture or void that
 * shows in the payment's state is settled with it, by `decide`; here are the refund that shows in the amount, and
 * everything that was not done.
 */
import { isMoneyReport, type MoneyReport, type Report } from "../gateways/gateway.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import type { Operation } from "../../shared/records.ts";
import type { GatewayError } from "../errors.ts";
import { canTransition } from "../../shared/states.ts";
import type { Change } from "./change.ts";
import { applyRefund } from "./payment.ts";

/** Longer than any call to a provider may take: one that was made later than this ago may still be under way. */
const UNDER_WAY_MS = 60_000;

/** How often a duplicate is given back before it is held; each time the provider is asked what came of it. */
const MOST_TRIES = 6;

/** Tells whether an operation may still be on its way to the provider and back. */
export function isUnderWay({ createdAt, repeatedAt = createdAt }: Operation, now: Date): boolean {
  return isRecent(repeatedAt, now);
}

/** Tells whether a call that was made then (ISO 8601) may still be under way. */
export function isRecent(time: string, now: Date): boolean {
  return now.getTime() - Date.parse(time) < UNDER_WAY_MS;
}

/** Finds an operation about which the provider still owes an answer, of one type or of any. */
export function findDoubt({ operations }: PaymentRecord, type?: Operation["type"]): Operation | undefined {
  return operations.find((operation) => isOwed(operation) && (type === undefined || operation.type === type));
}

/** Tells whether the provider still owes an answer about an operation. */
export function isInDoubt(payment: PaymentRecord): boolean {
  return findDoubt(payment) !== undefined;
}

/** An operation is owed an answer where none came, and where the provider said that it is working on it. */
function isOwed({ status }: Operation): boolean {
  return status === "unknown" || status === "pending";
}

/**
 * Ends the doubt about what was not done, as far as it can be told: where there is no provider to ask, and what a crash
 * left unnoted can only be noted again; or where the provider says that nothing more can be done.
 */
export function forgetUnanswered(change: Change, payment: PaymentRecord): void {
  for (const operation of payment.operations) {
    if (operation.status === "unknown") noteNotDoneInTime(change, payment, operation);
  }
}

/** Ends what doubt can be ended by a report that the provider, asked, gave of an attempt. */
export function resolveDoubt(change: Change, attemptId: string, report: Report): void {
  if (!isMoneyReport(report)) return;
  for (const payment of change.ledger.payments) {
    if (payment.attemptId !== attemptId || payment.remoteId !== report.remoteId) continue;
    for (const operation of payment.operations) {
      if (isOwed(operation)) resolveOperation(change, payment, operation, report);
    }
  }
}

function resolveOperation(change: Change, payment: PaymentRecord, operation: Operation, report: MoneyReport): void {
  switch (operation.type) {
    case "capture":
      if (report.outcome === "authorized") noteNotDoneInTime(change, payment, operation);
      return;
    case "void":
      // Money that is still there may yet be released; what was taken, never.
      if (operation.status === "pending" && report.outcome === "completed") noteNotDone(change, payment, operation);
      else noteNotDoneInTime(change, payment, operation);
      return;
    case "refund":
      if (report.refundedAmount === payment.refundedAmount) noteNotDoneInTime(change, payment, operation);
      if (report.refundedAmount === payment.refundedAmount + operation.amount) {
        applyRefund(payment, operation.amount, change.time);
        noteDone(change, payment, operation);
        change.record(`payment.${payment.state}`, { payment, remoteState: report.remoteState });
      }
  }
}

function noteNotDoneInTime(change: Change, payment: PaymentRecord, operation: Operation): void {
  // What the provider said it is working on may still be done at any time.
  if (operation.status === "pending") return;
  if (!isUnderWay(operation, change.now)) noteNotDone(change, payment, operation);
}

/** Notes that no answer came to an operation, and why; what is noted already is not noted again. */
export function noteInDoubt(
  change: Change,
  payment: PaymentRecord,
  operation: Operation,
  { code, message }: GatewayError,
): void {
  if (operation.errorCode !== undefined) return;
  operation.errorCode = code;
  operation.message = message;
  const { type, amount } = operation;
  change.record("operation.unknown", { payment, operationId: operation.id, data: { type, amount, code, message } });
}

/** Ends the doubt about an operation that was done. */
export function noteDone(change: Change, payment: PaymentRecord, operation: Operation): void {
  operation.status = "succeeded";
  delete operation.errorCode;
  delete operation.message;
  const { type, amount } = operation;
  change.record("operation.succeeded", { payment, operationId: operation.id, data: { type, amount } });
}

/** Ends the doubt about an operation that was not done. */
export function noteNotDone(change: Change, payment: PaymentRecord, operation: Operation): void {
  const { type, amount } = operation;
  operation.status = "failed";
  operation.errorCode = "provider_error";
  const why = operation.message === undefined ? "" : `: ${operation.message}`;
  operation.message = `the ${type} was not done${why}`;
  change.record("operation.failed", { payment, operationId: operation.id, data: { type, amount } });
  giveBackAgain(change, payment);
}

/** Lets a duplicate that was not given back after all be given back by itself again, or holds it at last. */
function giveBackAgain(change: Change, payment: PaymentRecord): void {
  const { duplicateOf, state, operations } = payment;
  const isLeft = canTransition("refund", state) || canTransition("void", state);
  if (change.onDuplicate !== "refund" || duplicateOf === undefined || !isLeft) return;
  const failed = operations.filter(({ status }) => status === "failed");
  if (failed.length < MOST_TRIES) payment.operationDue = { type: "give_back", at: change.time };
  else change.record("payment.duplicate_held", { payment });
}
