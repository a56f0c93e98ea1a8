/**
 * Captures, voids and refunds for the merchant.
 *
 * 1. State, amount and ability are checked, and the operation is stored as `unknown`, in one transaction; a second
 *    operation waits until that one's outcome is known.
 * 2. The provider is called with the operation's id as its idempotency key.
 * 3. What it said is stored. Where it said nothing, the operation stays `unknown` and the provider is asked later: it
 *    is never sent as a new one.
 */
import type { Operation, Payment } from "../../shared/records.ts";
import { canTransition, type OperationType } from "../../shared/states.ts";
import { GatewayError, RequestError, StateError } from "../errors.ts";
import type { Gateway, Trip } from "../gateways/gateway.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import { isLapsed } from "./authorization-expiry.ts";
import { carryOut, repeatOperations, type OperatedPayment, type StoredOperation } from "./carry-out.ts";
import { Change } from "./change.ts";
import { requireGateway, type Checkout, type KeepAnswer, type KeyedCall } from "./checkout.ts";
import { followPayments, markDuplicate } from "./decide.ts";
import { findDoubt, forgetUnanswered } from "./doubt.ts";
import { findPaymentSession, requirePayment, tripOf } from "./find-payment.ts";
import { newId } from "./ids.ts";
import { callInUse, findByCall } from "./order-call.ts";
import { applyTransition } from "./payment.ts";
import { secondsAfter } from "./schedule.ts";
import { askProvider, readLedger } from "./settle.ts";
import { viewPayment } from "./view.ts";

const DONE = { capture: "captured", void: "voided", refund: "refunded" } as const satisfies Record<
  OperationType,
  string
>;

/** One operation to carry out; without `amount` on all that there is. */
export interface WantedOperation {
  type: OperationType;
  amount?: number | undefined;
  /** Since when it is due by itself (ISO 8601): it is done only where the payment still says so. */
  dueAt?: string;
  /** Which call of Commerce Layer asks for it; the same one is not carried out twice. */
  requestHash?: string;
  /** Which request with an idempotency key asks for it; the same one is not carried out twice, also after a crash. */
  call?: KeyedCall | undefined;
}

/**
 * Carries out one operation on a payment; without `amount`, on all that there is.
 *
 * @throws StateError `not_found`, `invalid_state`, `operation_in_doubt`, `amount_too_large`
 * @throws RequestError `idempotency_key_reused` where the same request was over another amount
 * @throws GatewayError `unsupported_operation`; `gateway_declined` where the provider said no
 */
export async function operatePayment(
  checkout: Checkout,
  paymentId: string,
  operation: WantedOperation,
  keep?: KeepAnswer<OperatedPayment>,
): Promise<OperatedPayment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  const stored = await storeOperation(checkout, sessionId, paymentId, operation, keep);
  return "isDone" in stored ? stored : carryOut(checkout, stored, { keep });
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
export async function refreshPayment(
  checkout: Checkout,
  paymentId: string,
  keep?: KeepAnswer<OperatedPayment>,
): Promise<OperatedPayment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  const { payment, records } = requirePayment(await readLedger(checkout, sessionId), paymentId);
  if (requireGateway(checkout, payment.gateway).fetchPayment === undefined) {
    throw new GatewayError("unsupported_operation", `${payment.gateway} cannot be asked`);
  }
  const trip = tripOf(records, payment);
  await repeatOperations(checkout, records, trip.attempt.id);
  await askProvider(checkout, trip, "operator");
  return checkout.store.transact(sessionId, (ledger) => {
    const result = { payment: viewPayment(requirePayment(ledger, paymentId).payment), isDone: true };
    const idempotency = keep?.(result);
    return idempotency === undefined ? { result } : { result, idempotency };
  });
}

/** Reads one payment. @throws StateError `not_found` */
export async function readPayment(checkout: Checkout, paymentId: string): Promise<Payment> {
  const sessionId = await findPaymentSession(checkout, paymentId);
  return viewPayment(requirePayment(await readLedger(checkout, sessionId), paymentId).payment);
}

