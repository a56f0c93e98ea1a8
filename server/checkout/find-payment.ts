import { StateError } from "../errors.ts";
import type { Trip } from "../gateways/gateway.ts";
import { ledgerKey, type Ledger, type PaymentRecord } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";

/** Finds the session of a payment. @throws StateError `not_found` */
export async function findPaymentSession({ store }: Checkout, paymentId: string): Promise<string> {
  const sessionId = await store.findSessionId(ledgerKey.payment(paymentId));
  if (sessionId === null) throw new StateError("not_found", "there is no such payment");
  return sessionId;
}

/** Finds a payment among a session's records. @throws StateError `not_found` */
export function requirePayment(ledger: Ledger | null, paymentId: string): { payment: PaymentRecord; records: Ledger } {
  const payment = ledger?.payments.find(({ id }) => id === paymentId);
  if (ledger === null || payment === undefined) throw new StateError("not_found", "there is no such payment");
  return { payment, records: ledger };
}

/** Gives the trip that a payment came of. */
export function tripOf({ session, attempts }: Ledger, { attemptId }: PaymentRecord): Trip {
  const attempt = attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined) throw new TypeError(`${session.id} has no attempt ${attemptId}`);
  return { session, attempt };
}
