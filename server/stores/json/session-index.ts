import { ledgerKeys, listSession, type Ledger, type PaymentRecord } from "../ledger.ts";
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
  /** Absent in what was written before sessions were listed by it. */
  status?: string;
  gateway?: string;
  customers?: string[];
  attention?: true;
  source?: true;
}

/** What a payment is found by. */
export interface PaymentIndex {
  id: string;
  createdAt: string;
  gateway: string;
  state: string;
  attention?: true;
}

const TAB = 0x09;
const QUOTE = 0x22;
/** How a session's text begins. */
const BEGINNING = '{"id":"';
/** What the index of an earlier version lacks; in JSON text no value can contain it. */
const STATUS = '"status":';

/** Makes the index of a session's records. */
export function indexSession(ledger: Ledger, retired: readonly string[], hash: NameHash): SessionIndex {
  const { session, payments, dueAt } = ledger;
  const { status, gateway, customers, needsAttention, hasSource } = listSession(ledger);
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
    ...(payments.length === 0 ? {} : { payments: payments.map(indexPayment) }),
    status,
    ...(gateway === undefined ? {} : { gateway }),
    ...(customers.length === 0 ? {} : { customers }),
    ...(needsAttention ? { attention: true as const } : {}),
    ...(hasSource ? { source: true as const } : {}),
  };
}

function indexPayment({ id, createdAt, gateway, state, attention }: PaymentRecord): PaymentIndex {
  return { id, createdAt, gateway, state, ...(attention === undefined ? {} : { attention: true }) };
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

/** Reads the index alone; one that lacks what sessions are listed by now is made again of the records. */
export function readIndex(records: Buffer, hash: NameHash): SessionIndex {
  const index = readIndexText(records);
  return index.status === undefined ? indexSession(readLedger(records), index.retired ?? [], hash) : index;
}

/** Reads the id of the session alone. */
export function readId(records: Buffer): string {
  const start = BEGINNING.length;
  const end = records.indexOf(QUOTE, start);
  const id = records.toString("utf8", start, end);
  // Ids of our own need no escapes, which only JSON can read.
  return id.includes("\\") ? readIndexText(records).id : id;
}

/**
 * Tells whether two texts of a session have one index, which most changes leave as it was, and which therefore need
 * not be read again.
 */
export function hasSameIndex(before: Buffer, after: Buffer): boolean {
  const end = after.indexOf(TAB) + 1;
  const isSame = before.length >= end && before.compare(after, 0, end, 0, end) === 0;
  // That of an earlier version is made of the records, which may differ.
  return isSame && after.subarray(0, end).includes(STATUS);
}

function readIndexText(records: Buffer): SessionIndex {
  return JSON.parse(records.toString("utf8", 0, records.indexOf(TAB))) as SessionIndex;
}

/** Reads the records: a copy. */
export function readLedger(records: Buffer): Ledger {
  return JSON.parse(records.toString("utf8", records.indexOf(TAB) + 1)) as Ledger;
}
