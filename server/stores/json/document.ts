import type { DeliveryRecord } from "../delivery.ts";
import { ledgerKeys, type EventRecord, type IdempotencyRecord, type Ledger } from "../ledger.ts";
import { DueQueue } from "./due-queue.ts";
import { EventLog } from "./event-log.ts";
import type { CommitEntry } from "./frame.ts";
import { NameTable, type NameHash } from "./name-table.ts";
import { readIndex, readLedger, type PaymentIndex, type SessionIndex } from "./session-index.ts";
import { Outbox } from "./outbox.ts";
import { SessionGroups } from "./session-groups.ts";
import { ShardedMap } from "./sharded-map.ts";
import { SortedList } from "./sorted-list.ts";
import { TextArena, type Place } from "./text-arena.ts";

/** One session as the store holds it: the text of its records, and what they are found by. */
export interface StoredSession {
  readonly id: string;
  /** Its place in the order in which the store came to know it. */
  readonly number: number;
  /** Where its index and records are: text is the cheapest private copy to read, and takes a quarter of the room. */
  block: number;
  length: number;
  /** Names that belong to the session and that its ledger no longer carries. */
  retired: readonly string[];
  createdAt: string;
  orderId: string | undefined;
  status: string;
  gateway: string | undefined;
  customers: readonly string[];
  needsAttention: boolean;
  hasSource: boolean;
  payments: readonly StoredPayment[];
}

/** An answer to an idempotency key, as the store holds it. */
export interface StoredAnswer {
  expiresAt: string;
  /** Where the record's JSON is. */
  place: Place;
}

/** What lists of payments are filtered and ordered by. */
export interface StoredPayment extends PaymentIndex {
  readonly session: StoredSession;
}

/** One commit, as it was written. */
export interface AppliedCommit {
  session: { index: SessionIndex; records: string; hasNewNames: boolean } | undefined;
  events: readonly EventRecord[];
  idempotency: IdempotencyRecord | undefined;
  counters?: Record<string, number>;
  deliveries?: readonly DeliveryRecord[];
}

const NONE: readonly never[] = [];
/** The creation time of a session that is not in the lists yet. */
const UNKNOWN = "";

/** All records of the store and their indexes, in memory. Only what is on disk gets in. */
export class LedgerDocument {
  readonly texts = new TextArena();
  readonly sessions = new ShardedMap<StoredSession>();
  /** By {@link idempotencyName}. */
  readonly idempotency = new ShardedMap<StoredAnswer>();
  /** By name; one that is 0 may be missing. */
  readonly counters = new Map<string, number>();
  readonly events = new EventLog();
  readonly due = new DueQueue();
  readonly outbox = new Outbox(this.texts);
  readonly sessionsByAge = new SortedList<StoredSession>();
  readonly sessionsByOrder = new SessionGroups();
  /** By the customer's reference and by the e-mail address. */
  readonly sessionsByCustomer = new SessionGroups();
  /** Few, so that they are found at once among very many. */
  readonly sessionsToLookAt = new SortedList<StoredSession>();
  readonly sessionsWithSource = new SortedList<StoredSession>();
  readonly paymentsByAge = new SortedList<StoredPayment>();
  readonly paymentsToLookAt = new SortedList<StoredPayment>();
  readonly hash: NameHash;
  /** Every name of `ledgerKeys`, and the number of the session that it belongs to. */
  readonly #names = new NameTable();
  readonly #byNumber: StoredSession[] = [];
  readonly #words = new Map<string, string>();

  constructor(hash: NameHash) {
    this.hash = hash;
  }