function storeOperation(
  checkout: Checkout,
  sessionId: string,
  paymentId: string,
  { type, amount: wanted, dueAt, requestHash, call: keyedCall }: WantedOperation,
  keep: KeepAnswer<OperatedPayment> | undefined,
): Promise<StoredOperation | OperatedPayment> {
  return checkout.store.transact<StoredOperation | OperatedPayment>(sessionId, (ledger) => {
    const { payment, records } = requirePayment(ledger, paymentId);
    const gateway = requireGateway(checkout, payment.gateway);
    const call = gateway[type]?.bind(gateway);
    if (call === undefined) throw new GatewayError("unsupported_operation", `${gateway.id} cannot ${type}`);
    const change = new Change(records, "operator", checkout);
    if (gateway.isReceivedByMerchant === true) forgetUnanswered(change, payment);
    const asked = keyedCall && findAsked(payment, keyedCall, wanted);
    if (asked !== undefined) {
      const result = { payment: viewPayment(payment), isDone: asked.status === "succeeded" };
      // While nobody knows what came of it, there is no answer that could be given again.
      const idempotency = asked.status === "unknown" ? undefined : keep?.(result);
      return idempotency === undefined ? { result } : { result, idempotency };
    }
    // Somebody else was faster, and may have put it off since.
    if (dueAt !== undefined && payment.operationDue?.at !== dueAt) {
      throw new StateError("invalid_state", `the ${type} of ${payment.id} is no longer due`);
    }
    if (requestHash !== undefined && findByCall(payment, requestHash) !== undefined) throw callInUse();
    refuseInDoubt(change, payment, gateway);
    if (!canTransition(type, payment.state)) throw invalidState(DONE[type], payment);
    if (type === "capture" && isLapsed(payment, change.time)) {
      throw new StateError("invalid_state", `the authorization of ${payment.id} has run out`);
    }
    const limit = type === "refund" ? payment.balance : payment.amount;
    const amount = type === "void" ? payment.amount : (wanted ?? limit);
    if (amount > limit)
      throw new StateError("amount_too_large", `at most ${limit} can be ${DONE[type]}, not ${amount}`);
    const operation = {
      id: newId("op"),
      type,
      amount,
      status: "unknown" as const,
      createdAt: change.time,
      ...(requestHash === undefined ? {} : { commerceLayer: { requestHash } }),
      ...(keyedCall === undefined ? {} : { keyHash: keyedCall.hash }),
    };
    payment.operations.push(operation);
    // Whoever captures, or gives a duplicate back, first: it is not done again by itself.
    delete payment.operationDue;
    const trip = tripOf(records, payment);
    if (gateway.fetchPayment !== undefined) askSoon(checkout, change, trip);
    change.record("operation.created", { payment, operationId: operation.id, data: { type, amount } });
    return change.commit(() => ({
      operation: { ...operation },
      payment: structuredClone(payment),
      trip,
      call,
      isDue: dueAt !== undefined,
    }));
  });
}

/**
 * Finds what the same request asked for before its process ended without an answer; one that failed did nothing.
 *
 * @throws RequestError `idempotency_key_reused` where it was over another amount
 */
function findAsked(
  { operations }: PaymentRecord,
  { hash, since }: KeyedCall,
  wanted: number | undefined,
): Operation | undefined {
  const asked = operations.findLast(
    ({ keyHash, createdAt, status }) => keyHash === hash && createdAt >= since && status !== "failed",
  );
  if (asked !== undefined && wanted !== undefined && wanted !== asked.amount) {
    throw new RequestError("idempotency_key_reused", "this key came with another body before");
  }
  return asked;
}

/** Lets one operation wait for another whose outcome is not known. @throws StateError `operation_in_doubt` */
function refuseInDoubt(change: Change, payment: PaymentRecord, gateway: Gateway): void {
  if (gateway.isReceivedByMerchant === true) forgetUnanswered(change, payment);
  const open = findDoubt(payment);
  if (open !== undefined) {
    throw new StateError("operation_in_doubt", `the outcome of ${open.type} ${open.id} is not known yet`);
  }
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
