import type { PaymentRecord } from "./ledger.ts";
import type { PaymentSum } from "./store.ts";

/** Adds a payment to the sum of its day, state and currency. */
export function addToSums(sums: Map<string, PaymentSum>, { createdAt, state, currency, amount }: PaymentRecord): void {
  const day = createdAt.slice(0, "2026-11-27".length);
  const key = `${day} ${state} ${currency}`;
  const sum = sums.get(key) ?? { day, state, currency, count: 0, amount: 0 };
  sums.set(key, { ...sum, count: sum.count + 1, amount: sum.amount + amount });
}
