/**
 * What Commerce Layer asks of an external payment gateway (seed 002), decided from our own records:
 *
 * 1. `authorizeOrder`: an order names a checkout session. The first that does, with the session's own amount and
 *    currency, owns it for ever; it is answered from the session's payment. Where it names a saved source, a session is
 *    made for it and the source is charged (`charge-order.ts`).
 * 2. `operateForOrder`: capture, void and refund are operations like the merchant's. Each carries the hash of the call
 *    that asked for it, in the commit that stores it: the same call again is answered from that operation, also after a
 *    crash, and for as long as the payment is kept. One that failed did nothing, and the same call is a new try.
 * 3. Whole money can be captured, and an authorization voided, only once: where that was done already, by the merchant
 *    or with the payment itself, it is what was asked for.
 * 4. What has not ended is promised, and its end is told by the webhook.
 * 5. `saveSourceForOrder`: what paid is saved at the gateway, once.
 */
import type { PaymentSource } from "../../shared/payment-sources.ts";
import type { Operation } from "../../shared/records.ts";
import { assertNever } from "../../shared/assert-never.ts";
import type { Environment, OperationType } from "../../shared/states.ts";
import { StateError } from "../errors.ts";
import { ledgerKey, type Ledger, type PaymentRecord } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import { chargeForOrder, isSourceId, requireOrderSource } from "./charge-order.ts";
import type { Checkout } from "./checkout.ts";
import { forgetUnanswered, isUnderWay } from "./doubt.ts";
import { bringUpToDate } from "./due-work.ts";
import { operatePayment } from "./operate-payment.ts";
import { callInUse, findByCall } from "./order-call.ts";
import { findCountingPayment, findPaymentToShow } from "./payment.ts";
import { readPaymentSource, savePaymentSource } from "./payment-sources.ts";
import { readLedger } from "./settle.ts";

/** An order in Commerce Layer, as far as a call names it; `amount` in minor units. */
export interface NamedOrder {
  id: string;
  amount: number;
  currency: string;
  /** Absent where the call does not say whether it is a test. */
  environment?: Environment | undefined;
  /** The customer's address. */
  email?: string | undefined;
}

/** What a call comes to: done; promised under its token, which is then the action's id too; or not. */
export type OrderAnswer =
  | { outcome: "done" | "promised"; token: string; payment: PaymentRecord; amount: number }
  | { outcome: "refused"; code: string; message: string };

/**
 * Answers an order that names a checkout session, or a saved source, as what pays for it.
 *
 * @throws StateError `not_found`; `invalid_state` where another order owns the session
 * @throws StateError, GatewayError as `chargeForOrder`
 */
export async function authorizeOrder(checkout: Checkout, token: string, order: NamedOrder): Promise<OrderAnswer> {
  const isCharged = isSourceId(token);
  // Before anything is charged: a test order must never cost money.
  const foreign = isCharged ? findMismatch({ ...order, environment: checkout.environment }, order) : undefined;
  if (foreign !== undefined) return foreign;
  const sessionId = isCharged ? await chargeForOrder(checkout, token, order) : token;
  const ledger = await readLedger(checkout, sessionId);
  const mismatch = findMismatch(ledger.session, order);
  if (mismatch !== undefined) return mismatch;
  assertOwner(ledger, order.id);
  // The customer may have paid, and nobody brought the news yet.
  await bringUpToDate(checkout, sessionId, ledger);
  return checkout.store.transact(sessionId, (current) => {
    if (current === null) throw new StateError("not_found", "there is no such checkout session");
    assertOwner(current, order.id);
    const change = new Change(current, "merchant", checkout);
    if (current.session.commerceLayer === undefined) {
      current.session.commerceLayer = { orderId: order.id };
      change.record("commerce_layer.bound", { data: { orderId: order.id } });
    }
    const answer = answerFromSession(current);
    if (answer.outcome === "promised") promisePayment(change, answer.payment);
    return change.commit(() => structuredClone(answer));
  });
}

/** One capture, void or refund that Commerce Layer asks for. */
export interface OrderOperation {
  type: OperationType;
  /** The `transaction_token` that was given for the payment, or for its capture. */
  token: string;
  /** Minor units; all that there is where it is left out. */
  amount?: number | undefined;
  currency?: string | undefined;
  /** Absent where the organization does not include orders. */
  order?: NamedOrder | undefined;
  /** SHA-256 of action and bytes, hex. */
  requestHash: string;
}

/**
 * Carries out an operation for the order that owns the payment, once for each call.
 *
 * @throws StateError `not_found`, `invalid_state`, `operation_in_doubt`, `amount_too_large`, and
 * `idempotency_key_in_use` while the same call is running
 * @throws GatewayError `unsupported_operation`; `gateway_declined` where the provider said no
 */
