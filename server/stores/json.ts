import { KeyConflictError, StoreError } from "../errors.ts";
import { answeredAlready, assertCommit } from "./commit.ts";
import { BARE_COMMIT } from "./json/frame.ts";
import { writeEvent } from "./json/event-log.ts";
import { idempotencyName, writeEntry, type AppliedCommit, type LedgerDocument } from "./json/document.ts";
import { IdempotencyClaims } from "./json/idempotency-claims.ts";
import { describeSession } from "./json/session-index.ts";
import { listDeliveries, listPayments, listSessions } from "./json/lists.ts";
import { openFolder, type JsonStoreOptions, type OpenFolder } from "./json/open-folder.ts";
import { sumPayments } from "./json/sum-payments.ts";
import { Reservations } from "./json/reservations.ts";
import {
  placeDelivery,
  type ChangeDelivery,
  type DeliveryFilter,
  type DeliveryRecord,
  type OutboxState,
} from "./delivery.ts";
import { SerialQueues } from "./serial-queues.ts";
import type { EventRecord, IdempotencyRecord, Ledger } from "./ledger.ts";
import { Listeners } from "./listeners.ts";
import { NameHistory } from "./name-history.ts";
import type {
  Commit,
  CounterReset,
  IdempotencyClaim,
  Page,
  PageRequest,
  PaymentFilter,
  PaymentSum,
  SessionFilter,
  Store,
} from "./store.ts";

export type { JsonStoreOptions } from "./json/open-folder.ts";

/**
 * Opens the store that keeps everything in one folder, for one process.
 *
 * All records are in memory, in lowdb's document, and each change is on disk before it is there or acknowledged:
 * `json/journal.ts` says how. What a crash leaves is repaired, and logged; what is damaged is refused.
 *
 * @throws StoreError where the folder is in use, damaged, of a newer format, or cannot be read
 */
export async function openJsonStore(options: JsonStoreOptions): Promise<Store> {
  return new JsonStore(await openFolder(options), options.log);
}

/** What a commit has of a session that is about none. */
const NO_SESSION = { session: undefined, events: [] };

class JsonStore implements Store {
  readonly #folder: OpenFolder;
  readonly #log: JsonStoreOptions["log"];
  readonly #sessions = new SerialQueues();
  readonly #reservations = new Reservations();
  readonly #claims = new IdempotencyClaims();
  readonly #listeners: Listeners;
  #closing: Promise<void> | null = null;
  #lastEvent: number;

  constructor(folder: OpenFolder, log: JsonStoreOptions["log"]) {
    this.#folder = folder;
    this.#log = log;
    this.#listeners = new Listeners(log);
    this.#lastEvent = folder.low.data.events.last;
  }

