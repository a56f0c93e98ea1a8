import { isDeepStrictEqual } from "node:util";
import { assertNever } from "../../shared/assert-never.ts";
import type { StoreRecord } from "./archive.ts";
import type { Ledger } from "./ledger.ts";

/** How much a store holds. Sums are in minor units, by currency, and may be larger than a number is exact. */
export interface StoreCount {
  sessions: number;
  attempts: number;
  payments: number;
  operations: number;
  /** Payment sources that are saved, or being saved. */
  sources: number;
  events: number;
  answers: number;
  /** How many counters there are that are not at 0. */
  counters: number;
  deliveries: number;
  sums: Record<string, { asked: bigint; captured: bigint; refunded: bigint }>;
}

/** Makes a count of nothing. */
export function emptyCount(): StoreCount {
  const records = { sessions: 0, attempts: 0, payments: 0, operations: 0, sources: 0, events: 0 };
  return { ...records, answers: 0, counters: 0, deliveries: 0, sums: {} };
}

/** Adds records to a count. */
export function addToCount(count: StoreCount, records: readonly StoreRecord[]): void {
  for (const record of records) {
    switch (record.kind) {
      case "session":
        addLedger(count, record.ledger);
        break;
      case "event":
        count.events += 1;
        break;
      case "answer":
        count.answers += 1;
        break;
      case "counter":
        count.counters += 1;
        break;
      case "delivery":
        count.deliveries += 1;
        break;
      default:
        assertNever(record);
    }
  }
}

/** Counts as it passes records on. */
export async function* counting(
  batches: AsyncIterable<StoreRecord[]>,
  count: StoreCount,
): AsyncGenerator<StoreRecord[]> {
  for await (const batch of batches) {
    addToCount(count, batch);
    yield batch;
  }
}

/** Tells whether two counts say the same. */
export function isSameCount(one: StoreCount, other: StoreCount): boolean {
  return isDeepStrictEqual(one, other);
}

function addLedger(count: StoreCount, { session, attempts, payments, source }: Ledger): void {
  count.sessions += 1;
  count.attempts += attempts.length;
  count.payments += payments.length;
  if (source !== undefined) count.sources += 1;
  const sum = (count.sums[session.currency] ??= { asked: 0n, captured: 0n, refunded: 0n });
  sum.asked += BigInt(session.amount);
  for (const { currency, operations, capturedAmount, refundedAmount } of payments) {
    count.operations += operations.length;
    const paid = (count.sums[currency] ??= { asked: 0n, captured: 0n, refunded: 0n });
    paid.captured += BigInt(capturedAmount);
    paid.refunded += BigInt(refundedAmount);
  }
}
