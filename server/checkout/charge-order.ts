/**
 * Pays an order of Commerce Layer with a source that an earlier order saved, without the customer:
 *
 * 1. The source is one that an order saved here, and of the same customer as far as both name one.
 * 2. The order's session is made with the attempt that charges the source, in one commit, under a name made of the
 *    order, its amount and its currency: whoever asks again, also at the same time, gets that session.
 * 3. The source is charged as any other (`charge-source.ts`). After a decline the next call is a new try, with this
 *    source or another; while the outcome is not known, the same call asks the provider again with the same key.
 */
import { GatewayError, KeyConflictError, StateError } from "../errors.ts";
import { ledgerKey, type SourceRecord } from "../stores/ledger.ts";
import { addCharge, chargeSource } from "./charge-source.ts";
import type { Checkout } from "./checkout.ts";
import { createSession } from "./create-session.ts";
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

/** Tells whether a payment source token is the id of a source that was saved here. */
export function isSourceId(token: string): boolean {
  return token.startsWith("src_");
}

/**
 * Charges a saved source for an order, once, and gives the id of the session that it pays.
 *
 * @throws StateError `not_found`; `invalid_state` where the source is another customer's; `operation_in_doubt` where it
 * is not known yet what came of another source; `rate_limited` after 100 tries
 * @throws GatewayError `unsupported_operation` where the gateway cannot charge it
 * @throws InputError where the order's amount is none that can be paid
 */
export async function chargeForOrder(checkout: Checkout, sourceId: string, order: ChargedOrder): Promise<string> {
  const source = await requireOrderSource(checkout, sourceId, order.email);
  if (checkout.gateways.get(source.gateway)?.chargePaymentSource === undefined) {
    throw new GatewayError("unsupported_operation", `${source.gateway} cannot charge what was saved`);
  }
  const sessionId = (await findOrderSession(checkout, order)) ?? (await createOrderSession(checkout, source, order));
  await changeSession(checkout, sessionId, "merchant", (change) => {
    const { session, attempts } = change.ledger;
    if (session.status !== "open") return;
    const live = attempts.find(({ state }) => state === "started");
    if (live === undefined) {
      assertNotWornOut(change.ledger);
      addCharge(checkout, change, source);
    } else if (live.paymentSource !== source.id) {
      // Charging this one, too, could take the money twice.
      throw new StateError("operation_in_doubt", "it is not known yet whether another payment source was charged");
    }
  });
  await chargeSource(checkout, sessionId);
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
  const { email: own } = source.customer;
  if (own !== undefined && email !== undefined && own.toLowerCase() !== email.toLowerCase()) {
    throw new StateError("invalid_state", "the payment source belongs to another customer");
  }
  return source;
}

function findOrderSession({ store }: Checkout, { id, amount, currency }: ChargedOrder): Promise<string | null> {
  return store.findSessionId(ledgerKey.chargedOrder({ orderId: id, amount, currency }));
}

async function createOrderSession(checkout: Checkout, source: SourceRecord, order: ChargedOrder): Promise<string> {
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
  try {
    const creator = { audience: "merchant", chargedOrderId: order.id } as const;
    return (await createSession(checkout, body, undefined, creator)).id;
  } catch (error) {
    // The same order at the same time: the other one was first.
    const first = error instanceof KeyConflictError ? await findOrderSession(checkout, order) : null;
    if (first === null) throw error;
    return first;
  }
}
