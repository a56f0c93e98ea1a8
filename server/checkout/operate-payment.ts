/**
 * Captures, voids and refunds for the merchant.
 *
 * 1. State, amount and ability are checked, and the operation is stored as `unknown`, in one transaction; a second
 *    operation waits until that one's outcome is known.
 * 2. The provider is called with the operation's id as its idempotency key.
 * 3. What it said is stored. Where it said nothing, the operation stays `unknown` and the provider is asked later: it
 *    is never sent as a new one.
 */
import type { Payment } from "../../shared/records.ts";
import { canTransition, type OperationType } from "../../shared/states.ts";
import { CheckoutError, GatewayError, StateError } from "../errors.ts";
import type { Gateway, OperationReport, Trip } from "../gateways/gateway.ts";
import { ledgerKey, type Ledger, type PaymentRecord } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import { requireGateway, type Checkout, type KeepAnswer } from "./checkout.ts";
import { followPayments, markDuplicate } from "./decide.ts";
import { findDoubt, forgetUnnoted } from "./doubt.ts";
import { newId } from "./ids.ts";
import { applyRefund, applyTransition } from "./payment.ts";
import { secondsAfter } from "./schedule.ts";
import { askProvider, readLedger } from "./settle.ts";
import { viewPayment } from "./view.ts";

const DONE = { capture: "captured", void: "voided", refund: "refunded" } as const satisfies Record<
  OperationType,
  string
>;

/** One operation to carry out; without `amount` on all that there is, with `isDue` only where it is still to be done. */
export interface WantedOperation {
  type: OperationType;
  amount?: number | undefined;
  isDue?: boolean;
}

/** What became of an operation: `isDone` is false while the provider works on it, or where its outcome is in doubt. */
export interface OperatedPayment {
  payment: Payment;
  isDone: boolean;
}

/**
 * Carries out one operation on a payment; without `amount`, on all that there is.
 *
 * @throws StateError `not_found`, `invalid_state`, `operation_in_doubt`, `amount_too_large`
 * @throws GatewayError `unsupported_operation`; `gateway_declined` where the provider said no
 */
export async function operatePayment(
  checkout: Checkout,
  paymentId: string,
  operation: WantedOperation,
  keep?: KeepAnswer<OperatedPayment>,
): Promise<OperatedPayment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  const stored = await storeOperation(checkout, sessionId, paymentId, operation);
  let report: OperationReport | undefined;
  let refusal: GatewayError | undefined;
  try {
    report = await stored.call(stored.payment, { operationId: stored.operationId, amount: stored.amount }, stored.trip);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (error.inDoubt)
      checkout.log.warn({ paymentId, operationId: stored.operationId, err: error }, "operation in doubt");
    else refusal = error;
  }
  const answer = await storeReport(checkout, sessionId, stored, refusal ?? report, keep);
  if (refusal !== undefined) throw refusal;
  if (report?.status === "failed") {
    throw new GatewayError("gateway_declined", report.message ?? `the provider refused the ${operation.type}`);
  }
  return answer;
}

/**
 * Notes that a pending payment which the merchant watches over, such as a bank transfer, has arrived.
 *
 * @throws StateError `not_found`, `invalid_state`
 * @throws GatewayError `unsupported_operation` where the provider, not the merchant, says so
 */
export async function receivePayment(
  checkout: Checkout,
  paymentId: string,
  keep?: KeepAnswer<OperatedPayment>,
): Promise<OperatedPayment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  return checkout.store.transact(sessionId, (ledger) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    const gateway = requireGateway(checkout, payment.gateway);
    if (gateway.isReceivedByMerchant !== true) {
      throw new GatewayError("unsupported_operation", `${payment.gateway} tells itself when a payment has arrived`);
    }
    const change = new Change(records, "operator", checkout);
    refuseInDoubt(change, payment, gateway);
    if (payment.state !== "pending") throw invalidState("received", payment);
    applyTransition(payment, "receive", { time: change.time });
    markDuplicate(change, payment);
    change.record("payment.completed", { payment });
    followPayments(change);
    return change.commit(() => ({ payment: viewPayment(payment), isDone: true }), keep);
  });
}

/** Asks the provider about a payment and settles what it says. @throws GatewayError where it cannot be asked */
export async function refreshPayment(checkout: Checkout, paymentId: string): Promise<Payment> {
  const { payment, records } = requirePayment(
    await readLedger(checkout, await findPaymentSession(checkout, paymentId)),
    paymentId,
  );
  if (requireGateway(checkout, payment.gateway).fetchPayment === undefined) {
    throw new GatewayError("unsupported_operation", `${payment.gateway} cannot be asked`);
  }
  const { ledger } = await askProvider(checkout, tripOf(records, payment), "operator");
  return viewPayment(requirePayment(ledger, paymentId).payment);
}

/** Reads one payment. @throws StateError `not_found` */
export async function readPayment(checkout: Checkout, paymentId: string): Promise<Payment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  return viewPayment(requirePayment(await readLedger(checkout, sessionId), paymentId).payment);
}

async function findPaymentSession({ store }: Checkout, paymentId: string): Promise<string> {
  const sessionId = await store.findSessionId(ledgerKey.payment(paymentId));
  if (sessionId === null) throw new StateError("not_found", "there is no such payment");
  return sessionId;
}