export async function operateForOrder(checkout: Checkout, wanted: OrderOperation): Promise<OrderAnswer> {
  const { type, amount, requestHash } = wanted;
  const sessionId = await findSession(checkout, wanted.token);
  const ledger = await readLedger(checkout, sessionId);
  const payment = requireNamed(ledger, wanted);
  const currencies = [wanted.currency, wanted.order?.currency];
  if (currencies.some((currency) => currency !== undefined && currency !== payment.currency)) {
    return { outcome: "refused", code: "currency_mismatch", message: `the payment is in ${payment.currency}` };
  }
  const known = await checkout.store.transact(sessionId, (current) => {
    if (current === null) throw new StateError("not_found", "there is no such checkout session");
    const change = new Change(current, "merchant", checkout);
    const named = requireNamed(current, wanted);
    // There is no provider that would ever tell what came of an operation that a crash cut off.
    if (checkout.gateways.get(named.gateway)?.isReceivedByMerchant === true) forgetUnanswered(change, named);
    const answer = answerFromOperations(change, named, wanted);
    return change.commit(() => structuredClone(answer));
  });
  if (known !== undefined) return known;
  const operated = await operatePayment(checkout, payment.id, { type, amount, requestHash });
  // Its end may have been told while the call was under way.
  const operation = operated.payment.operations.findLast((one) => one.commerceLayer?.requestHash === requestHash);
  if (operation === undefined) throw new TypeError(`${payment.id} has lost an operation`);
  return answerFromOperation(operated.payment, operation);
}

/**
 * Saves what an order was paid with, for its customer's next ones; that the customer agreed is Commerce Layer's word.
 * What was charged from a saved source is saved already.
 *
 * @param email whose it is, where the session names no customer
 * @throws StateError `not_found`; `invalid_state` where the session pays for another order, or is not paid
 * @throws GatewayError `unsupported_operation`; `gateway_declined` where the provider said no
 */
export async function saveSourceForOrder(
  checkout: Checkout,
  token: string,
  { orderId, email }: { orderId: string | undefined; email: string | undefined },
): Promise<PaymentSource> {
  if (isSourceId(token)) return readPaymentSource(checkout, (await requireOrderSource(checkout, token, email)).id);
  const ledger = await readLedger(checkout, token);
  const { commerceLayer, customer } = ledger.session;
  if (commerceLayer === undefined) throw new StateError("invalid_state", "the checkout session pays for no order yet");
  if (orderId !== undefined) assertOwner(ledger, orderId);
  const payment = findCountingPayment(ledger.payments);
  if (payment === undefined) throw new StateError("invalid_state", "the checkout session is not paid");
  const isNamed = customer?.reference !== undefined || customer?.email !== undefined;
  return savePaymentSource(checkout, {
    paymentId: payment.id,
    ...(isNamed || email === undefined ? {} : { customer: { email } }),
  });
}

function findMismatch(
  { amount, currency, environment }: Pick<Ledger["session"], "amount" | "currency" | "environment">,
  order: NamedOrder,
): OrderAnswer | undefined {
  const refuse = (code: string, message: string): OrderAnswer => ({ outcome: "refused", code, message });
  if (order.environment !== undefined && order.environment !== environment) {
    return refuse("environment_mismatch", `the checkout session is ${environment}, not ${order.environment}`);
  }
  if (order.currency !== currency) {
    return refuse("currency_mismatch", `the checkout session is in ${currency}, not ${order.currency}`);
  }
  if (order.amount !== amount) {
    return refuse("amount_mismatch", `the checkout session is over ${amount}, not ${order.amount}`);
  }
  return undefined;
}

function assertOwner({ session: { commerceLayer } }: Ledger, orderId: string): void {
  // Else one payment would pay for as many orders as name it.
  if (commerceLayer !== undefined && commerceLayer.orderId !== orderId) {
    throw new StateError("invalid_state", "the checkout session pays for another order");
  }
}

