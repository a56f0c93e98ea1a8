import { setImmediate } from "node:timers/promises";
import type { Place } from "../cursor.ts";
import type { PaymentSum } from "../store.ts";
import type { LedgerDocument } from "./document.ts";
import { addToSums } from "../sums.ts";

/** So many are read before everybody else gets a turn: about two milliseconds. */
const READ_AT_ONCE = 100;

/** Sums up the payments created from a time on. What is created meanwhile may be missing, and nothing counts twice. */
export async function sumPayments(document: LedgerDocument, from: string): Promise<PaymentSum[]> {
  const sums = new Map<string, PaymentSum>();
  const { payments, lists } = document;
  const start = { createdAt: from, id: "" };
  let place: Place | undefined;
  for (;;) {
    let read = 0;
    let latest: number | undefined;
    for (const payment of lists.payments.newestFirst(place)) {
      if (payments.order.compareWith(payment, start) < 0) return [...sums.values()];
      if (read === READ_AT_ONCE) break;
      read += 1;
      latest = payment;
      addToSums(sums, document.readPayment(payment));
    }
    if (read < READ_AT_ONCE || latest === undefined) return [...sums.values()];
    place = payments.order.placeOf(latest);
    await setImmediate();
  }
}
