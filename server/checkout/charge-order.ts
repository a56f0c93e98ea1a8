/**
 * Pays an order of Commerce Layer with a source that an earlier order saved, without the customer:
 *
 * 1. An order has one session at a time, over its total. The first is found by the order's id, each further one by the
 *    session that it follows: whoever makes one second, also at the same time, is refused the name and begins anew.
 * 2. A charge whose outcome is not known, whatever has become of its attempt, is asked for again with the same key, and
 *    nothing else is charged until then. What came of a charge is told also where its source was deleted since.
 * 3. For a new charge the source must be one that an order saved here, and of the same customer as far as both name one.
 *    It is charged as any other (`charge-source.ts`). After a decline the next call is a new try, with this source or
 *    another.
 * 4. Where the total has changed, the order gets another session, and the last is called off first. That is refused
 *    while it is not known what was charged, and while any of that money is held.
 */
import { GatewayError, KeyConflictError, StateError } from "../errors.ts";
import { ledgerKey, type AttemptRecord, type Ledger, type SourceRecord } from "../stores/ledger.ts";
import { isHeld } from "./attention.ts";
import { callOff } from "./cancel-session.ts";
import type { Change } from "./change.ts";
import { addCharge, chargeSource } from "./charge-source.ts";
import type { Checkout } from "./checkout.ts";
import { createSession } from "./create-session.ts";
import { findPaymentToShow } from "./payment.ts";
import { findSource } from "./payment-sources.ts";
import { changeSession, readLedger } from "./settle.ts";
import { assertNotWornOut } from "./start-attempt.ts";

/** Longer than an order waits for another card; the longest that a session can be. */
const LIFETIME_SECONDS = 2_592_000;

/** An order to be charged; `amount` in minor units. */
interface ChargedOrder {
  id: string;
  amount: number;
  currency: string;
  email?: string | undefined;
}

/** A session that pays an order, and the attempt that charges a source in it; none where it was paid meanwhile. */
interface OrderCharge {
  sessionId: string;
  attemptId: string | undefined;
}

/** Tells whether a payment source token is the id of a source that was saved here. */
export function isSourceId(token: string): boolean {
  return token.startsWith("src_");
}

/**
 * Charges a saved source for an order, once, and gives the id of the session that it pays.
 *
 * @throws StateError `not_found`; `invalid_state` where the source is another customer's, or the order is paid over
 * another total; `operation_in_doubt` where it is not known yet what came of another charge; `idempotency_key_in_use`
 * while another call sends this one; `rate_limited` after 100 tries
 * @throws GatewayError `unsupported_operation` where the gateway cannot charge it
 * @throws InputError where the order's amount is none that can be paid
 */
export async function chargeForOrder(checkout: Checkout, sourceId: string, order: ChargedOrder): Promise<string> {
  const last = await findLastSession(checkout, order.id);
  const charge =
    findCharge(last, sourceId, order) ??
    (await makeCharge(checkout, await requireChargeableSource(checkout, sourceId, order), order, last));
  // The same order at the same time: the other call was first.
  if (charge === "overtaken") return chargeForOrder(checkout, sourceId, order);
  const { sessionId, attemptId } = charge;
  if (attemptId !== undefined) await chargeSource(checkout, sessionId, attemptId);
  return sessionId;
}

/**
 * Finds a source that an order of Commerce Layer may use.
 *
 * @throws StateError `not_found`; `invalid_state` where it is another customer's
 */
export async function requireOrderSource(
  checkout: Checkout,
  sourceId: string,
  email: string | undefined,
): Promise<SourceRecord> {
  const source = await findSource(checkout, sourceId);
  const owner = source && (await readLedger(checkout, source.sessionId)).session.commerceLayer;
  // Whoever has the shared secret may use what Commerce Layer's orders saved, and nothing else.
  if (source === undefined || owner === undefined || source.environment !== checkout.environment) {
    throw new StateError("not_found", "there is no such payment source");
  }
  assertCustomer(source.customer, email);
  return source;
}

function assertCustomer({ email: own }: { email?: string | undefined }, email: string | undefined): void {
  if (own !== undefined && email !== undefined && own.toLowerCase() !== email.toLowerCase()) {
    throw new StateError("invalid_state", "the payment source belongs to another customer");
  }
}

async function requireChargeableSource(
  checkout: Checkout,
  sourceId: string,
  { email }: ChargedOrder,
): Promise<SourceRecord> {
  const source = await requireOrderSource(checkout, sourceId, email);
  if (checkout.gateways.get(source.gateway)?.chargePaymentSource === undefined) {
    throw new GatewayError("unsupported_operation", `${source.gateway} cannot charge what was saved`);
  }
  return source;
}