  async transact<Result>(sessionId: string, change: (ledger: Ledger | null) => Commit<Result>): Promise<Result> {
    this.#assertOpen();
    return await this.#sessions.run(sessionId, async () => {
      const before = this.#document.readLedger(sessionId);
      // Taken before the change, which may alter its copy.
      const names = new NameHistory(before, this.#document.retiredNames(sessionId));
      const commit = change(before);
      await this.#commit(sessionId, commit, names);
      return commit.result;
    });
  }

  async readLedger(sessionId: string): Promise<Ledger | null> {
    this.#assertOpen();
    return this.#document.readLedger(sessionId);
  }

  async findSessionId(key: string): Promise<string | null> {
    this.#assertOpen();
    return this.#document.findOwner(key) ?? null;
  }

  async listSessions(filter: SessionFilter, page: PageRequest): Promise<Page<Ledger>> {
    this.#assertOpen();
    return await listSessions(this.#document, filter, page);
  }

  async listPayments(filter: PaymentFilter, page: PageRequest): ReturnType<Store["listPayments"]> {
    this.#assertOpen();
    return await listPayments(this.#document, filter, page);
  }

  async sumPayments(from: string): Promise<PaymentSum[]> {
    this.#assertOpen();
    return await sumPayments(this.#document, from);
  }

  async listEvents(after: number, limit: number, sessionId?: string): Promise<EventRecord[]> {
    this.#assertOpen();
    const { events } = this.#document;
    return await (sessionId === undefined ? events.list(after, limit) : events.listOfSession(sessionId, after, limit));
  }

  async claimIdempotencyKey(claim: Parameters<Store["claimIdempotencyKey"]>[0]): Promise<IdempotencyClaim> {
    this.#assertOpen();
    const name = idempotencyName(claim);
    return this.#claims.claim(name, this.#document.readAnswer(name), claim);
  }

  async releaseIdempotencyKey(scope: string, key: string): Promise<void> {
    this.#assertOpen();
    this.#claims.release(idempotencyName({ scope, key }));
  }

  async claimDue({ now, leaseUntil, limit }: Parameters<Store["claimDue"]>[0]): Promise<string[]> {
    this.#assertOpen();
    return this.#document.due.claim(now, leaseUntil, limit);
  }

  async listDueEndpoints(now: string): Promise<string[]> {
    this.#assertOpen();
    return this.#document.outbox.dueEndpoints(now);
  }

  async claimDeliveries(claim: Parameters<Store["claimDeliveries"]>[0]): Promise<DeliveryRecord[]> {
    this.#assertOpen();
    return this.#document.outbox.claim(claim);
  }

  async changeDelivery(id: string, change: ChangeDelivery): Promise<DeliveryRecord | null> {
    this.#assertOpen();
    return await this.#sessions.run(`delivery:${id}`, async () => {
      const before = this.#document.outbox.read(id);
      const commit = before === null ? null : change(before);
      if (commit === null) return this.#document.outbox.read(id);
      const { delivery, idempotency } = structuredClone(commit);
      const deliveries = [delivery];
      await this.#write({ idempotency }, () => ({ ...NO_SESSION, deliveries, idempotency }));
      return delivery;
    });
  }

  async readDelivery(id: string): Promise<DeliveryRecord | null> {
    this.#assertOpen();
    return this.#document.outbox.read(id);
  }

  async listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRecord>> {
    this.#assertOpen();
    return listDeliveries(this.#document, filter, page);
  }

  async readOutboxState(): Promise<OutboxState> {
    this.#assertOpen();
    return this.#document.outbox.state();
  }

  async readOldestDue(): Promise<string | null> {
    this.#assertOpen();
    return this.#document.due.oldest() ?? null;
  }

  async readCounter(name: string): Promise<number> {
    this.#assertOpen();
    return this.#document.counters.get(name) ?? 0;
  }

  increaseCounter(name: string): Promise<number> {
    return this.#changeCounter(name, (count) => count + 1);
  }

  resetCounter(name: string, { unlessAbove = Infinity, idempotency }: CounterReset = {}): Promise<number> {
    return this.#changeCounter(name, (count) => (count > unlessAbove ? count : 0), idempotency);
  }

  subscribe(listener: (sessionId: string) => void): () => void {
    this.#assertOpen();
    return this.#listeners.add(listener);
  }

  async checkReady(): Promise<void> {
    this.#assertOpen();
    // After a refusal only a write can tell whether there is room again.
    if (this.#folder.adapter.journal.isFull)
      await this.#folder.adapter.append({ records: "", entry: BARE_COMMIT, onDurable() {} });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #document(): LedgerDocument {
    return this.#folder.low.data;
  }

  async #commit(sessionId: string, commit: Commit<unknown>, names: NameHistory): Promise<void> {
    const { ledger, events = [], deliveries = [], idempotency } = commit;
    const isNothing = events.length === 0 && deliveries.length === 0;
    if (ledger === undefined && idempotency === undefined && isNothing) return;
    assertCommit(sessionId, commit);
    // Everything is taken down before anything is awaited: what was given belongs to the caller.
    const { added, retired } = ledger === undefined ? { added: [], retired: [] } : names.after(ledger);
    const session =
      ledger === undefined
        ? undefined
        : { ...describeSession(ledger, retired, this.#document.hash), hasNewNames: added.length > 0 };
    const answer = idempotency === undefined ? undefined : { ...idempotency };
    const newEvents = events.map((event) => ({ ...event }));
    // Most shops have no endpoints, and cloning nothing takes as long as cloning little.
    const newDeliveries = deliveries.length === 0 ? [] : structuredClone(deliveries);
    await this.#write({ sessionId, names: added, idempotency: answer }, () => {
      // Given in the order of the journal, so that nobody reads a later one before an earlier.
      const placed = newEvents.map((event) => ({ ...event, sequence: (this.#lastEvent += 1) }));
      const placedDeliveries = newDeliveries.map((delivery) => placeDelivery(delivery, placed));
      return { session, events: placed.map(writeEvent), deliveries: placedDeliveries, idempotency: answer };
    });
    if (session !== undefined) this.#listeners.tell(sessionId);
  }

  async #changeCounter(
    name: string,
    change: (count: number) => number,
    idempotency?: IdempotencyRecord,
  ): Promise<number> {
    this.#assertOpen();
    const answer = idempotency === undefined ? undefined : { ...idempotency };
    return await this.#sessions.run(`counter:${name}`, async () => {
      const before = this.#document.counters.get(name) ?? 0;
      const count = change(before);
      if (count === before && answer === undefined) return count;
      const counters = { [name]: count };
      await this.#write({ idempotency: answer }, () => ({ ...NO_SESSION, counters, idempotency: answer }));
      return count;
    });
  }

  /** Appends what `describe` gives, as soon as no other commit under way has a name or the key of it. */
  async #write(
    wanted: { sessionId?: string; names?: readonly string[]; idempotency: IdempotencyRecord | undefined },
    describe: () => AppliedCommit,
  ): Promise<void> {
    const { sessionId = "", names = [], idempotency } = wanted;
    await this.#reservations.take(
      idempotency === undefined ? names : [...names, idempotencyName(idempotency)],
      () => this.#assertUnowned(sessionId, names, idempotency),
      () => this.#append(describe()),
    );
    if (this.#folder.adapter.isSnapshotDue) this.#startSnapshot();
  }

  #append(commit: AppliedCommit): Promise<void> {
    const { session, idempotency } = commit;
    return this.#folder.adapter.append({
      records: session?.records ?? "",
      entry: writeEntry(commit),
      onDurable: () => {
        this.#document.apply(commit);
        if (idempotency !== undefined) this.#claims.release(idempotencyName(idempotency));
      },
    });
  }

  /** @throws KeyConflictError or StateError where another commit has what this one wants */
  #assertUnowned(sessionId: string, names: readonly string[], answer: IdempotencyRecord | undefined): void {
    for (const name of names) {
      const owner = this.#document.findOwner(name);
      if (owner !== undefined && owner !== sessionId) throw new KeyConflictError(name);
    }
    if (answer === undefined) return;
    const stored = this.#document.idempotency.get(idempotencyName(answer));
    if (stored !== undefined && stored.expiresAt > answer.createdAt) throw answeredAlready();
  }

  #startSnapshot(): void {
    this.#folder.low.write().catch((error: unknown) => {
      if (this.#closing === null) this.#log.warn({ err: error }, "no snapshot could be written; the journal goes on");
    });
  }

  async #close(): Promise<void> {
    await this.#sessions.finish();
    await this.#folder.close();
    this.#listeners.clear();
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StoreError("storage_unavailable", "the store is closed");
    const { failure } = this.#folder.adapter.journal;
    if (failure !== null) throw failure;
  }
}
