import { StateError } from "../errors.ts";
import type { ProviderRequest, VerifiedNotification } from "../gateways/gateway.ts";
import { ledgerKey } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { settleAction } from "./settle-action.ts";
import { readLedger, requireAttempt, settleVerified } from "./settle.ts";

/**
 * Settles what a provider's server sent: proven first, and only then is anything read, asked or written.
 *
 * @returns what the provider wants to hear; without it an empty 200
 * @throws StateError `not_found` for a gateway that is not configured, or an attempt that is not known
 * @throws VerificationError where the sender is not proven, or the provider, asked, says something else
 */
export async function settleNotification(
  checkout: Checkout,
  gatewayId: string,
  request: ProviderRequest,
): Promise<VerifiedNotification["answer"]> {
  const gateway = checkout.gateways.get(gatewayId);
  if (gateway === undefined) throw new StateError("not_found", "there is no such gateway");
  const notification = await gateway.verifyNotification(request);
  if ("actionId" in notification) {
    await settleAction(checkout, gateway.id, notification);
    return notification.answer;
  }
  const named = notification.attempt;
  const key =
    "reference" in named
      ? ledgerKey.reference(gateway.id, named.reference)
      : ledgerKey.remoteAttempt(gateway.id, checkout.environment, named.remoteId);
  const sessionId = await checkout.store.findSessionId(key);
  if (sessionId === null) throw new StateError("not_found", "the notification is about no attempt that is known here");
  const ledger = await readLedger(checkout, sessionId);
  const trip = requireAttempt(
    ledger,
    (attempt) =>
      attempt.gateway === gateway.id &&
      ("reference" in named ? attempt.reference === named.reference : attempt.remoteId === named.remoteId),
  );
  await settleVerified(checkout, trip, notification, "notification");
  return notification.answer;
}
