import type { DeliveryRecord } from "../delivery.ts";
import { ledgerKeys, type IdempotencyRecord, type Ledger, type PaymentRecord } from "../ledger.ts";
import { AgeLists } from "./age-lists.ts";
import { DueQueue } from "./due-queue.ts";
import { EventLog, type EventText } from "./event-log.ts";
import type { CommitEntry } from "./frame.ts";
import { NameTable, type NameHash } from "./name-table.ts";
import { Outbox } from "./outbox.ts";
import { PaymentTable } from "./payment-table.ts";
import { SessionGroups } from "./session-groups.ts";
import { hasSameIndex, readId, readIndex, type SessionIndex } from "./session-index.ts";
import { SessionTable } from "./session-table.ts";
import { ShardedMap } from "./sharded-map.ts";
import { TextArena, type Place } from "./text-arena.ts";
import { Words } from "./words.ts";

/** An answer to an idempotency key, as the store holds it. */
export interface StoredAnswer {
  expiresAt: string;
  /** Where the record's JSON is. */
  place: Place;
}

/** One commit, as it was written. */
export interface AppliedCommit {
  session: { index: SessionIndex; records: string; hasNewNames: boolean } | undefined;
  events: readonly EventText[];
  idempotency: IdempotencyRecord | undefined;
  counters?: Record<string, number>;
  deliveries?: readonly DeliveryRecord[];
}

/** Writes what a commit says beside its session, as a {@link CommitEntry}; its events are written only once. */
export function writeEntry({ events, idempotency, counters, deliveries = [] }: Omit<AppliedCommit, "session">): string {
  const entry: CommitEntry = {
    kind: "commit",
    ...(deliveries.length === 0 ? {} : { deliveries: [...deliveries] }),
    ...(idempotency === undefined ? {} : { idempotency }),
    ...(counters === undefined ? {} : { counters }),
  };
  const text = JSON.stringify(entry);
  return events.length === 0 ? text : `${text.slice(0, -1)},"events":[${events.map((event) => event.text).join(",")}]}`;
}

/** All records of the store and their indexes, in memory. Only what is on disk gets in. */
export class LedgerDocument {
  readonly hash: NameHash;
  readonly texts = new TextArena();
  readonly sessions: SessionTable;
  readonly payments: PaymentTable;
  readonly lists: AgeLists;
  readonly sessionsByOrder: SessionGroups;
  /** By the customer's reference and by the e-mail address. */
  readonly sessionsByCustomer: SessionGroups;
  /** By {@link idempotencyName}. */
  readonly idempotency = new ShardedMap<StoredAnswer>();
  /** By name; one that is 0 may be missing. */
  readonly counters = new Map<string, number>();
  readonly events = new EventLog(this.texts);
  readonly due = new DueQueue();
  readonly outbox = new Outbox(this.texts);
  /** Every name of `ledgerKeys`, and the number of the session that it belongs to. */
  readonly #names = new NameTable();

  constructor(hash: NameHash) {
    const words = new Words();
    this.hash = hash;
    this.sessions = new SessionTable(this.texts, hash, words);
    this.payments = new PaymentTable(this.sessions, words);
    this.lists = new AgeLists(this.sessions, this.payments);
    this.sessionsByOrder = new SessionGroups(hash);
    this.sessionsByCustomer = new SessionGroups(hash);
  }

