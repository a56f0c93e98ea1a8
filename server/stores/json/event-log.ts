import type { EventRecord } from "../ledger.ts";
import { CREATION, type EventArchive } from "./event-archive.ts";

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

  /**
   * Gives the events of one session with a sequence above `after`, oldest first, at most `limit`. They are looked for
   * from the newest back to the one that tells of the session's creation: people ask for them, and seldom, so that
   * nothing is kept in memory to find them by.
   */
  async listOfSession(sessionId: string, after: number, limit: number): Promise<EventRecord[]> {
    const recent = [...this.#recent];
    const known = this.#archive;
    const name = JSON.stringify(sessionId);
    const found = recent
      .filter(({ text }) => text.includes(name))
      .map(({ text }) => JSON.parse(text) as EventRecord)
      .filter((event) => event.sessionId === sessionId);
    const isWhole = found[0]?.type === CREATION;
    const old = isWhole ? [] : ((await known?.listOfSession(sessionId, recent[0]?.sequence)) ?? []);
    return [...old, ...found].filter(({ sequence }) => sequence > after).slice(0, limit);
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