function requirePayment(ledger: Ledger | null, paymentId: string): { payment: PaymentRecord; records: Ledger } {
  const payment = ledger?.payments.find(({ id }) => id === paymentId);
  if (ledger === null || payment === undefined) throw new StateError("not_found", "there is no such payment");
  return { payment, records: ledger };
}

function tripOf({ session, attempts }: Ledger, { attemptId }: PaymentRecord): Trip {
  const attempt = attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined) throw new TypeError(`${session.id} has no attempt ${attemptId}`);
  return { session, attempt };
}

interface StoredOperation {
  operationId: string;
  amount: number;
  payment: PaymentRecord;
  trip: Trip;
  call: NonNullable<Gateway[OperationType]>;
}

function storeOperation(
  checkout: Checkout,
  sessionId: string,
  paymentId: string,
  { type, amount: wanted, isDue = false }: WantedOperation,
): Promise<StoredOperation> {
  return checkout.store.transact(sessionId, (ledger) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    const gateway = requireGateway(checkout, payment.gateway);
    const call = gateway[type]?.bind(gateway);
    if (call === undefined) throw new GatewayError("unsupported_operation", `${gateway.id} cannot ${type}`);
    const change = new Change(records, "operator", checkout);
    if (isDue && payment.operationDue === undefined) {
      throw new StateError("invalid_state", `the ${type} of ${payment.id} is no longer due`);
    }
    refuseInDoubt(change, payment, gateway);
    if (!canTransition(type, payment.state)) throw invalidState(DONE[type], payment);
    const limit = type === "refund" ? payment.balance : payment.amount;
    const amount = type === "void" ? payment.amount : (wanted ?? limit);
    if (amount > limit)
      throw new StateError("amount_too_large", `at most ${limit} can be ${DONE[type]}, not ${amount}`);
    const operation = { id: newId("op"), type, amount, status: "unknown" as const, createdAt: change.time };
    payment.operations.push(operation);
    // Whoever captures, or gives a duplicate back, first: it is not done again by itself.
    delete payment.operationDue;
    const trip = tripOf(records, payment);
    if (gateway.fetchPayment !== undefined) askSoon(checkout, change, trip);
    change.record("operation.created", { payment, operationId: operation.id, data: { type, amount } });
    return change.commit(() => ({ operationId: operation.id, amount, payment: structuredClone(payment), trip, call }));
  });
}

/** Lets one operation wait for another whose outcome is not known. @throws StateError `operation_in_doubt` */
function refuseInDoubt(change: Change, payment: PaymentRecord, gateway: Gateway): void {
  if (gateway.isReceivedByMerchant === true) forgetUnnoted(change, payment);
  const open = findDoubt(payment);
  if (open !== undefined) {
    throw new StateError("operation_in_doubt", `the outcome of ${open.type} ${open.id} is not known yet`);
  }
}

function storeReport(
  checkout: Checkout,
  sessionId: string,
  { operationId, amount, payment: { id: paymentId } }: StoredOperation,
  report: OperationReport | GatewayError | undefined,
  keep: KeepAnswer<OperatedPayment> | undefined,
): Promise<OperatedPayment> {
  return checkout.store.transact(sessionId, (ledger) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    const change = new Change(records, "operator", checkout);
    const operation = payment.operations.find(({ id }) => id === operationId);
    if (operation === undefined) throw new TypeError(`${paymentId} has no operation ${operationId}`);
    const answer = (isDone: boolean) => () => ({ payment: viewPayment(payment), isDone });
    // The provider's notification, or a question asked meanwhile, may have settled it already.
    if (operation.status !== "unknown") return change.commit(answer(true), keep);
    if (report === undefined) return change.commit(answer(false), keep);
    if (report instanceof CheckoutError) {
      operation.status = "failed";
      operation.errorCode = report.code;
      operation.message = report.message;
    } else {
      operation.status = report.status;
      if (report.remoteId !== undefined) operation.remoteId = report.remoteId;
      if (report.errorCode !== undefined) operation.errorCode = report.errorCode;
      if (report.message !== undefined) operation.message = report.message;
      if (report.remoteState !== undefined) payment.remoteState = report.remoteState;
    }
    if (operation.status === "succeeded") applyOperation(change, payment, operation.type, amount);
    change.record(`operation.${operation.status}`, { payment, operationId, data: { type: operation.type, amount } });
    followPayments(change);
    const isKept = operation.status !== "failed";
    return change.commit(answer(operation.status !== "pending"), isKept ? keep : undefined);
  });
}

function applyOperation(change: Change, payment: PaymentRecord, type: OperationType, amount: number): void {
  // The provider's own news may have overtaken its answer, and say otherwise: the merchant has to look.
  if (!canTransition(type, payment.state)) {
    change.record("payment.contradicted", { payment, data: { type } });
    return;
  }
  if (type === "refund") applyRefund(payment, amount, change.time);
  else applyTransition(payment, type, { amount, time: change.time });
  change.record(`payment.${payment.state}`, { payment });
}

function askSoon(checkout: Checkout, change: Change, trip: Trip): void {
  const attempt = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
  if (attempt === undefined) return;
  attempt.checks = 0;
  attempt.nextCheckAt = secondsAfter(change.now, checkout.schedule.checkAfterSeconds[0] ?? 60);
}

function invalidState(done: string, { id, state }: PaymentRecord): StateError {
  return new StateError("invalid_state", `${id} is ${state} and cannot be ${done}`);
}
