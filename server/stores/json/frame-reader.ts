import { StoreError } from "../../errors.ts";
import type { OpenFile } from "./file-system.ts";
import { frameLength, HEADER_LENGTH, readContent, readHeader, type Frame } from "./frame.ts";

/** How the frames of a file end: at its end, or with bytes that a crash left half written. */
export type Ending = { state: "whole"; offset: number } | { state: "torn"; offset: number };

/** How much is read at once, in bytes. */
const CHUNK_LENGTH = 1024 * 1024;
/** The least that a disk writes as a whole. */
const SECTOR_LENGTH = 512;

/**
 * Reads a file's frames in order, from its beginning to its end or another.
 *
 * What cannot be read is a torn tail where a crash explains it: the file ends inside the frame, or sectors of it were
 * never written, and no later frame says that it had been on disk. A frame whose bytes are all there and wrong was
 * damaged afterwards, and so was one that later frames vouch for.
 *
 * @throws StoreError where the file is damaged, naming it and the offset
 */
export async function readFrames(
  file: OpenFile,
  path: string,
  onFrame: (frame: Frame, offset: number) => void,
  end = Infinity,
): Promise<Ending> {
  const size = Math.min(end, await file.size());
  const reader = new WindowReader(file, size);
  let offset = 0;
  let expected: number | undefined;
  while (offset < size) {
    let window = reader.within(offset, HEADER_LENGTH) ?? (await reader.at(offset, HEADER_LENGTH));
    const header = readHeader(window, 0);
    if (header === null) return await explain(reader, path, offset, HEADER_LENGTH, expected);
    if (expected !== undefined && header.sequence !== expected) {
      throw damaged(path, offset, `holds frame ${header.sequence} where ${expected} belongs`);
    }
    const length = frameLength(header);
    window = reader.within(offset, length) ?? (await reader.at(offset, length));
    const content = window.length < length ? null : readContent(window, 0, header);
    if (content === null) return await explain(reader, path, offset, length, header.sequence);
    onFrame({ sequence: header.sequence, durable: header.durable, length, ...content }, offset);
    expected = header.sequence + 1;
    offset += length;
  }
  return { state: "whole", offset };
}

/** Makes the error that refuses a damaged file. */
export function damaged(path: string, offset: number, what: string): StoreError {
  return new StoreError("storage_unavailable", `${path} is damaged at offset ${offset}: it ${what}`);
}

async function explain(
  reader: WindowReader,
  path: string,
  offset: number,
  length: number,
  sequence: number | undefined,
): Promise<Ending> {
  const isCut = offset + length > reader.size;
  if (!isCut && !(await hasUnwrittenSector(reader, offset, length))) {
    throw damaged(path, offset, "does not match its checksum");
  }
  const voucher = await findVoucher(reader, offset + 1, sequence ?? 0);
  if (voucher !== null) {
    throw damaged(path, offset, `cannot be read, and the frame at offset ${voucher} says that it was on disk`);
  }
  return { state: "torn", offset };
}

/** Looks for a sector that reads as zeros, which no text contains. */
async function hasUnwrittenSector(reader: WindowReader, offset: number, length: number): Promise<boolean> {
  const first = offset - (offset % SECTOR_LENGTH);
  for (let start = first; start < offset + length; start += SECTOR_LENGTH) {
    const from = Math.max(start, offset);
    const sector = await reader.at(from, Math.min(start + SECTOR_LENGTH, reader.size) - from);
    if (sector.subarray(0, start + SECTOR_LENGTH - from).every((byte) => byte === 0)) return true;
  }
  return false;
}

/** Looks behind `offset` for a frame that was written when `sequence` was already on disk. */
async function findVoucher(reader: WindowReader, offset: number, sequence: number): Promise<number | null> {
  for (let start = offset; start + HEADER_LENGTH <= reader.size; start += 1) {
    const window = await reader.at(start, HEADER_LENGTH);
    // Cheaper than a checksum at every byte.
    if (window[14] !== 0x20 || window[29] !== 0x20) continue;
    const header = readHeader(window, 0);
    if (header !== null && header.durable >= sequence) return start;
  }
  return null;
}

/** Gives any part of a file, reading it in large pieces from front to back. */
class WindowReader {
  readonly size: number;
  readonly #file: OpenFile;
  #buffer: Buffer = Buffer.alloc(0);
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: OpenFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** Gives what {@link at} does where it has been read already: to wait for each of very many frames takes its time. */
  within(offset: number, length: number): Buffer | undefined {
    const end = Math.min(offset + length, this.size);
    const isRead = offset >= this.#start && end <= this.#start + this.#bytes.length;
    return isRead ? this.#bytes.subarray(offset - this.#start) : undefined;
  }

  /** Gives at least `length` bytes from `offset`, fewer only at the end of the file; valid until the next call. */
  async at(offset: number, length: number): Promise<Buffer> {
    const known = this.within(offset, length);
    if (known !== undefined) return known;
    if (this.#buffer.length < length || this.#buffer.length === 0) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(CHUNK_LENGTH, length), this.size));
    }
    const count = await this.#file.read(this.#buffer, offset);
    this.#bytes = this.#buffer.subarray(0, Math.min(count, this.size - offset));
    this.#start = offset;
    return this.#bytes;
  }
}
