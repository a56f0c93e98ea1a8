import { openArchive, type ArchiveOptions } from "./archive.ts";
import { addToCount, emptyCount, type StoreCount } from "./count.ts";
import type { Ledger } from "./ledger.ts";

/** What a look at all of a store found. */
export interface StoreCheck {
  count: StoreCount;
  /** Every fault, with the record that has it; at most {@link MAX_FAULTS}. */
  faults: string[];
}

/** So many faults are named. */
export const MAX_FAULTS = 100;

/**
 * Reads everything in a store and alters nothing: that each byte is as it was written, that each
 * index leads where it should, that money adds up, that events are in order.
 *
 * @throws StoreError where the store cannot be opened or is damaged
 */
export async function checkStore(address: string, options: ArchiveOptions): Promise<StoreCheck> {
  const archive = await openArchive(address, "read", options);
  const count = emptyCount();
  const faults: string[] = [];
  try {
    let last = 0;
    for await (const batch of archive.read()) {
      addToCount(count, batch);
      faults.push(...(await archive.findFaults(batch)));
      for (const record of batch) {
        if (record.kind === "session") faults.push(...findMoneyFaults(record.ledger));
        if (record.kind !== "event") continue;
        const { sequence, id } = record.event;
        if (sequence <= last) faults.push(`event ${id} has sequence ${sequence}, after ${last}`);
        last = sequence;
      }
    }
  } finally {
    await archive.close();
  }
  return { count, faults: faults.slice(0, MAX_FAULTS) };
}

function findMoneyFaults({ session, payments }: Ledger): string[] {
  return payments.flatMap(({ id, sessionId, amount, capturedAmount, refundedAmount, balance }) => [
    ...(sessionId === session.id ? [] : [`payment ${id} says session ${sessionId}, but is in ${session.id}`]),
    ...(refundedAmount <= capturedAmount && capturedAmount <= amount
      ? []
      : [`payment ${id} has refunded ${refundedAmount} of captured ${capturedAmount} of ${amount}`]),
    ...(balance === capturedAmount - refundedAmount
      ? []
      : [`payment ${id} has balance ${balance}, which is not ${capturedAmount} less ${refundedAmount}`]),
  ]);
}