function answerFromSession(ledger: Ledger): OrderAnswer {
  const { session, attempts } = ledger;
  const refuse = (code: string, message: string): OrderAnswer => ({ outcome: "refused", code, message });
  const payment = findPaymentToShow(ledger);
  if (payment !== undefined) {
    const { state, amount, id: token } = payment;
    if (state === "authorization" || state === "completed") return { outcome: "done", token, payment, amount };
    if (state === "pending") return { outcome: "promised", token, payment, amount };
    return refuse("invalid_state", `the payment is ${state}`);
  }
  if (session.status === "expired" || session.status === "cancelled") {
    return refuse("session_closed", `the checkout session is ${session.status}`);
  }
  if (attempts.some(({ isAuthorizationInDoubt }) => isAuthorizationInDoubt === true)) {
    return refuse("operation_in_doubt", "it is not known yet whether the provider has authorized the payment");
  }
  const attempt = attempts.at(-1);
  if (attempt?.code !== undefined) return refuse(attempt.code, attempt.message ?? `the payment was ${attempt.state}`);
  if (attempt?.state === "declined") return refuse("gateway_declined", attempt.message ?? "the provider declined");
  return refuse("invalid_state", "the checkout session is not paid");
}

function promisePayment(change: Change, payment: PaymentRecord): void {
  const { commerceLayer } = change.ledger.session;
  if (commerceLayer === undefined || commerceLayer.promisedPaymentId === payment.id) return;
  commerceLayer.promisedPaymentId = payment.id;
  delete commerceLayer.endedBy;
  change.record("commerce_layer.promised", { payment });
}

async function findSession({ store }: Checkout, token: string): Promise<string> {
  // Only our own ids are names that a payment or an operation can be found by; a provider's ids are names too.
  const key = /^op_[\w-]+$/.test(token) ? ledgerKey.operation(token) : ledgerKey.payment(token);
  const sessionId = /^(pay|op)_[\w-]+$/.test(token) ? await store.findSessionId(key) : null;
  if (sessionId === null) throw unknownTransaction();
  return sessionId;
}

/** Finds the payment that a token names, in a session that the order owns. */
function requireNamed(ledger: Ledger, { token, type, order }: OrderOperation): PaymentRecord {
  const owner = ledger.session.commerceLayer?.orderId;
  // Whoever has the shared secret may act on what Commerce Layer's orders pay with, and on nothing else.
  if (owner === undefined) throw unknownTransaction();
  const payment = ledger.payments.find(
    ({ id, operations }) => id === token || operations.some((operation) => operation.id === token),
  );
  const operation = payment?.operations.find(({ id }) => id === token);
  if (payment === undefined) throw unknownTransaction();
  if (operation !== undefined && (type !== "refund" || operation.type !== "capture")) throw unknownTransaction();
  if (order !== undefined && order.id !== owner) {
    throw new StateError("invalid_state", "the payment belongs to another order");
  }
  return payment;
}

/** Answers a call from what was done already, or is under way; `undefined` where it is still to be done. */
function answerFromOperations(
  change: Change,
  payment: PaymentRecord,
  { type, amount, requestHash }: OrderOperation,
): OrderAnswer | undefined {
  const own = findByCall(payment, requestHash);
  if (own?.status === "unknown" && own.commerceLayer?.isPromised !== true && isUnderWay(own, change.now)) {
    throw callInUse();
  }
  const operation = own ?? findOnly(payment, type, amount);
  if (operation !== undefined) {
    if (operation.status === "unknown" || operation.status === "pending") {
      promiseOperation(change, payment, operation);
    }
    return answerFromOperation(payment, operation);
  }
  const isTaken = type === "capture" && isWhole(payment, amount) && payment.capturedAmount === payment.amount;
  return isTaken ? { outcome: "done", token: payment.id, payment, amount: payment.amount } : undefined;
}

/** Finds the one capture of the whole, or the one void, that a payment can have. */
function findOnly(payment: PaymentRecord, type: OperationType, amount: number | undefined): Operation | undefined {
  if (type === "refund" || (type === "capture" && !isWhole(payment, amount))) return undefined;
  return payment.operations.find(
    (one) => one.type === type && one.status !== "failed" && one.amount === payment.amount,
  );
}

function isWhole(payment: PaymentRecord, amount = payment.amount): boolean {
  return amount === payment.amount;
}

function promiseOperation(change: Change, payment: PaymentRecord, operation: Operation): void {
  if (operation.commerceLayer?.isPromised === true) return;
  operation.commerceLayer = { ...operation.commerceLayer, isPromised: true };
  change.record("commerce_layer.promised", { payment, operationId: operation.id });
}

function answerFromOperation(payment: PaymentRecord, operation: Operation): OrderAnswer {
  const { id: token, amount, status, message } = operation;
  switch (status) {
    case "succeeded":
      return { outcome: "done", token, payment, amount };
    case "pending":
    case "unknown":
      return { outcome: "promised", token, payment, amount };
    case "failed":
      return { outcome: "refused", code: "gateway_declined", message: message ?? "the provider refused" };
    default:
      return assertNever(status);
  }
}

function unknownTransaction(): StateError {
  return new StateError("not_found", "there is no such transaction");
}
