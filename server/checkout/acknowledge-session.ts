import type { CheckoutSession } from "../../shared/records.ts";
import { StateError } from "../errors.ts";
import { namesToAcknowledge } from "./attention.ts";
import { Change } from "./change.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { viewSession } from "./view.ts";

/**
 * Notes that the merchant has looked at a session: what is known of it by now needs no attention any more, but for
 * operations in doubt, which end by themselves.
 *
 * @throws StateError `not_found`
 */
export async function acknowledgeSession(
  checkout: Checkout,
  sessionId: string,
  keep?: KeepAnswer<CheckoutSession>,
): Promise<CheckoutSession> {
  return checkout.store.transact(sessionId, (ledger) => {
    if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
    const change = new Change(ledger, "merchant", checkout);
    const { session } = ledger;
    const names = namesToAcknowledge(ledger, change.now);
    if (names.some((name) => session.acknowledged?.includes(name) !== true)) {
      const reasons = (session.attention ?? []).filter((reason) => reason !== "operation_in_doubt");
      session.acknowledged = names;
      change.record("checkout_session.acknowledged", { data: { reasons: reasons.join(" ") } });
    }
    return change.commit((records) => viewSession(checkout, records, "merchant"), keep);
  });
}
