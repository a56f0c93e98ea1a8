import { ledgerKeys, type Ledger } from "../ledger.ts";
import type { NameHash } from "./name-table.ts";

/**
 * What a session is found by. It is written before the session's records, so that a start need not look into them,
 * with a tab in between, which no JSON text contains.
 */
export interface SessionIndex {
  id: string;
  createdAt: string;
  orderId?: string;
  dueAt?: string;
  /** The hashes of all names that the session owns, each as its low and its high half. */
  names: number[];
  /** Names that the session owns and its records no longer carry. */
  retired?: string[];
  payments?: PaymentIndex[];
}

/** What a payment is found by. */
export interface PaymentIndex {
  id: string;
  createdAt: string;
  gateway: string;
  state: string;
}

const TAB = 0x09;

/** Makes the index of a session's records. */
export function indexSession(ledger: Ledger, retired: readonly string[], hash: NameHash): SessionIndex {
  const { session, payments, dueAt } = ledger;
  return {
    id: session.id,
    createdAt: session.createdAt,
    ...(session.orderId === undefined ? {} : { orderId: session.orderId }),
    ...(dueAt === undefined ? {} : { dueAt }),
    names: [...new Set([...ledgerKeys(ledger), ...retired])].flatMap((name) => {
      const { low, high } = hash(name);
      return [low, high];
    }),
    ...(retired.length === 0 ? {} : { retired: [...retired] }),
    ...(payments.length === 0
      ? {}
      : { payments: payments.map(({ id, createdAt, gateway, state }) => ({ id, createdAt, gateway, state })) }),
  };
}

/** Makes a session's index, and writes it and the records as they are stored. */
export function describeSession(
  ledger: Ledger,
  retired: readonly string[],
  hash: NameHash,
): { index: SessionIndex; records: string } {
  const index = indexSession(ledger, retired, hash);
  return { index, records: `${JSON.stringify(index)}\t${JSON.stringify(ledger)}` };
}

/** Reads the index alone. */
export function readIndex(records: Buffer): SessionIndex {
  return JSON.parse(records.toString("utf8", 0, records.indexOf(TAB))) as SessionIndex;
}

/** Reads the records: a copy. */
export function readLedger(records: Buffer): Ledger {
  return JSON.parse(records.toString("utf8", records.indexOf(TAB) + 1)) as Ledger;
}
