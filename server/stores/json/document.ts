import { ledgerKeys, type EventRecord, type IdempotencyRecord, type Ledger } from "../ledger.ts";
import { DueQueue } from "./due-queue.ts";
import { EventLog } from "./event-log.ts";
import type { CommitEntry } from "./frame.ts";
import { NameTable } from "./name-table.ts";
import { ShardedMap } from "./sharded-map.ts";
import { SortedList } from "./sorted-list.ts";
import { TextArena, type Place } from "./text-arena.ts";

/** One session as the store holds it: the text of its records, and what they are found by. */
export interface StoredSession {
  readonly id: string;
  /** Its place in the order in which the store came to know it. */
  readonly number: number;
  /** Where the ledger's JSON is: reading it is the cheapest private copy, and text takes a quarter of the memory. */
  place: Place;
  /** Names that belong to the session and that its ledger no longer carries. */
  retired: readonly string[];
  createdAt: string;
  orderId: string | undefined;
  payments: readonly StoredPayment[];
}

/** An answer to an idempotency key, as the store holds it. */
export interface StoredAnswer {
  expiresAt: string;
  /** Where the record's JSON is. */
  place: Place;
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
/** The creation time of a session whose records have not been looked into. */
const UNKNOWN = "";

/** All records of the store and their indexes, in memory. Only what is on disk gets in. */
export class LedgerDocument {
  readonly texts = new TextArena();
  readonly sessions = new ShardedMap<StoredSession>();
  /** By {@link idempotencyName}. */
  readonly idempotency = new ShardedMap<StoredAnswer>();
  readonly events = new EventLog();
  readonly due = new DueQueue();
  readonly sessionsByAge = new SortedList<StoredSession>();
  readonly sessionsByOrder = new ShardedMap<StoredSession[]>();
  readonly paymentsByAge = new SortedList<StoredPayment>();
  /** Every name of `ledgerKeys`, and the number of the session that it belongs to. */
  readonly #names: NameTable;
  readonly #byNumber: StoredSession[] = [];

  constructor(names = new NameTable()) {
    this.#names = names;
  }

  /** Takes in a commit that is on disk. Its cost does not depend on how much is stored. */
  apply({ session, events, idempotency }: AppliedCommit): void {
    if (session !== undefined) {
      const stored = this.#put(session.id, this.texts.write(session.text), session.retired, session);
      for (const name of session.added) this.#names.add(name, stored.number);
    }
    for (const event of events) this.events.add(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
  }

  /** Takes in a frame that was read back, in the order of writing; {@link buildIndexes} has the last word. */
  restore({ id, retired = [], events = [], idempotency }: CommitEntry, text: Uint8Array): void {
    if (id !== undefined) {
      const place = this.texts.copy(text);
      const session = this.sessions.get(id);
      if (session === undefined) this.#add(id, place, retired);
      else {
        this.texts.free(session.place);
        Object.assign(session, { place, retired });
      }
    }
    for (const event of events) this.events.restore(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
  }

  /** Makes the indexes of everything that was restored. */
  buildIndexes(): void {
    this.sessionsByAge.inBulk(() =>
      this.paymentsByAge.inBulk(() => {
        for (const [id, { place, retired }] of this.sessions.entries()) {
          const ledger = JSON.parse(this.texts.read(place)) as Ledger;
          const stored = this.#put(id, place, retired, summarize(ledger));
          for (const name of ledgerKeys(ledger)) this.#names.add(name, stored.number);
          for (const name of retired) this.#names.add(name, stored.number);
        }
      }),
    );
  }

  /** Reads the records of a session: a copy. */
  readLedger(id: string): Ledger | null {
    const session = this.sessions.get(id);
    return session === undefined ? null : (JSON.parse(this.texts.read(session.place)) as Ledger);
  }

  /** Finds the session that a name belongs to. */
  findOwner(name: string): StoredSession | undefined {
    return this.#names
      .candidates(name)
      .map((number) => this.#byNumber[number])
      .find((session) => session !== undefined && this.#owns(session, name));
  }

  /** Reads an answer by its {@link idempotencyName}: a copy. */
  readAnswer(name: string): IdempotencyRecord | undefined {
    const answer = this.idempotency.get(name);
    return answer === undefined ? undefined : (JSON.parse(this.texts.read(answer.place)) as IdempotencyRecord);
  }

  dropAnswer(name: string): void {
    const answer = this.idempotency.get(name);
    if (answer === undefined) return;
    this.texts.free(answer.place);
    this.idempotency.delete(name);
  }

  #owns({ id, retired }: StoredSession, name: string): boolean {
    if (retired.includes(name)) return true;
    const ledger = this.readLedger(id);
    return ledger !== null && ledgerKeys(ledger).includes(name);
  }

  #keepAnswer(record: IdempotencyRecord): void {
    const name = idempotencyName(record);
    this.dropAnswer(name);
    this.idempotency.set(name, { expiresAt: record.expiresAt, place: this.texts.write(JSON.stringify(record)) });
  }

  #put(id: string, place: Place, retired: readonly string[], summary: Summary): StoredSession {
    const { createdAt, orderId, payments } = summary;
    const session = this.sessions.get(id) ?? this.#add(id, place, retired);
    if (session.createdAt !== createdAt) {
      if (session.createdAt !== UNKNOWN) this.sessionsByAge.remove(session);
      session.createdAt = createdAt;
      this.sessionsByAge.add(session);
    }
    if (session.place !== place) this.texts.free(session.place);
    session.place = place;
    session.retired = retired;
    this.#putOrder(session, orderId);
    this.#putPayments(session, payments);
    this.due.set(session.id, summary.dueAt);
    return session;
  }

  #add(id: string, place: Place, retired: readonly string[]): StoredSession {
    const number = this.#byNumber.length;
    const session: StoredSession = {
      id,
      number,
      place,
      retired,
      createdAt: UNKNOWN,
      orderId: undefined,
      payments: NONE,
    };
    this.#byNumber.push(session);
    this.sessions.set(id, session);
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
