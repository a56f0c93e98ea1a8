import type { OpenFile } from "./file-system.ts";

/** How much is read at once, in bytes. */
const CHUNK_LENGTH = 1024 * 1024;
/** How much of a piece may be left, of a frame that the next one continues, to be put before that, in bytes. */
const MOST_LEFT = 64 * 1024;

/** Gives any part of a file, reading it in large pieces from front to back, each while the one before is looked at. */
export class WindowReader {
  readonly size: number;
  readonly #file: OpenFile;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  /** Where {@link bytes} are in. */
  #buffer: Buffer = Buffer.alloc(0);
  /** The piece after it, on its way into a buffer of its own, behind the room for what is left of this one. */
  #next: { start: number; buffer: Buffer; count: Promise<number> } | null = null;
  #spare: Buffer | null = null;

  constructor(file: OpenFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** What has been read last. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Where that begins in the file. */
  get start(): number {
    return this.#start;
  }

  /** Tells whether `length` bytes from `offset`, or all that there are up to the end, have been read. */
  holds(offset: number, length: number): boolean {
    return offset >= this.#start && Math.min(offset + length, this.size) <= this.#start + this.#bytes.length;
  }

  /** Gives at least `length` bytes from `offset`, fewer only at the end of the file; valid until the next call. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (!this.holds(offset, length) && !(await this.#goOn(offset, length))) await this.#read(offset, length);
    return this.#bytes.subarray(offset - this.#start);
  }

  /** Takes the piece that was read ahead, and what is left of this one before it, where the two hold what is asked. */
  async #goOn(offset: number, length: number): Promise<boolean> {
    const next = this.#next;
    if (next === null) return false;
    const left = next.start - offset;
    if (offset < this.#start || left < 0 || left > MOST_LEFT) return false;
    const count = await next.count;
    this.#bytes.copy(next.buffer, MOST_LEFT - left, this.#bytes.length - left);
    this.#spare = this.#buffer;
    this.#buffer = next.buffer;
    this.#bytes = next.buffer.subarray(MOST_LEFT - left, MOST_LEFT + count);
    this.#start = offset;
    this.#readAhead();
    return this.holds(offset, length);
  }

  async #read(offset: number, length: number): Promise<void> {
    // Nothing may still be on its way into a buffer that is used again.
    await this.#next?.count;
    this.#spare = null;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(CHUNK_LENGTH, length), this.size - offset) + MOST_LEFT);
    const count = await this.#file.read(this.#buffer.subarray(MOST_LEFT), offset);
    this.#bytes = this.#buffer.subarray(MOST_LEFT, MOST_LEFT + Math.min(count, this.size - offset));
    this.#start = offset;
    this.#readAhead();
  }

  #readAhead(): void {
    const start = this.#start + this.#bytes.length;
    this.#next = null;
    if (start >= this.size) return;
    const buffer = this.#spare ?? Buffer.allocUnsafeSlow(MOST_LEFT + CHUNK_LENGTH);
    const room = buffer.subarray(MOST_LEFT, MOST_LEFT + Math.min(CHUNK_LENGTH, this.size - start));
    const count = this.#file.read(room, start);
    // Whoever goes on hears of it; the reader may also have seen enough.
    count.catch(() => undefined);
    this.#next = { start, buffer, count };
  }
}
