import type { EventRecord } from "../ledger.ts";
import { CREATION, type EventArchive } from "./event-archive.ts";
import type { Place, TextArena } from "./text-arena.ts";

/** An event as it is written. */
export interface EventText {
  sequence: number;
  /** JSON. */
  text: string;
}

/** All events in the order of their sequences: the older ones in the archive, those since then in memory. */
export class EventLog {
  readonly #texts: TextArena;
  /** Of each event in memory its sequence and where its text is; many come at once where a long journal is read. */
  #sequences: number[] = [];
  #blocks: number[] = [];
  #lengths: number[] = [];
  #archive: EventArchive | null = null;

  /** The largest sequence ever given. */
  last = 0;

  constructor(texts: TextArena) {
    this.#texts = texts;
  }

  /** Goes on where an archive ends. */
  follow(archive: EventArchive): void {
    this.#archive = archive;
    this.last = Math.max(this.last, archive.last);
  }

  add({ sequence, text }: EventText): void {
    const { block, length } = this.#texts.write(text);
    this.#sequences.push(sequence);
    this.#blocks.push(block);
    this.#lengths.push(length);
    this.last = sequence;
  }

  /** Takes an event that was read back; one that is in the archive is the same. */
  restore(event: EventRecord): void {
    if (event.sequence > this.last) this.add(writeEvent(event));
  }

  /** Gives events with a sequence above `after`, oldest first, at most `limit`. */
  async list(after: number, limit: number): Promise<EventRecord[]> {
    // Seen together, before anything is awaited: what moves to the archive meanwhile is in one of them.
    const start = this.#indexAbove(after);
    const recent = this.#sequences.slice(start, start + limit).map((_, index) => this.#read(start + index));
    const old = (await this.#archive?.list(after, limit)) ?? [];
    const known = old.at(-1)?.sequence ?? 0;
    for (const event of recent) {
      if (old.length === limit) break;
      if (event.sequence > known) old.push(event);
    }
    return old;
  }

  /**
   * Gives the events of one session with a sequence above `after`, oldest first, at most `limit`. They are looked for
   * from the newest back to the one that tells of the session's creation: people ask for them, and seldom, so that
   * nothing is kept in memory to find them by.
   */
  async listOfSession(sessionId: string, after: number, limit: number): Promise<EventRecord[]> {
    const [first] = this.#sequences;
    const known = this.#archive;
    const name = Buffer.from(JSON.stringify(sessionId));
    const found = [...this.#sequences.keys()]
      .filter((index) => this.#texts.bytes(this.#place(index)).includes(name))
      .map((index) => this.#read(index))
      .filter((event) => event.sessionId === sessionId);
    const isWhole = found[0]?.type === CREATION;
    const old = isWhole ? [] : ((await known?.listOfSession(sessionId, first)) ?? []);
    return [...old, ...found].filter(({ sequence }) => sequence > after).slice(0, limit);
  }

  /** Moves what is in memory to the archive, durably. */
  async archive(): Promise<void> {
    if (this.#archive === null) return;
    const count = this.#sequences.length;
    await this.#archive.append(count, (index) => ({
      sequence: this.#sequences[index] ?? 0,
      text: this.#texts.read(this.#place(index)),
    }));
    for (let index = 0; index < count; index += 1) this.#texts.free(this.#place(index));
    this.#sequences = this.#sequences.slice(count);
    this.#blocks = this.#blocks.slice(count);
    this.#lengths = this.#lengths.slice(count);
  }

  #place(index: number): Place {
    return { block: this.#blocks[index] ?? 0, length: this.#lengths[index] ?? 0 };
  }

  #read(index: number): EventRecord {
    return JSON.parse(this.#texts.read(this.#place(index))) as EventRecord;
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

export function writeEvent(event: EventRecord): EventText {
  return { sequence: event.sequence, text: JSON.stringify(event) };
}
