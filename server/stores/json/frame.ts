import { crc32 } from "node:zlib";
import type { DeliveryRecord } from "../delivery.ts";
import type { EventRecord, IdempotencyRecord } from "../ledger.ts";

/**
 * How journal and snapshot are written: one frame a line, in text that people can read.
 *
 * ```
 * <sequence:14> <durable:14> <length:8> <records:8> <checksum:8> <headerChecksum:8> <records><entry>\n
 * ```
 *
 * `sequence` grows by one with each frame. `durable` is the last sequence that was on disk when this frame was
 * written: a frame that cannot be read is a torn tail only while no later one vouches for it. `length` is that of
 * records and entry in bytes, `records` that of the records alone, both hexadecimal. The checksums are CRC-32, of
 * records and entry, and of the header before it.
 */
export interface Frame {
  sequence: number;
  durable: number;
  /** A session's index and records, or nothing; the bytes are the reader's own and soon another frame's. */
  records: Buffer;
  entry: Entry;
  /** Of the whole frame, in bytes. */
  length: number;
}

/** What a frame says beside the records that it may carry. */
export type Entry = HeaderEntry | CommitEntry | EventsEntry | NextEntry | EndEntry;

/** The first frame of a file. */
export interface HeaderEntry<Kind = "journal" | "snapshot" | "archive"> {
  kind: Kind;
  format: number;
  /** Told apart from the files of any other store. */
  store: string;
  generation: number;
}

/** One commit, whose session's records the frame carries, if they changed; in a snapshot, what came of many. */
export interface CommitEntry {
  kind: "commit";
  events?: EventRecord[];
  idempotency?: IdempotencyRecord;
  /** Counters that changed, with what they are from now on. */
  counters?: Record<string, number>;
  /** Deliveries that are new or changed, whole. */
  deliveries?: DeliveryRecord[];
}

/** Some events, whose JSON array is where a commit has its records. */
export interface EventsEntry {
  kind: "events";
  /** The sequence of the last of them. */
  last: number;
  count: number;
}

/** The last frame of a journal that another one continues. */
export interface NextEntry {
  kind: "next";
  generation: number;
}

/** The last frame of a snapshot. */
export interface EndEntry {
  kind: "end";
  sessions: number;
  idempotency: number;
  /** Absent in a snapshot of a version that knew none. */
  deliveries?: number;
  archived: ArchiveExtent;
}

/** How much of the archive a snapshot counts on; whatever is behind it is in the journals, too. */
export interface ArchiveExtent {
  /** Bytes. */
  length: number;
  /** The last frame's. */
  sequence: number;
  /** How many events there are. */
  count: number;
}

/** The text of an entry that tells nothing beside the records. */
export const BARE_COMMIT = JSON.stringify({ kind: "commit" } satisfies CommitEntry);

/** The bytes of a frame before its content. */
export const HEADER_LENGTH = 66;
const CHECKED_LENGTH = HEADER_LENGTH - 9;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** What the header of a frame says. */
export interface FrameHeader {
  sequence: number;
  durable: number;
  length: number;
  recordsLength: number;
  checksum: number;
}

/** Collects frames into one run of bytes, to be written at once. */
export class FrameBuffer {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a frame of JSON texts, of which the records' may be UTF-8 already. */
  add(sequence: number, durable: number, records: string | Uint8Array, entry: string): void {
    // At most three bytes of UTF-8 come of one UTF-16 unit.
    this.#reserve(HEADER_LENGTH + (records.length + entry.length) * 3 + 1);
    const start = this.#length + HEADER_LENGTH;
    let recordsLength = records.length;
    if (typeof records === "string") recordsLength = this.#bytes.write(records, start);
    else this.#bytes.set(records, start);
    const length = recordsLength + this.#bytes.write(entry, start + recordsLength);
    const checksum = crc32(this.#bytes.subarray(start, start + length));
    this.#writeHeader({ sequence, durable, length, recordsLength, checksum });
    this.#bytes[start + length] = NEWLINE;
    this.#length = start + length + 1;
  }

  /** Gives the bytes collected so far; they stay valid until the next `add` or `clear`. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #writeHeader({ sequence, durable, length, recordsLength, checksum }: FrameHeader): void {
    const start = this.#length;
    this.#writeNumber(start, 14, 10, sequence);
    this.#writeNumber(start + 15, 14, 10, durable);
    this.#writeNumber(start + 30, 8, 16, length);
    this.#writeNumber(start + 39, 8, 16, recordsLength);
    this.#writeNumber(start + 48, 8, 16, checksum);
    const headerChecksum = crc32(this.#bytes.subarray(start, start + CHECKED_LENGTH));
    this.#writeNumber(start + CHECKED_LENGTH, 8, 16, headerChecksum);
  }

  /** Writes a number with so many digits, and a space; by hand, because it is done for every frame. */
  #writeNumber(start: number, digits: number, base: number, value: number): void {
    let rest = value;
    for (let index = start + digits - 1; index >= start; index -= 1) {
      const digit = rest % base;
      this.#bytes[index] = digit + (digit < 10 ? 0x30 : 0x57);
      rest = Math.floor(rest / base);
    }
    this.#bytes[start + digits] = SPACE;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Reads the header at `offset`, or gives `null` where there is none that its checksum confirms. */
export function readHeader(bytes: Buffer, offset: number): FrameHeader | null {
  if (bytes.length < offset + HEADER_LENGTH) return null;
  const checksum = parseHex(bytes, offset + CHECKED_LENGTH);
  if (checksum !== crc32(bytes.subarray(offset, offset + CHECKED_LENGTH))) return null;
  if (bytes[offset + HEADER_LENGTH - 1] !== SPACE) return null;
  return {
    sequence: parseDecimal(bytes, offset),
    durable: parseDecimal(bytes, offset + 15),
    length: parseHex(bytes, offset + 30),
    recordsLength: parseHex(bytes, offset + 39),
    checksum: parseHex(bytes, offset + 48),
  };
}

/** Tells the bytes of a whole frame. */
export function frameLength(header: FrameHeader): number {
  return HEADER_LENGTH + header.length + 1;
}

/** Reads the content of a frame that is all there, or gives `null` where its checksum does not confirm it. */
export function readContent(
  bytes: Buffer,
  offset: number,
  { length, recordsLength, checksum }: FrameHeader,
): { records: Buffer; entry: Entry } | null {
  const start = offset + HEADER_LENGTH;
  if (bytes[start + length] !== NEWLINE || crc32(bytes.subarray(start, start + length)) !== checksum) return null;
  const entry = bytes.toString("utf8", start + recordsLength, start + length);
  return {
    records: bytes.subarray(start, start + recordsLength),
    // All that most frames of a snapshot say.
    entry: entry === BARE_COMMIT ? { kind: "commit" } : (JSON.parse(entry) as Entry),
  };
}

function parseDecimal(bytes: Buffer, offset: number): number {
  let value = 0;
  for (let index = offset; index < offset + 14; index += 1) value = value * 10 + ((bytes[index] ?? 0) - 0x30);
  return value;
}

function parseHex(bytes: Buffer, offset: number): number {
  let value = 0;
  for (let index = offset; index < offset + 8; index += 1) {
    const code = bytes[index] ?? 0;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + (code - 0x30);
    else if (code >= 0x61 && code <= 0x66) value = value * 16 + (code - 0x57);
    else return -1;
  }
  return value;
}