  /** Takes in a commit that is on disk. Its cost does not depend on how much is stored. */
  apply({ session, events, idempotency, counters = {}, deliveries = [] }: AppliedCommit): void {
    if (session !== undefined) {
      const stored = this.#put(session.index, this.texts.write(session.records));
      if (session.hasNewNames) this.#putNames(stored, session.index);
    }
    for (const event of events) this.events.add(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
    for (const [name, count] of Object.entries(counters)) this.counters.set(name, count);
    for (const delivery of deliveries) this.outbox.put(delivery);
  }

  /** Takes in a frame that was read back, in the order of writing. */
  restore({ events = [], idempotency, counters = {}, deliveries = [] }: CommitEntry, records: Buffer): void {
    if (records.length > 0) {
      const index = readIndex(records, this.hash);
      this.#putNames(this.#put(index, this.texts.copy(records)), index);
    }
    for (const event of events) this.events.restore(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
    for (const [name, count] of Object.entries(counters)) this.counters.set(name, count);
    for (const delivery of deliveries) this.outbox.put(delivery);
  }

  /** Runs something that takes in very much; lists are in order again when it has ended. */
  async inBulk<Result>(takeIn: () => Promise<Result>): Promise<Result> {
    const sessions = [this.sessionsByAge, this.sessionsToLookAt, this.sessionsWithSource];
    const lists = [...sessions, this.paymentsByAge, this.paymentsToLookAt, this.outbox];
    for (const list of lists) list.beginBulk();
    const result = await takeIn();
    for (const list of lists) list.endBulk();
    return result;
  }

  /** Reads the records of a session: a copy. */
  readLedger(id: string): Ledger | null {
    const session = this.sessions.get(id);
    return session === undefined ? null : readLedger(this.texts.bytes(session));
  }

  /** Reads what a session is found by, as it was stored. */
  readIndex(id: string): SessionIndex | null {
    const session = this.sessions.get(id);
    return session === undefined ? null : readIndex(this.texts.bytes(session), this.hash);
  }

  /** Finds the session that a name belongs to. */
  findOwner(name: string): StoredSession | undefined {
    const { low, high } = this.hash(name);
    return this.#names
      .candidates(low, high)
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

  #put(index: SessionIndex, place: Place): StoredSession {
    const { id, createdAt, orderId, dueAt, retired = [], payments = [] } = index;
    const session = this.sessions.get(id) ?? this.#add(id, place);
    this.#putLists(session, createdAt, index);
    if (session.block !== place.block) this.texts.free(session);
    session.block = place.block;
    session.length = place.length;
    session.retired = retired.length === 0 ? NONE : retired;
    session.status = this.#intern(index.status ?? "");
    session.gateway = index.gateway === undefined ? undefined : this.#intern(index.gateway);
    this.#putOrder(session, orderId);
    this.#putCustomers(session, index.customers ?? NONE);
    this.#putPayments(session, payments);
    this.due.set(id, dueAt);
    return session;
  }

  /** Puts a session in its lists, which find what they hold by its time: it leaves them before that changes. */
  #putLists(session: StoredSession, createdAt: string, index: SessionIndex): void {
    const attention = index.attention === true;
    const source = index.source === true;
    const hasMoved = session.createdAt !== createdAt;
    if (session.needsAttention && (hasMoved || !attention)) this.sessionsToLookAt.remove(session);
    if (session.hasSource && (hasMoved || !source)) this.sessionsWithSource.remove(session);
    if (hasMoved && session.createdAt !== UNKNOWN) this.sessionsByAge.remove(session);
    session.createdAt = createdAt;
    if (hasMoved) this.sessionsByAge.add(session);
    if (attention && (hasMoved || !session.needsAttention)) this.sessionsToLookAt.add(session);
    if (source && (hasMoved || !session.hasSource)) this.sessionsWithSource.add(session);
    session.needsAttention = attention;
    session.hasSource = source;
  }

  #putNames({ number }: StoredSession, { names }: SessionIndex): void {
    for (let half = 0; half < names.length; half += 2) this.#names.add(names[half] ?? 0, names[half + 1] ?? 0, number);
  }

  #add(id: string, place: Place): StoredSession {
    const number = this.#byNumber.length;
    const session: StoredSession = {
      id,
      number,
      block: place.block,
      length: place.length,
      retired: NONE,
      createdAt: UNKNOWN,
      orderId: undefined,
      status: "",
      gateway: undefined,
      customers: NONE,
      needsAttention: false,
      hasSource: false,
      payments: NONE,
    };
    this.#byNumber.push(session);
    this.sessions.set(id, session);
    return session;
  }

  #putOrder(session: StoredSession, orderId: string | undefined): void {
    if (session.orderId === orderId) return;
    if (session.orderId !== undefined) this.sessionsByOrder.remove(session.orderId, session);
    session.orderId = orderId;
    if (orderId !== undefined) this.sessionsByOrder.add(orderId, session);
  }

  #putCustomers(session: StoredSession, customers: readonly string[]): void {
    const before = session.customers;
    if (isSameList(before, customers)) return;
    for (const customer of before) this.sessionsByCustomer.remove(customer, session);
    for (const customer of customers) this.sessionsByCustomer.add(customer, session);
    session.customers = customers;
  }

  #intern(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    this.#words.set(word, word);
    return word;
  }

  #putPayments(session: StoredSession, payments: readonly PaymentIndex[]): void {
    const before = session.payments;
    if (before.length === 0 && payments.length === 0) return;
    for (const payment of before) if (payment.attention === true) this.paymentsToLookAt.remove(payment);
    session.payments = payments.map(({ id, createdAt, gateway, state, attention }) => {
      const known = before.find((payment) => payment.id === id && payment.createdAt === createdAt);
      // Few words that are the same for many payments: one copy of each is enough.
      const words = { gateway: this.#intern(gateway), state: this.#intern(state) };
      const payment: StoredPayment = known ?? { session, id, createdAt, ...words };
      Object.assign(payment, words);
      if (attention === true) payment.attention = true;
      else delete payment.attention;
      return payment;
    });
    for (const payment of before) if (!session.payments.includes(payment)) this.paymentsByAge.remove(payment);
    for (const payment of session.payments) {
      if (!before.includes(payment)) this.paymentsByAge.add(payment);
      if (payment.attention === true) this.paymentsToLookAt.add(payment);
    }
  }
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** Names an idempotency record; no two pairs of scope and key share a name. */
export function idempotencyName({ scope, key }: { scope: string; key: string }): string {
  return JSON.stringify([scope, key]);
}
