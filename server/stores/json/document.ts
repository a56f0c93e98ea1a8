import { ledgerKeys, type EventRecord, type IdempotencyRecord, type Ledger } from "../ledger.ts";
import { DueQueue } from "./due-queue.ts";
import { EventLog } from "./event-log.ts";
import type { CommitEntry } from "./frame.ts";
import { SortedList } from "./sorted-list.ts";

/** One session as the store holds it: the text of its records, and what they are found by. */
export interface StoredSession {
  readonly id: string;
  /** The ledger's JSON. Reading it again is the cheapest private copy, and a text takes a quarter of the memory. */
  text: string;
  /** Names that belong to the session and that its ledger no longer carries. */
  retired: readonly string[];
  createdAt: string;
  orderId: string | undefined;
  payments: readonly StoredPayment[];
}

/** What lists of payments are filtered and ordered by. */
export interface StoredPayment {
  readonly session: StoredSession;
  id: string;
  createdAt: string;
  gateway: string;
  state: string;
}

/** One commit, as it was written. */
export interface AppliedCommit {
  session: (Summary & { id: string; text: string; retired: string[]; added: readonly string[] }) | undefined;
  events: readonly EventRecord[];
  idempotency: IdempotencyRecord | undefined;
}

/** What the indexes need to know of a ledger. */
export interface Summary {
  createdAt: string;
  orderId: string | undefined;
  dueAt: string | undefined;
  payments: readonly Omit<StoredPayment, "session">[];
}

const NONE: readonly never[] = [];

/** All records of the store and their indexes, in memory. Only what is on disk gets in. */
export class LedgerDocument {
  readonly sessions = new Map<string, StoredSession>();
  /** Every name of `ledgerKeys`, and whose it is. */
  readonly names = new Map<string, StoredSession>();
  readonly idempotency = new Map<string, IdempotencyRecord>();
  readonly events = new EventLog();
  readonly due = new DueQueue();
  readonly sessionsByAge = new SortedList<StoredSession>();
  readonly sessionsByOrder = new Map<string, StoredSession[]>();
  readonly paymentsByAge = new SortedList<StoredPayment>();

  /** Takes in a commit that is on disk. Its cost does not depend on how much is stored. */
  apply({ session, events, idempotency }: AppliedCommit): void {
    if (session !== undefined) {
      const stored = this.#put(session.id, session.text, session.retired, session);
      for (const name of session.added) this.names.set(name, stored);
    }
    for (const event of events) this.events.add(event);
    if (idempotency !== undefined) this.idempotency.set(idempotencyName(idempotency), idempotency);
  }

  /** Takes in a frame that was read back, in the order of writing; {@link buildIndexes} has the last word. */
  restore({ id, retired, events, idempotency }: CommitEntry, text: string): void {
    if (id !== undefined) {
      const session = this.sessions.get(id);
      if (session === undefined) {
        this.sessions.set(id, {
          id,
          text,
          retired: retired ?? NONE,
          createdAt: "",
          orderId: undefined,
          payments: NONE,
        });
      } else {
        session.text = text;
        session.retired = retired ?? NONE;
      }
    }
    for (const event of events ?? NONE) this.events.restore(event);
    if (idempotency !== undefined) this.idempotency.set(idempotencyName(idempotency), idempotency);
  }

  /** Makes the indexes of everything that was restored. */
  buildIndexes(): void {
    for (const { id, text, retired } of this.sessions.values()) {
      const ledger = JSON.parse(text) as Ledger;
      const stored = this.#put(id, text, retired, summarize(ledger));
      for (const name of ledgerKeys(ledger)) this.names.set(name, stored);
      for (const name of retired) this.names.set(name, stored);
    }
  }

  #put(id: string, text: string, retired: readonly string[], summary: Summary): StoredSession {
    const { createdAt, orderId, payments } = summary;
    let session = this.sessions.get(id);
    if (session === undefined || session.createdAt === "") {
      session ??= { id, text, retired, createdAt, orderId: undefined, payments: NONE };
      session.createdAt = createdAt;
      this.sessions.set(id, session);
      this.sessionsByAge.add(session);
    } else if (session.createdAt !== createdAt) {
      this.sessionsByAge.remove(session);
      session.createdAt = createdAt;
      this.sessionsByAge.add(session);
    }
    session.text = text;
    session.retired = retired;
    this.#putOrder(session, orderId);
    this.#putPayments(session, payments);
    this.due.set(session.id, summary.dueAt);
    return session;
  }

  #putOrder(session: StoredSession, orderId: string | undefined): void {
    if (session.orderId === orderId) return;
    if (session.orderId !== undefined) {
      const rest = this.sessionsByOrder.get(session.orderId)?.filter((other) => other !== session) ?? [];
      if (rest.length === 0) this.sessionsByOrder.delete(session.orderId);
      else this.sessionsByOrder.set(session.orderId, rest);
    }
    session.orderId = orderId;
    if (orderId === undefined) return;
    const others = this.sessionsByOrder.get(orderId);
    if (others === undefined) this.sessionsByOrder.set(orderId, [session]);
    else others.push(session);
  }

  #putPayments(session: StoredSession, payments: Summary["payments"]): void {
    const before = session.payments;
    if (before.length === 0 && payments.length === 0) return;
    session.payments = payments.map(({ id, createdAt, gateway, state }) => {
      const known = before.find((payment) => payment.id === id && payment.createdAt === createdAt);
      if (known === undefined) return { session, id, createdAt, gateway, state };
      return Object.assign(known, { gateway, state });
    });
    for (const payment of before) if (!session.payments.includes(payment)) this.paymentsByAge.remove(payment);
    for (const payment of session.payments) if (!before.includes(payment)) this.paymentsByAge.add(payment);
  }
}

/** Tells what the indexes need to know of a ledger. */
export function summarize({ session, payments, dueAt }: Ledger): Summary {
  return {
    createdAt: session.createdAt,
    orderId: session.orderId,
    dueAt,
    payments: payments.map(({ id, createdAt, gateway, state }) => ({ id, createdAt, gateway, state })),
  };
}

/** Names an idempotency record; no two pairs of scope and key share a name. */
export function idempotencyName({ scope, key }: { scope: string; key: string }): string {
  return JSON.stringify([scope, key]);
}
