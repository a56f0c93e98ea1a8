/**
 * Carries out an operation that is already stored: the provider is called with the operation's id as its idempotency
 * key, and what it said is stored. Where it said nothing the operation stays `unknown`: it is asked about, or, where the
 * provider cannot be asked but minds the key, sent again with the same one.
 */
import type { Operation, Payment } from "../../shared/records.ts";
import { canTransition } from "../../shared/states.ts";
import { GatewayError, KeyConflictError } from "../errors.ts";
import type { Gateway, OperationReport, Trip } from "../gateways/gateway.ts";
import type { Ledger, PaymentRecord } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { followPayments } from "./decide.ts";
import { isUnderWay, noteInDoubt } from "./doubt.ts";
import { requirePayment, tripOf } from "./find-payment.ts";
import { applyRefund, applyTransition } from "./payment.ts";
import { scheduleCheck, secondsAfter } from "./schedule.ts";
import { viewPayment } from "./view.ts";

/** What became of an operation: `isDone` is false while the provider works on it, or where its outcome is in doubt. */
export interface OperatedPayment {
  payment: Payment;
  isDone: boolean;
}

/** An operation that is stored as `unknown` and is now to be sent. */
export interface StoredOperation {
  operation: Operation;
  payment: PaymentRecord;
  trip: Trip;
  call: NonNullable<Gateway["capture" | "void" | "refund"]>;
  /** Whether it is done by itself, and so is tried again by itself where the provider fails. */
  isDue: boolean;
}

/**
 * Sends an operation and stores what came of it.
 *
 * @throws GatewayError where the provider said no, or was not reached: the operation has then failed
 */
export async function carryOut(
  checkout: Checkout,
  stored: StoredOperation,
  { keep, isRepeat = false }: { keep?: KeepAnswer<OperatedPayment> | undefined; isRepeat?: boolean } = {},
): Promise<OperatedPayment> {
  const { operation, payment, trip, call } = stored;
  let heard: Heard;
  try {
    heard = { report: await call(payment, { operationId: operation.id, amount: operation.amount }, trip) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    // That this call was not sent does not say that an earlier one was not.
    heard = error.inDoubt || isRepeat ? { doubt: error } : { refusal: error };
  }
  if ("doubt" in heard) {
    checkout.log.warn({ paymentId: payment.id, operationId: operation.id, err: heard.doubt }, "operation in doubt");
  }
  const answer = await storeHeard(checkout, stored, heard, keep);
  if ("refusal" in heard) throw heard.refusal;
  if ("report" in heard && heard.report.status === "failed") {
    throw new GatewayError("gateway_declined", heard.report.message ?? `the provider refused the ${operation.type}`);
  }
  return answer;
}

/** What a call came to: the provider's word; that it was not sent, or was refused; or nothing. */
type Heard = { report: OperationReport } | { refusal: GatewayError } | { doubt: GatewayError };

/**
 * Sends again, each with its own key, the operations of an attempt whose answers never came, at a provider that can
 * only be asked so. What fails again stays in doubt.
 */
export async function repeatOperations(
  checkout: Checkout,
  { session, attempts }: Ledger,
  attemptId: string,
): Promise<void> {
  const attempt = attempts.find(({ id }) => id === attemptId);
  const gateway = checkout.gateways.get(attempt?.gateway ?? "");
  if (gateway?.repeatsCalls !== true) return;
  for (const { payment, operation, trip } of await takeUnanswered(checkout, session.id, attemptId)) {
    const call = gateway[operation.type]?.bind(gateway);
    if (call === undefined) continue;
    try {
      await carryOut(checkout, { operation, payment, trip, call, isDue: false }, { isRepeat: true });
    } catch (error) {
      // The provider's no is stored with the operation, and nobody waits here to be told.
      if (!(error instanceof GatewayError)) throw error;
    }
  }
}

/** Takes the operations that are to be sent again, so that nobody else sends them at the same time. */
function takeUnanswered(
  checkout: Checkout,
  sessionId: string,
  attemptId: string,
): Promise<Omit<StoredOperation, "call" | "isDue">[]> {
  return checkout.store.transact(sessionId, (ledger) => {
    if (ledger === null) return { result: [] };
    const change = new Change(ledger, "fetch", checkout);
    const taken: { payment: PaymentRecord; operation: Operation }[] = [];
    for (const payment of ledger.payments.filter((one) => one.attemptId === attemptId)) {
      for (const operation of payment.operations) {
        // One that is under way has its answer still to come.
        if (operation.status !== "unknown" || isUnderWay(operation, change.now)) continue;
        operation.repeatedAt = change.time;
        change.record("operation.repeated", { payment, operationId: operation.id });
        taken.push({ payment, operation });
      }
    }
    return change.commit((records) =>
      taken.map(({ payment, operation }) => structuredClone({ payment, operation, trip: tripOf(records, payment) })),
    );
  });
}

/** Ends an operation, or notes that the provider is at work on it; gives how it stands then. */
export function noteOutcome(
  change: Change,
  payment: PaymentRecord,
  operation: Operation,
  report: OperationReport,
): OperationReport["status"] {
  const { type, amount } = operation;
  operation.status = report.status;
  // Why it was in doubt is in the events; this is what became of it.
  delete operation.errorCode;
  delete operation.message;
  if (report.remoteId !== undefined) operation.remoteId = report.remoteId;
  if (report.actionId !== undefined) operation.actionId = report.actionId;
  if (report.errorCode !== undefined) operation.errorCode = report.errorCode;
  if (report.message !== undefined) operation.message = report.message;
  if (report.details !== undefined) operation.remoteDetails = { ...operation.remoteDetails, ...report.details };
  if (report.remoteState !== undefined) payment.remoteState = report.remoteState;
  if (report.status === "succeeded") applyOperation(change, payment, operation);
  change.record(`operation.${report.status}`, { payment, operationId: operation.id, data: { type, amount } });
  followPayments(change);
  return report.status;
}

async function storeHeard(
  checkout: Checkout,
  { operation: { id: operationId }, payment: { id: paymentId, sessionId }, isDue }: StoredOperation,
  heard: Heard,
  keep: KeepAnswer<OperatedPayment> | undefined,
): Promise<OperatedPayment> {
  const write = (ledger: Ledger | null) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    const change = new Change(records, "operator", checkout);
    const operation = payment.operations.find(({ id }) => id === operationId);
    if (operation === undefined) throw new TypeError(`${paymentId} has no operation ${operationId}`);
    const answer = (isDone: boolean) => () => ({ payment: viewPayment(payment), isDone });
    // The provider's notification, or a question asked meanwhile, may have settled it already.
    if (operation.status !== "unknown" && !wasDoneAfterAll(payment, operation, heard)) {
      return change.commit(answer(operation.status !== "pending"), keep);
    }
    if ("doubt" in heard) {
      noteInDoubt(change, payment, operation, heard.doubt);
      return change.commit(answer(false), keep);
    }
    const status = noteOutcome(change, payment, operation, asReport(heard));
    if ("refusal" in heard && isDue) tryLater(checkout, change, payment, operation);
    stopAsking(checkout, change, payment);
    return change.commit(answer(status !== "pending"), status === "failed" ? undefined : keep);
  };
  try {
    return await checkout.store.transact(sessionId, write);
  } catch (error) {
    if (!(error instanceof KeyConflictError)) throw error;
    throw new GatewayError("gateway_unavailable", "the provider names what belongs to another payment", {
      cause: error,
      inDoubt: true,
    });
  }
}

