import type { EventRecord } from "../ledger.ts";

/** Events in the order of their sequences, each as its JSON text. */
export class EventLog {
  readonly #sequences: number[] = [];
  readonly #texts: string[] = [];

  /** The largest sequence ever given. */
  last = 0;

  get size(): number {
    return this.#texts.length;
  }

  add(event: EventRecord): void {
    this.#sequences.push(event.sequence);
    this.#texts.push(JSON.stringify(event));
    this.last = event.sequence;
  }

  /** Takes an event that was read back; one that is known already is the same. */
  restore(event: EventRecord): void {
    if (event.sequence > (this.#sequences.at(-1) ?? 0)) this.add(event);
  }

  /** Gives events with a sequence above `after`, oldest first. O(log n + limit). */
  list(after: number, limit: number): EventRecord[] {
    const start = this.#indexAbove(after);
    return this.#texts.slice(start, start + limit).map((text) => JSON.parse(text) as EventRecord);
  }

  /** Gives the texts from a place on, at most `count`. */
  texts(start: number, count: number): string[] {
    return this.#texts.slice(start, start + count);
  }

  #indexAbove(sequence: number): number {
    let low = 0;
    let high = this.#sequences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sequences[middle] ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
