import type { BaseLogger } from "pino";
import type { DeliveryRecord } from "./delivery.ts";
import type { EventRecord, IdempotencyRecord, Ledger } from "./ledger.ts";

/** One thing that a store keeps. */
export type StoreRecord =
  | { kind: "session"; ledger: Ledger; retired: string[] }
  | { kind: "event"; event: EventRecord }
  | { kind: "answer"; answer: IdempotencyRecord }
  | { kind: "counter"; name: string; count: number }
  | { kind: "delivery"; delivery: DeliveryRecord };

/** A store seen as the sum of its records, to be read, filled and cared for while nobody else changes it. */
export interface RecordArchive {
  isEmpty(): Promise<boolean>;
  /** Gives all sessions in any order, then all events, oldest first, then answers, counters and deliveries, some at a time. */
  read(): AsyncIterable<StoreRecord[]>;
  /** Fills an empty store with what `read` of another gave; wholly, or not at all. */
  write(batches: AsyncIterable<StoreRecord[]>): Promise<void>;
  /** Compares records that `read` gave with what they are found by; gives each fault, in words. */
  findFaults(batch: readonly StoreRecord[]): Promise<string[]>;
  /** Frees the room of what is no longer needed. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** What an archive works with. */
export interface ArchiveOptions {
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  now?: () => Date;
}

/** Whether a store is there to be looked at, to be changed, or to be made. */
export type ArchiveMode = "read" | "change" | "create";

/**
 * Opens the store at an address of `openStore` as an archive. With `read` nothing there is altered, not even repaired.
 *
 * @throws StoreError where it cannot be opened; with `read` and `change` also where there is none
 * @throws RangeError where the address is of no store
 */
export async function openArchive(address: string, mode: ArchiveMode, options: ArchiveOptions): Promise<RecordArchive> {
  if (address.startsWith("json:")) {
    const { openJsonArchive } = await import("./json/archive.ts");
    return await openJsonArchive(address.slice("json:".length), mode, options);
  }
  if (!/^postgres(ql)?:/.test(address)) throw new RangeError("a store's address is json:<folder> or postgres://…");
  const { openPostgresArchive } = await import("./postgres/archive.ts");
  return await openPostgresArchive(address, mode, options);
}
