import { setImmediate } from "node:timers/promises";
import type { PaymentSum } from "../store.ts";
import type { LedgerDocument } from "./document.ts";
import { addToSums } from "../sums.ts";

/** So many are read before everybody else gets a turn: about two milliseconds. */
const READ_AT_ONCE = 100;

/** Sums up the payments created from a time on. What is created meanwhile may be missing, and nothing counts twice. */
export async function sumPayments(document: LedgerDocument, from: string): Promise<PaymentSum[]> {
  const sums = new Map<string, PaymentSum>();
  let place: { createdAt: string; id: string } | undefined;
  for (;;) {
    let read = 0;
    for (const { id, createdAt, session } of document.paymentsByAge.newestFirst(place)) {
      if (createdAt < from) return [...sums.values()];
      if (read === READ_AT_ONCE) break;
      read += 1;
      place = { createdAt, id };
      const payment = document.readLedger(session.id)?.payments.find((candidate) => candidate.id === id);
      if (payment !== undefined) addToSums(sums, payment);
    }
    if (read < READ_AT_ONCE) return [...sums.values()];
    await setImmediate();
  }
}
