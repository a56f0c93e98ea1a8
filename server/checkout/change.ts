import type { EventType } from "../../shared/events.ts";
import type { AttemptRecord, DecidedBy, Ledger, NewEvent, PaymentRecord } from "../stores/ledger.ts";
import type { Commit } from "../stores/store.ts";
import { noteAttention } from "./attention.ts";
import type { Checkout, KeepAnswer, OnDuplicate } from "./checkout.ts";
import { newDeliveries, type Endpoint } from "./endpoint.ts";
import { keepPromises } from "./commerce-layer-webhook.ts";
import { newId } from "./ids.ts";

/** What an event tells beside its type. */
export type EventDetail = Partial<Pick<NewEvent, "operationId" | "remoteState" | "data">> & {
  attempt?: AttemptRecord;
  payment?: PaymentRecord;
};

/**
 * One change of a session under way: the draft of its records and the events that say what was changed.
 * Nothing is written without an event, and every event grows the session's version.
 */
export class Change {
  readonly ledger: Ledger;
  readonly decidedBy: DecidedBy;
  readonly now: Date;
  /** {@link now} as ISO 8601. */
  readonly time: string;
  readonly onDuplicate: OnDuplicate;
  readonly #events: NewEvent[] = [];
  readonly #endpoints: readonly Endpoint[];
  /** The payments as they were, as text. */
  readonly #before: ReadonlyMap<string, string>;
  #expiryNotBefore = "";

  constructor(
    ledger: Ledger,
    decidedBy: DecidedBy,
    { now, onDuplicate, endpoints = [] }: Pick<Checkout, "now" | "onDuplicate" | "endpoints">,
  ) {
    this.#endpoints = endpoints;
    this.#before = new Map(ledger.payments.map((payment) => [payment.id, JSON.stringify(payment)]));
    this.ledger = ledger;
    this.decidedBy = decidedBy;
    this.now = now();
    this.time = this.now.toISOString();
    this.onDuplicate = onDuplicate;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Lets an expiry that is due wait, as ISO 8601, where who must be asked before it could not be. */
  postponeExpiry(time: string): void {
    this.#expiryNotBefore = time;
  }

  /** Notes that something happened to the draft. */
  record(type: EventType, { attempt, payment, ...detail }: EventDetail = {}): void {
    this.#events.push({
      id: newId("evt"),
      type,
      createdAt: this.time,
      sessionId: this.ledger.session.id,
      ...(attempt === undefined ? {} : { attemptId: attempt.id }),
      ...(payment === undefined ? {} : { paymentId: payment.id }),
      decidedBy: this.decidedBy,
      ...detail,
    });
  }

  /** Ends the change: what the store is to write, with a result made from the records as they will be. */
  commit<Result>(makeResult: (ledger: Ledger) => Result, keep?: KeepAnswer<Result>): Commit<Result> {
    if (this.isEmpty) return withAnswer({ result: makeResult(this.ledger) }, keep);
    const { session } = this.ledger;
    session.version += 1;
    session.updatedAt = this.time;
    keepPromises(this.ledger, this.#events);
    noteAttention(this.ledger, this.now);
    const dueAt = nextDueAt(this.ledger, this.#expiryNotBefore);
    if (dueAt === undefined) delete this.ledger.dueAt;
    else this.ledger.dueAt = dueAt;
    for (const payment of this.ledger.payments) {
      if (JSON.stringify(payment) !== this.#before.get(payment.id)) payment.version = (payment.version ?? 0) + 1;
    }
    const deliveries = newDeliveries(this.#endpoints, this.#events, this.ledger);
    const commit = { result: makeResult(this.ledger), ledger: this.ledger, events: this.#events };
    return withAnswer(deliveries.length === 0 ? commit : { ...commit, deliveries }, keep);
  }
}

function withAnswer<Result>(commit: Commit<Result>, keep: KeepAnswer<Result> | undefined): Commit<Result> {
  const idempotency = keep?.(commit.result);
  return idempotency === undefined ? commit : { ...commit, idempotency };
}

/** Tells when a session needs attention next, as ISO 8601; nothing where it never does. */
function nextDueAt({ session, attempts, payments }: Ledger, expiryNotBefore: string): string | undefined {
  const times = [
    ...attempts.flatMap(({ nextCheckAt }) => nextCheckAt ?? []),
    ...payments.flatMap(({ operationDue }) => operationDue?.at ?? []),
  ];
  if (session.status === "open") {
    times.push(session.expiresAt > expiryNotBefore ? session.expiresAt : expiryNotBefore);
  }
  return times.sort()[0];
}
