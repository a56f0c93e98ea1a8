import type { CheckoutSession } from "../../shared/records.ts";
import { GatewayError, StateError } from "../errors.ts";
import { Change } from "./change.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { endAttempt } from "./decide.ts";
import { expireWhenDue } from "./due-work.ts";
import { askProvider } from "./settle.ts";
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
  const before = await expireWhenDue(checkout, sessionId);
  const live = before.attempts.filter(({ state }) => state === "started");
  for (const attempt of live) await askProvider(checkout, { session: before.session, attempt }, "operator");
  const session = await checkout.store.transact(sessionId, (ledger) => {
    if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
    assertPayable(ledger);
    const change = new Change(ledger, "operator", checkout);
    callOff(change);
    return change.commit((records) => viewSession(checkout, records, "merchant"), keep);
  });
  for (const attempt of live) {
    try {
      await checkout.gateways.get(attempt.gateway)?.cancelAttempt?.({ session: before.session, attempt });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      checkout.log.warn({ attemptId: attempt.id, err: error }, "a cancelled attempt could not be called off");
    }
  }
  return session;
}
