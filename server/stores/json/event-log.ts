import type { EventRecord } from "../ledger.ts";
import type { EventArchive } from "./event-archive.ts";

/** All events in the order of their sequences: the older ones in the archive, those since then in memory. */
export class EventLog {
  #recent: { sequence: number; text: string }[] = [];
  #archive: EventArchive | null = null;

  /** The largest sequence ever given. */
  last = 0;

  /** Goes on where an archive ends. */
  follow(archive: EventArchive): void {
    this.#archive = archive;
    this.last = Math.max(this.last, archive.last);
  }

  add(event: EventRecord): void {
    this.#recent.push({ sequence: event.sequence, text: JSON.stringify(event) });
    this.last = event.sequence;
  }

  /** Takes an event that was read back; one that is in the archive is the same. */
  restore(event: EventRecord): void {
    if (event.sequence > this.last) this.add(event);
  }

  /** Gives events with a sequence above `after`, oldest first, at most `limit`. */
  async list(after: number, limit: number): Promise<EventRecord[]> {
    // Seen together, before anything is awaited: what moves to the archive meanwhile is in one of them.
    const recent = this.#recent.slice(this.#indexAbove(after), this.#indexAbove(after) + limit);
    const old = (await this.#archive?.list(after, limit)) ?? [];
    const known = old.at(-1)?.sequence ?? 0;
    for (const { sequence, text } of recent) {
      if (old.length === limit) break;
      if (sequence > known) old.push(JSON.parse(text) as EventRecord);
    }
    return old;
  }

  /** Moves what is in memory to the archive, durably. */
  async archive(): Promise<void> {
    if (this.#archive === null) return;
    const moving = [...this.#recent];
    await this.#archive.append(moving);
    this.#recent = this.#recent.slice(moving.length);
  }

  #indexAbove(sequence: number): number {
    let low = 0;
    let high = this.#recent.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#recent[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