/** Finds the session that was made for an order last. */
async function findLastSession(checkout: Checkout, orderId: string): Promise<Ledger | undefined> {
  let last: string | undefined;
  let next = await checkout.store.findSessionId(ledgerKey.chargedOrder(orderId));
  while (next !== null) {
    last = next;
    next = await checkout.store.findSessionId(ledgerKey.chargedAfter(last));
  }
  return last === undefined ? undefined : readLedger(checkout, last);
}

/** Finds a charge of a source that a call is answered from; `undefined` where it is to be charged anew, or refused. */
function findCharge(last: Ledger | undefined, sourceId: string, order: ChargedOrder): OrderCharge | undefined {
  if (last === undefined || !isOver(last, order)) return undefined;
  const own = last.attempts.filter(({ paymentSource }) => paymentSource === sourceId);
  const open = own.find(isOutcomeOpen);
  if (open === undefined && (own.length === 0 || findPaymentToShow(last) === undefined)) return undefined;
  assertCustomer(last.session.customer ?? {}, order.email);
  return { sessionId: last.session.id, attemptId: open?.id };
}

async function makeCharge(
  checkout: Checkout,
  source: SourceRecord,
  order: ChargedOrder,
  last: Ledger | undefined,
): Promise<OrderCharge | "overtaken"> {
  if (last === undefined) return createOrderSession(checkout, source, order);
  const { id: sessionId, commerceLayer } = last.session;
  if (isOver(last, order) && commerceLayer?.isReplaced !== true) {
    let attemptId: string | undefined;
    await changeSession(checkout, sessionId, "merchant", (change) => {
      attemptId = chargeInSession(checkout, change, source);
    });
    return { sessionId, attemptId };
  }
  await changeSession(checkout, sessionId, "merchant", replaceSession);
  return createOrderSession(checkout, source, order, sessionId);
}

/** Gives the attempt that charges a source in an order's session: a new one where it is known what came of all others. */
function chargeInSession(checkout: Checkout, change: Change, source: SourceRecord): string | undefined {
  const { session, attempts } = change.ledger;
  if (session.status !== "open") return undefined;
  const open = attempts.filter(isOutcomeOpen);
  const own = open.find(({ paymentSource }) => paymentSource === source.id);
  if (own !== undefined) return own.id;
  // Charging this one, too, could take the money twice.
  if (open.length > 0) throw inDoubt("another payment source was charged");
  assertNotWornOut(change.ledger);
  return addCharge(checkout, change, source).id;
}

/** Lets another session take the place of an order's last one. @throws StateError where money could be taken twice */
function replaceSession(change: Change): void {
  const { session, attempts, payments } = change.ledger;
  const { amount, currency, commerceLayer } = session;
  if (attempts.some(isOutcomeOpen) || payments.some(({ state }) => state === "pending")) {
    throw inDoubt(`the order was charged over ${amount} ${currency}`);
  }
  if (payments.some((payment) => isHeld(payment) || payment.contradictedAt !== undefined)) {
    throw new StateError("invalid_state", `the order is paid over ${amount} ${currency}: void or refund that first`);
  }
  if (session.status !== "open" || commerceLayer === undefined) return;
  // Nothing can be charged in it any more, whoever found it a moment ago.
  commerceLayer.isReplaced = true;
  callOff(change);
}

/** Tells whether an attempt may still bring money: also one that was given up while a call had no answer. */
function isOutcomeOpen({ state, isAuthorizationInDoubt }: AttemptRecord): boolean {
  return state === "started" || isAuthorizationInDoubt === true;
}

function inDoubt(what: string): StateError {
  return new StateError("operation_in_doubt", `it is not known yet whether ${what}`);
}

function isOver({ session }: Ledger, { amount, currency }: ChargedOrder): boolean {
  return session.amount === amount && session.currency === currency;
}

async function createOrderSession(
  checkout: Checkout,
  source: SourceRecord,
  order: ChargedOrder,
  follows?: string,
): Promise<OrderCharge | "overtaken"> {
  const [returnUrl] = checkout.storefronts;
  const body = {
    amount: order.amount,
    currency: order.currency,
    // Nobody comes back; a page of the shop is asked for all the same.
    returnUrl: `${returnUrl}/`,
    orderId: order.id,
    // What is authorized is captured when Commerce Layer asks for it.
    capture: "manual",
    expiresInSeconds: LIFETIME_SECONDS,
    paymentSource: source.id,
  };
  const charged = { orderId: order.id, ...(follows === undefined ? {} : { follows }) };
  try {
    const { id, attempt } = await createSession(checkout, body, undefined, { audience: "merchant", charged });
    return { sessionId: id, attemptId: attempt?.id };
  } catch (error) {
    if (error instanceof KeyConflictError) return "overtaken";
    throw error;
  }
}
