import { StoreError } from "../../errors.ts";
import type { OpenFile } from "./file-system.ts";
import { frameLength, HEADER_LENGTH, readContent, readHeader, type Frame } from "./frame.ts";
import { WindowReader } from "./window-reader.ts";

/** How the frames of a file end: at its end, or with bytes that a crash left half written. */
export type Ending = { state: "whole"; offset: number } | { state: "torn"; offset: number };

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
    // To wait for each of very many frames takes its time.
    if (!reader.holds(offset, HEADER_LENGTH)) await reader.at(offset, HEADER_LENGTH);
    const header = readHeader(reader.bytes, offset - reader.start);
    if (header === null) return await explain(reader, path, offset, HEADER_LENGTH, expected);
    if (expected !== undefined && header.sequence !== expected) {
      throw damaged(path, offset, `holds frame ${header.sequence} where ${expected} belongs`);
    }
    const length = frameLength(header);
    if (!reader.holds(offset, length)) await reader.at(offset, length);
    const isWhole = offset + length <= size;
    const content = isWhole ? readContent(reader.bytes, offset - reader.start, header) : null;
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
