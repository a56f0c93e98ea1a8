import { comparePlaces, type Place as ListPlace } from "../cursor.ts";
import { endpointName, type DeliveryRecord, type OutboxState } from "../delivery.ts";
import type { Store } from "../store.ts";
import { DueQueue } from "./due-queue.ts";
import { ShardedMap } from "./sharded-map.ts";
import { SortedList, type ListOrder } from "./sorted-list.ts";
import type { Place, TextArena } from "./text-arena.ts";

/** So many deliveries are kept that are not due any more; the oldest go first. */
export const MAX_SETTLED_DELIVERIES = 20_000;

const SEQUENCE_DIGITS = 16;

/** A delivery as the outbox holds it: where its text is, and what it is found by. */
export interface StoredDelivery extends ListPlace {
  place: Place;
  endpoint: string;
  eventId: string;
  sessionId: string;
  sequence: number;
  status: DeliveryRecord["status"];
  keepUntil: string | undefined;
}

/** Deliveries by age. */
export const DELIVERY_ORDER: ListOrder<StoredDelivery> = {
  placeOf: ({ createdAt, id }) => ({ createdAt, id }),
  compare: comparePlaces,
  compareWith: comparePlaces,
};

/** All deliveries, in memory; only what is on disk gets in. */
export class Outbox {
  readonly #texts: TextArena;
  readonly #deliveries = new ShardedMap<StoredDelivery>();
  readonly #byAge = new SortedList(DELIVERY_ORDER);
  /** Those that are due, by endpoint, so that none waits behind another's. */
  readonly #due = new Map<string, DueQueue>();
  readonly #counts = { due: 0, delivered: 0, dead: 0 };

  constructor(texts: TextArena) {
    this.#texts = texts;
  }

  get size(): number {
    return this.#deliveries.size;
  }

  /** Takes in a delivery as it is from now on; that ends a claim of it. */
  put(record: DeliveryRecord): void {
    const place = this.#texts.write(JSON.stringify(record));
    const { id, createdAt, eventId, sessionId, status, keepUntil, sequence = 0 } = record;
    const endpoint = endpointName(record);
    const before = this.#deliveries.get(id);
    if (before !== undefined) {
      this.#texts.free(before.place);
      this.#counts[before.status] -= 1;
      Object.assign(before, { place, status, keepUntil });
    } else {
      const stored = { id, createdAt, place, endpoint, eventId, sessionId, sequence, status, keepUntil };
      this.#deliveries.set(id, stored);
      this.#byAge.add(stored);
    }
    this.#counts[status] += 1;
    this.#queue(endpoint).set(dueName(sequence, id), status === "due" ? record.nextAttemptAt : undefined);
  }

  read(id: string): DeliveryRecord | null {
    const stored = this.#deliveries.get(id);
    return stored === undefined ? null : this.parse(stored);
  }

  /** Names the endpoints of which something may be taken at `now`, ISO 8601. */
  dueEndpoints(now: string): string[] {
    return [...this.#due].filter(([, queue]) => queue.hasDue(now)).map(([endpoint]) => endpoint);
  }

  claim({ endpoint, now, leaseUntil, limit }: Parameters<Store["claimDeliveries"]>[0]): DeliveryRecord[] {
    const names = this.#due.get(endpoint)?.claim(now, leaseUntil, limit) ?? [];
    return names.flatMap((name) => this.read(name.slice(SEQUENCE_DIGITS)) ?? []);
  }

  /** Goes through the deliveries that are older than a place, or all, newest first. */
  newestFirst(after?: ListPlace): Generator<StoredDelivery> {
    return this.#byAge.newestFirst(after);
  }

  state(): OutboxState {
    const { due, dead } = this.#counts;
    let oldestDueAt: string | null = null;
    if (due > 0) {
      for (const { status, createdAt } of this.#byAge.newestFirst()) if (status === "due") oldestDueAt = createdAt;
    }
    return { due, dead, oldestDueAt };
  }

  /** Gives the texts of all, each once, while others may come; forgets those that need not be kept any more at `now`. */
  *texts(now?: string): Generator<Buffer> {
    if (now !== undefined) this.#forgetSettled(now);
    for (const [, { place }] of this.#deliveries.entries()) yield this.#texts.bytes(place);
  }

  *records(): Generator<DeliveryRecord> {
    for (const [, stored] of this.#deliveries.entries()) yield this.parse(stored);
  }

  beginBulk(): void {
    this.#byAge.beginBulk();
  }

  endBulk(): void {
    this.#byAge.endBulk();
  }

  #forgetSettled(now: string): void {
    let settled = this.#counts.delivered + this.#counts.dead;
    this.#byAge.retain((stored) => {
      if (stored.keepUntil === undefined) return true;
      if (settled <= MAX_SETTLED_DELIVERIES && stored.keepUntil > now) return true;
      settled -= 1;
      this.#texts.free(stored.place);
      this.#deliveries.delete(stored.id);
      this.#counts[stored.status] -= 1;
      return false;
    });
  }

  #queue(endpoint: string): DueQueue {
    let queue = this.#due.get(endpoint);
    if (queue === undefined) this.#due.set(endpoint, (queue = new DueQueue()));
    return queue;
  }

  /** Reads a delivery that {@link newestFirst} gave: a copy. */
  parse({ place }: StoredDelivery): DeliveryRecord {
    return JSON.parse(this.#texts.read(place)) as DeliveryRecord;
  }
}

/** What is due at the same time goes in the order of its events. */
function dueName(sequence: number, id: string): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0") + id;
}
