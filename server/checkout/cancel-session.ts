import type { CheckoutSession } from "../../shared/records.ts";
import { GatewayError, StateError } from "../errors.ts";
import type { Trip } from "../gateways/gateway.ts";
import { Change } from "./change.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { endAttempt } from "./decide.ts";
import { expireWhenDue } from "./due-work.ts";
import { findUnasked } from "./live-attempts.ts";
import { askProvider, readLedger } from "./settle.ts";
import { assertPayable } from "./start-attempt.ts";
import { viewSession } from "./view.ts";

/** Closes a session, and every trip of it that is still under way. */
export function callOff(change: Change): void {
  const { session, attempts } = change.ledger;
  session.status = "cancelled";
  change.record("checkout_session.cancelled");
  for (const attempt of attempts) endAttempt(change, attempt, "cancelled");
}

/**
 * Calls a session off for the merchant, after asking the provider of its live attempt.
 *
 * @throws StateError `session_complete`, `session_closed`, or `invalid_state` while money is pending
 * @throws GatewayError where the provider cannot be asked: the session then stays open
 */
export async function cancelSession(
  checkout: Checkout,
  sessionId: string,
  keep?: KeepAnswer<CheckoutSession>,
): Promise<CheckoutSession> {
  let before = await expireWhenDue(checkout, sessionId);
  const asked = new Map<string, Trip>();
  let session: CheckoutSession | undefined;
  while (session === undefined) {
    for (const attempt of findUnasked(before, asked)) {
      const trip = { session: before.session, attempt };
      await askProvider(checkout, trip, "operator");
      asked.set(attempt.id, trip);
    }
    session = await storeCancellation(checkout, sessionId, asked, keep);
    if (session === undefined) before = await readLedger(checkout, sessionId);
  }
  for (const trip of asked.values()) {
    const { attempt } = trip;
    try {
      await checkout.gateways.get(attempt.gateway)?.cancelAttempt?.(trip);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      checkout.log.warn({ attemptId: attempt.id, err: error }, "a cancelled attempt could not be called off");
    }
  }
  return session;
}

/** Stores that a session is called off; gives `undefined` where an attempt was started that nobody has asked about. */
function storeCancellation(
  checkout: Checkout,
  sessionId: string,
  asked: ReadonlyMap<string, Trip>,
  keep: KeepAnswer<CheckoutSession> | undefined,
): Promise<CheckoutSession | undefined> {
  return checkout.store.transact<CheckoutSession | undefined>(sessionId, (ledger) => {
    if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
    assertPayable(ledger);
    if (findUnasked(ledger, asked).length > 0) return { result: undefined };
    const change = new Change(ledger, "operator", checkout);
    callOff(change);
    return change.commit((records) => viewSession(checkout, records, "merchant"), keep);
  });
}
