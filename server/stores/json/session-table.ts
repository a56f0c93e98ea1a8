import type { Place } from "../cursor.ts";
import type { Ledger } from "../ledger.ts";
import { Column } from "./column.ts";
import { NameTable, type NameHash } from "./name-table.ts";
import { readIndex, readLedger, type SessionIndex } from "./session-index.ts";
import type { TextArena, Place as TextPlace } from "./text-arena.ts";
import { TimeOrder } from "./time-order.ts";
import type { Words } from "./words.ts";

const NONE: readonly never[] = [];
const ATTENTION = 1;
const SOURCE = 2;

/**
 * All sessions, each a number from 0 on, in the order in which the store came to know them. Of each it has a place in
 * the arena, where its index and records are as text, and of its index what lists are filtered and ordered by: some
 * hundred bytes outside the garbage-collected heap, where as objects they took seven times as many.
 */
export class SessionTable {
  readonly order = new TimeOrder((session) => this.#placeInLists(session));
  readonly #texts: TextArena;
  readonly #hash: NameHash;
  readonly #words: Words;
  readonly #numbers = new NameTable();
  readonly #blocks = new Column(Int32Array);
  readonly #lengths = new Column(Uint32Array);
  readonly #statuses = new Column(Uint32Array);
  readonly #gateways = new Column(Uint32Array);
  /** {@link ATTENTION} and {@link SOURCE}. */
  readonly #marks = new Column(Uint8Array);
  /** Names that sessions own and their records no longer carry; few have any. */
  readonly #retired = new Map<number, readonly string[]>();
  #size = 0;

  constructor(texts: TextArena, hash: NameHash, words: Words) {
    this.#texts = texts;
    this.#hash = hash;
    this.#words = words;
  }

  get size(): number {
    return this.#size;
  }

  find(id: string): number | undefined {
    const { low, high } = this.#hash(id);
    const candidates = this.#numbers.candidates(low, high);
    if (candidates.length === 0) return undefined;
    // As `describeSession` begins.
    const beginning = `{"id":${JSON.stringify(id)},`;
    const length = Buffer.byteLength(beginning);
    return candidates.find((session) => this.bytes(session).toString("utf8", 0, length) === beginning);
  }

  /** Takes in the text and index of a session; gives its number. The room of its text before is free then. */
  put(known: number | undefined, index: SessionIndex, text: TextPlace): number {
    const session = known ?? this.#size;
    if (known === undefined) this.#place(session, text);
    else this.replaceText(known, text);
    this.order.set(session, index.createdAt);
    this.#statuses.set(session, this.#words.number(index.status));
    this.#gateways.set(session, this.#words.number(index.gateway));
    this.#marks.set(session, (index.attention === true ? ATTENTION : 0) + (index.source === true ? SOURCE : 0));
    if (index.retired !== undefined) this.#retired.set(session, index.retired);
    if (known !== undefined) return known;
    const { low, high } = this.#hash(index.id);
    this.#numbers.add(low, high, session);
    this.#size += 1;
    return session;
  }

  /** Takes in another text of a session whose index is as it was. The room of the text before is free then. */
  replaceText(session: number, text: TextPlace): void {
    if (this.#blocks.get(session) !== text.block) this.#texts.free(this.#text(session));
    this.#place(session, text);
  }

  /** The text of a session's index and records; the bytes are another text's as soon as the session changes. */
  bytes(session: number): Buffer {
    return this.#texts.bytes(this.#text(session));
  }

  readIndex(session: number): SessionIndex {
    return readIndex(this.bytes(session), this.#hash);
  }

  readLedger(session: number): Ledger {
    return readLedger(this.bytes(session));
  }

  status(session: number): string | undefined {
    return this.#words.word(this.#statuses.get(session));
  }

  gateway(session: number): string | undefined {
    return this.#words.word(this.#gateways.get(session));
  }

  retired(session: number): readonly string[] {
    return this.#retired.get(session) ?? NONE;
  }

  needsAttention(session: number): boolean {
    return (this.#marks.get(session) & ATTENTION) !== 0;
  }

  hasSource(session: number): boolean {
    return (this.#marks.get(session) & SOURCE) !== 0;
  }

  #placeInLists(session: number): Place {
    const { id, createdAt } = this.readIndex(session);
    return { id, createdAt };
  }

  #place(session: number, { block, length }: TextPlace): void {
    this.#blocks.set(session, block);
    this.#lengths.set(session, length);
  }

  #text(session: number): TextPlace {
    return { block: this.#blocks.get(session), length: this.#lengths.get(session) };
  }
}
