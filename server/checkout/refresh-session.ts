import type { CheckoutSession } from "../../shared/records.ts";
import { GatewayError } from "../errors.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { askProvider, readLedger } from "./settle.ts";
import { viewSession } from "./view.ts";

/**
 * Asks the providers of all of a session's trips that may still bring news, and settles what they say.
 *
 * @throws StateError `not_found`
 * @throws GatewayError `unsupported_operation` where there is none that can be asked, or where one cannot be asked now
 */
export async function refreshSession(
  checkout: Checkout,
  sessionId: string,
  keep?: KeepAnswer<CheckoutSession>,
): Promise<CheckoutSession> {
  const { session, attempts } = await readLedger(checkout, sessionId);
  const owing = attempts.filter(
    ({ gateway, state, nextCheckAt }) =>
      checkout.gateways.get(gateway)?.fetchPayment !== undefined && (state === "started" || nextCheckAt !== undefined),
  );
  if (owing.length === 0) {
    throw new GatewayError("unsupported_operation", "no provider of this session owes an answer and can be asked");
  }
  for (const attempt of owing) await askProvider(checkout, { session, attempt }, "operator");
  return checkout.store.transact(sessionId, (ledger) => {
    if (ledger === null) throw new TypeError(`${sessionId} is gone`);
    const result = viewSession(checkout, ledger, "merchant");
    const idempotency = keep?.(result);
    return idempotency === undefined ? { result } : { result, idempotency };
  });
}
