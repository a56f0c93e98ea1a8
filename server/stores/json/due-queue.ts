/** A session that waits for something, and since when it may be taken. */
interface Entry {
  id: string;
  at: string;
  /** Its place in the heap that holds it. */
  index: number;
}

/** The sessions on which work is due, each either waiting for its time or leased to whoever took it. */
export class DueQueue {
  readonly #waiting = new Heap();
  readonly #leased = new Heap();
  /** What was due of the sessions that are leased. */
  readonly #dueAt = new Map<string, string>();

  /** Says when a session is due from now on, if at all; it ends any lease. O(log n). */
  set(id: string, dueAt: string | undefined): void {
    if (this.#dueAt.delete(id)) this.#leased.remove(id);
    if (dueAt === undefined) this.#waiting.remove(id);
    else this.#waiting.set(id, dueAt);
  }

  /** Tells whether something may be taken at `now`, ISO 8601. */
  hasDue(now: string): boolean {
    const isLeast = (heap: Heap) => heap.least !== undefined && heap.least.at <= now;
    return isLeast(this.#waiting) || isLeast(this.#leased);
  }

  /** Takes sessions that are due at `now`, the longest due first, until `leaseUntil`; both ISO 8601. O(limit log n). */
  claim(now: string, leaseUntil: string, limit: number): string[] {
    for (let ended = this.#leased.least; ended !== undefined && ended.at <= now; ended = this.#leased.least) {
      const dueAt = this.#dueAt.get(ended.id);
      this.set(ended.id, dueAt);
    }
    const claimed: { id: string; dueAt: string }[] = [];
    while (claimed.length < limit) {
      const least = this.#waiting.least;
      if (least === undefined || least.at > now) break;
      claimed.push({ id: least.id, dueAt: least.at });
      this.#waiting.remove(least.id);
    }
    for (const { id, dueAt } of claimed) {
      this.#leased.set(id, leaseUntil);
      this.#dueAt.set(id, dueAt);
    }
    return claimed.map(({ id }) => id);
  }

  /** Tells when the first is due that waits or is leased. O(leased), which are as many as are worked on at once. */
  oldest(): string | undefined {
    const times = [...this.#dueAt.values()];
    if (this.#waiting.least !== undefined) times.push(this.#waiting.least.at);
    return times.sort()[0];
  }
}

/** A binary heap, least `at` first, in which each id is once and can be found. */
class Heap {
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();

  get least(): Readonly<Entry> | undefined {
    return this.#entries[0];
  }

  set(id: string, at: string): void {
    let entry = this.#byId.get(id);
    if (entry === undefined) {
      entry = { id, at, index: this.#entries.length };
      this.#byId.set(id, entry);
      this.#entries.push(entry);
    }
    entry.at = at;
    this.#settle(entry);
  }

  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.index);
    this.#settle(last);
  }

  #settle(entry: Entry): void {
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#entries[entry.index * 2 + 1];
      const right = this.#entries[entry.index * 2 + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      this.#swap(entry, child);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const { index } = one;
    this.#put(one, other.index);
    this.#put(other, index);
  }

  #put(entry: Entry, index: number): void {
    entry.index = index;
    this.#entries[index] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}
