import type { PaymentState, SessionStatus } from "../../shared/states.ts";
import type { PaymentSum } from "../../shared/statistics.ts";
import type { ChangeDelivery, DeliveryFilter, DeliveryRecord, NewDelivery, OutboxState } from "./delivery.ts";
import type { EventRecord, IdempotencyRecord, Ledger, NewEvent, PaymentRecord } from "./ledger.ts";

export type { PaymentSum } from "../../shared/statistics.ts";

/** What a change of a session wants written; all of it is written in one commit, or none. */
export interface Commit<Result> {
  result: Result;
  /** The session's records from now on; absent where nothing changed. */
  ledger?: Ledger;
  events?: NewEvent[];
  /** What is to be delivered of it. */
  deliveries?: NewDelivery[];
  /** The answer to keep under the request's idempotency key. */
  idempotency?: IdempotencyRecord;
}

/** How a counter is set back; all of it is written in one commit, or none. */
export interface CounterReset {
  /** It stays as it is where it is above this. */
  unlessAbove?: number;
  /** The answer to keep under the request's idempotency key, also where there was nothing to set back. */
  idempotency?: IdempotencyRecord;
}

/** A page of a list; `next` continues after its last element, `null` at the end. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** Which part of a list: at most `limit`, after the element that an earlier page's `next` names. */
export interface PageRequest {
  limit: number;
  after?: string;
}

/** What became of a claim on an idempotency key. */
export type IdempotencyClaim =
  | { state: "claimed" }
  | { state: "running" }
  | { state: "mismatch" }
  | { state: "stored"; record: IdempotencyRecord };

/**
 * Keeps the records. A store remembers and decides nothing.
 *
 * 1. `transact` gives `change` a private copy of one session's ledger (`null` where there is none), alone for that
 *    session, on whichever process: two changes of one session never run at once, those of different sessions may.
 * 2. `change` is synchronous and asks nobody. What it throws is thrown, and nothing is written. Where another process
 *    got in the way it may be called again, with what is there then.
 * 3. When `transact` resolves, the commit is on disk, whole: ledger, events, deliveries and idempotency record. When it rejects,
 *    nothing of it is, then or later; only of a disk that failed, or a database that could not be asked any more, is
 *    the last word not known. Reads give a commit from when it is durable, and never one that is not. The same holds
 *    of `changeDelivery` and `resetCounter`, and of the answer that either may keep.
 * 4. Every name in `ledgerKeys` belongs to one session for ever: a change that would give one to a second session
 *    throws `KeyConflictError`. Names stay with a session when its records no longer carry them. So does an answer
 *    with its key until it expires: a commit with another one is refused with `idempotency_key_in_use`.
 * 5. What a store returns are copies; changing them changes nothing.
 * 6. A delivery whose `keepUntil` is over is forgotten in its time, and a JSON store keeps only so many that are not
 *    due; one that is due is never forgotten.
 * 7. Lists of sessions, payments and deliveries are newest first, by `createdAt` and then `id`, events oldest first. Their cursors
 *    stay valid and neither skip nor repeat under writes; what is no cursor throws `InputError`.
 *
 * Every method throws `StoreError`: `storage_full` where the disk is, `storage_unavailable` where the store cannot be
 * reached, with `Retry-After` where it may be again, or has failed.
 */
export interface Store {
  transact<Result>(sessionId: string, change: (ledger: Ledger | null) => Commit<Result>): Promise<Result>;

  readLedger(sessionId: string): Promise<Ledger | null>;

  /** Finds the session to which a name of `ledgerKeys` belongs. */
  findSessionId(key: string): Promise<string | null>;

  listSessions(filter: SessionFilter, page: PageRequest): Promise<Page<Ledger>>;

  listPayments(filter: PaymentFilter, page: PageRequest): Promise<Page<PaymentRecord & { orderId?: string }>>;

  /** Sums up the payments created at `from` (ISO 8601) or later, in any order. It must not hold up anybody else. */
  sumPayments(from: string): Promise<PaymentSum[]>;