  /** Takes in a commit that is on disk. Its cost does not depend on how much is stored. */
  apply({ session, events, idempotency, counters = {}, deliveries = [] }: AppliedCommit): void {
    if (session !== undefined) {
      const { index, records } = session;
      const stored = this.#put(this.sessions.find(index.id), index, this.texts.write(records));
      if (session.hasNewNames) this.#putNames(stored, session.index);
    }
    for (const event of events) this.events.add(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
    for (const [name, count] of Object.entries(counters)) this.counters.set(name, count);
    for (const delivery of deliveries) this.outbox.put(delivery);
  }

  /** Takes in a frame that was read back, in the order of writing. */
  restore({ events = [], idempotency, counters = {}, deliveries = [] }: CommitEntry, records: Buffer): void {
    if (records.length > 0) this.#restoreSession(records);
    for (const event of events) this.events.restore(event);
    if (idempotency !== undefined) this.#keepAnswer(idempotency);
    for (const [name, count] of Object.entries(counters)) this.counters.set(name, count);
    for (const delivery of deliveries) this.outbox.put(delivery);
  }

  /** Runs something that takes in very much; lists are in order again when it has ended. */
  async inBulk<Result>(takeIn: () => Promise<Result>): Promise<Result> {
    const { sessions, sessionsToLookAt, sessionsWithSource, payments, paymentsToLookAt } = this.lists;
    const lists = [sessions, sessionsToLookAt, sessionsWithSource, payments, paymentsToLookAt, this.outbox];
    for (const list of lists) list.beginBulk();
    const result = await takeIn();
    for (const list of lists) list.endBulk();
    return result;
  }

  /** Reads the records of a session: a copy. */
  readLedger(id: string): Ledger | null {
    const session = this.sessions.find(id);
    return session === undefined ? null : this.sessions.readLedger(session);
  }

  /** Reads what a session is found by, as it was stored. */
  readIndex(id: string): SessionIndex | null {
    const session = this.sessions.find(id);
    return session === undefined ? null : this.sessions.readIndex(session);
  }

  /** Gives the names that a session owns and its records no longer carry. */
  retiredNames(id: string): readonly string[] {
    const session = this.sessions.find(id);
    return session === undefined ? [] : this.sessions.retired(session);
  }

  /** Reads a payment, by its number, and the order that its session is for: a copy. */
  readPayment(payment: number): PaymentRecord & { orderId?: string } {
    const { session, payments } = this.sessions.readLedger(this.payments.session(payment));
    const record = payments[this.payments.position(payment)];
    if (record === undefined) throw new TypeError(`the index names a payment that session ${session.id} does not have`);
    return session.orderId === undefined ? record : { ...record, orderId: session.orderId };
  }

  /** Names the session that a name belongs to. */
  findOwner(name: string): string | undefined {
    const { low, high } = this.hash(name);
    for (const session of this.#names.candidates(low, high)) {
      const ledger = this.sessions.readLedger(session);
      if (this.sessions.retired(session).includes(name) || ledgerKeys(ledger).includes(name)) return ledger.session.id;
    }
    return undefined;
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

  #restoreSession(records: Buffer): void {
    const known = this.sessions.find(readId(records));
    if (known !== undefined && hasSameIndex(this.sessions.bytes(known), records)) {
      this.sessions.replaceText(known, this.texts.copy(records));
      return;
    }
    const index = readIndex(records, this.hash);
    this.#putNames(this.#put(known, index, this.texts.copy(records)), index);
  }

  #keepAnswer(record: IdempotencyRecord): void {
    const name = idempotencyName(record);
    this.dropAnswer(name);
    this.idempotency.set(name, { expiresAt: record.expiresAt, place: this.texts.write(JSON.stringify(record)) });
  }

  /** Takes in a session whose text is in the arena; gives its number, which is new where none is known. */
  #put(known: number | undefined, index: SessionIndex, text: Place): number {
    const before = known === undefined ? undefined : this.sessions.readIndex(known);
    if (known !== undefined && before !== undefined) this.lists.leave(known, before, index);
    const session = this.sessions.put(known, index, text);
    this.lists.enter(session, before, index);
    const { orderId, customers = [], dueAt } = index;
    if (orderId !== undefined && orderId !== before?.orderId) this.sessionsByOrder.add(orderId, session);
    for (const customer of customers) {
      if (before?.customers?.includes(customer) !== true) this.sessionsByCustomer.add(customer, session);
    }
    this.due.set(index.id, dueAt);
    return session;
  }

  #putNames(session: number, { names }: SessionIndex): void {
    for (let half = 0; half < names.length; half += 2) this.#names.add(names[half] ?? 0, names[half + 1] ?? 0, session);
  }
}

/** Names an idempotency record; no two pairs of scope and key share a name. */
export function idempotencyName({ scope, key }: { scope: string; key: string }): string {
  return JSON.stringify([scope, key]);
}
