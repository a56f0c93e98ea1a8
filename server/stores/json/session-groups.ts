import { Column } from "./column.ts";
import { NameTable, type NameHash } from "./name-table.ts";

/**
 * Sessions, by number, by something that several may share, such as their order. What they share is kept as a hash
 * alone, and a session that has left a group is not taken out of it: whoever asks must look whether a session really
 * belongs to it.
 */
export class SessionGroups {
  readonly #hash: NameHash;
  readonly #groups = new NameTable();
  /** Of each group, its latest entry. */
  readonly #latest = new Column(Uint32Array);
  /** Of each entry, its session, and one more than the entry that came before it in its group; 0 is none. */
  readonly #sessions = new Column(Uint32Array);
  readonly #previous = new Column(Uint32Array);
  #groupCount = 0;
  #entryCount = 0;

  constructor(hash: NameHash) {
    this.#hash = hash;
  }

  /** Gives all sessions that may be in a group, each once, in no order. */
  of(key: string): number[] {
    const { low, high } = this.#hash(key);
    const group = this.#groups.first(low, high);
    const sessions = new Set<number>();
    if (group === undefined) return [];
    for (let entry = this.#latest.get(group) + 1; entry !== 0; entry = this.#previous.get(entry - 1)) {
      sessions.add(this.#sessions.get(entry - 1));
    }
    return [...sessions];
  }

  add(key: string, session: number): void {
    const { low, high } = this.#hash(key);
    const group = this.#groups.firstOr(low, high, this.#groupCount);
    const isNew = group === this.#groupCount;
    const entry = this.#entryCount++;
    this.#sessions.set(entry, session);
    this.#previous.set(entry, isNew ? 0 : this.#latest.get(group) + 1);
    this.#latest.set(group, entry);
    if (isNew) this.#groupCount += 1;
  }
}