  /** Events with a sequence above `after`, oldest first; of one session, or of all. */
  listEvents(after: number, limit: number, sessionId?: string): Promise<EventRecord[]>;

  /**
   * Takes a key for one running request. `mismatch` where it is or was used with another `requestHash`, else `running`
   * where another holds it and its lease (until `leaseUntil`) has not ended, `stored` where its answer is known. Leases
   * need not survive a restart of the only process.
   */
  claimIdempotencyKey(claim: {
    scope: string;
    key: string;
    requestHash: string;
    now: string;
    leaseUntil: string;
  }): Promise<IdempotencyClaim>;

  /** Gives back a claimed key whose request ended without a stored answer. */
  releaseIdempotencyKey(scope: string, key: string): Promise<void>;

  /**
   * Takes sessions whose `dueAt` is not after `now`, the longest due first, and keeps them from every other process
   * until `leaseUntil` or until the session is next committed, whichever comes first.
   */
  claimDue(claim: { now: string; leaseUntil: string; limit: number }): Promise<string[]>;

  /** When what is due first is due, or was: also where a process has claimed it; `null` where nothing ever is. */
  readOldestDue(): Promise<string | null>;

  /** Names the endpoints (`endpointName`) of which deliveries are due at `now` and not claimed, in no order. */
  listDueEndpoints(now: string): Promise<string[]>;

  /**
   * Takes deliveries of one endpoint whose `nextAttemptAt` is not after `now`, the longest due first and then by
   * sequence, and keeps them from every other process until `leaseUntil` or until the delivery is next changed,
   * whichever comes first. Leases need not survive a restart of the only process.
   */
  claimDeliveries(claim: {
    endpoint: string;
    now: string;
    leaseUntil: string;
    limit: number;
  }): Promise<DeliveryRecord[]>;

  /**
   * Changes one delivery, alone: `change` gets a copy and gives what is to be stored, or `null` where nothing is. It is
   * on disk when this resolves. Gives what is stored then; `null` where there is no such delivery.
   */
  changeDelivery(id: string, change: ChangeDelivery): Promise<DeliveryRecord | null>;

  readDelivery(id: string): Promise<DeliveryRecord | null>;

  /** Newest first, as sessions and payments. */
  listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRecord>>;

  readOutboxState(): Promise<OutboxState>;

  /** Reads a counter; 0 where nothing was counted. Counters are durable and the same for every process. */
  readCounter(name: string): Promise<number>;

  /** Adds one to a counter, and gives what it is then. */
  increaseCounter(name: string): Promise<number>;

  /** Sets a counter to 0, unless it is above what was said; gives what it is then. */
  resetCounter(name: string, reset?: CounterReset): Promise<number>;

  /** Calls `listener` with the id of each session that changed, on whichever process; returns the way to stop. */
  subscribe(listener: (sessionId: string) => void): () => void;

  /** Resolves where a write would be accepted now; throws `StoreError` otherwise. */
  checkReady(): Promise<void>;

  /** Finishes what is under way and frees everything; every later call throws, but to close once more. */
  close(): Promise<void>;
}

/** Which part of a list to give; all that is given must match. */
export interface ListFilter {
  orderId?: string;
  gateway?: string;
  /** The reference or the e-mail address of the session's customer. */
  customer?: string;
  /** ISO 8601 UTC, inclusive. */
  createdFrom?: string;
  /** ISO 8601 UTC, exclusive. */
  createdBefore?: string;
  /** Only those with `attention`. */
  needsAttention?: true;
}

/** Which sessions to list. `gateway` is that of `listSession`. */
export interface SessionFilter extends ListFilter {
  status?: SessionStatus;
  /** Only those of which a payment source was saved. */
  hasSource?: true;
}

/** Which payments to list. */
export interface PaymentFilter extends ListFilter {
  sessionId?: string;
  state?: PaymentState;
}