/**
 * Tells whether the call itself says that what was taken for not done was done: its process may have slept, or the clock
 * leapt, while the provider, asked, did not know of it yet.
 */
function wasDoneAfterAll(payment: PaymentRecord, { status, actionId }: Operation, heard: Heard): boolean {
  // There was never money in a payment that failed, and nothing that a void of it could have released.
  if (status !== "failed" || payment.state === "failed" || !("report" in heard)) return false;
  const { report } = heard;
  // What was known to be pending has ended since, by the provider's own word.
  return report.status === "succeeded" || (report.status === "pending" && actionId === undefined);
}

function asReport(heard: Exclude<Heard, { doubt: GatewayError }>): OperationReport {
  if ("report" in heard) return heard.report;
  return { status: "failed", errorCode: heard.refusal.code, message: heard.refusal.message };
}

function applyOperation(change: Change, payment: PaymentRecord, { type, amount }: Operation): void {
  // The provider's own news, or another operation, may have overtaken its answer: the merchant has to look.
  if (!canTransition(type, payment.state) || (type === "refund" && amount > payment.balance)) {
    payment.contradictedAt = change.time;
    change.record("payment.contradicted", { payment, data: { type } });
    return;
  }
  if (type === "refund") applyRefund(payment, amount, change.time);
  else applyTransition(payment, type, { amount, time: change.time });
  change.record(`payment.${payment.state}`, { payment });
}

/** Lets what did not reach the provider be tried again by itself, as often as the schedule has intervals. */
function tryLater(checkout: Checkout, change: Change, payment: PaymentRecord, { type, errorCode }: Operation): void {
  const isGivenBack = payment.duplicateOf !== undefined;
  const failed = payment.operations.filter(({ status, ...one }) => one.type === type && status === "failed");
  const interval = checkout.schedule.checkAfterSeconds[failed.length - 1];
  // What a provider will not give back is the merchant's to look at.
  const isUnreached = errorCode === "gateway_unavailable" || errorCode === "circuit_open";
  const isWanted = isGivenBack ? type !== "capture" && isUnreached : payment.state === "authorization";
  if (!isWanted || interval === undefined) return;
  payment.operationDue = { type: isGivenBack ? "give_back" : "capture", at: secondsAfter(change.now, interval) };
}

/** A provider that can only be asked by sending the same again is asked nothing when all is answered. */
function stopAsking(checkout: Checkout, change: Change, payment: PaymentRecord): void {
  const gateway = checkout.gateways.get(payment.gateway);
  const attempt = change.ledger.attempts.find(({ id }) => id === payment.attemptId);
  if (gateway?.repeatsCalls !== true || attempt === undefined) return;
  scheduleCheck({ attempt, ledger: change.ledger, gateway }, checkout.schedule, change.now);
}
