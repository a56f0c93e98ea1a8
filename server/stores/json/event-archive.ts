import { join } from "node:path";
import { StoreError } from "../../errors.ts";
import type { EventRecord } from "../ledger.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";
import { damaged, readFrames } from "./frame-reader.ts";
import { FrameBuffer, readContent, readHeader, type ArchiveExtent } from "./frame.ts";
import { EVENTS_NAME, FORMAT } from "./layout.ts";

/** How many events share a frame. */
const FRAME_EVENTS = 200;

/** The type of every session's first event. */
export const CREATION = "checkout_session.created";

/** Nothing archived yet. */
export const EMPTY_EXTENT: ArchiveExtent = { length: 0, sequence: 0, count: 0 };

interface ArchivedFrame {
  /** The sequence of its last event. */
  last: number;
  offset: number;
  length: number;
}

/** The file of the events that are old enough not to be in memory; it is only ever appended to. */
export class EventArchive {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #path: string;
  readonly #store: string;
  readonly #frames: ArchivedFrame[] = [];
  #file: OpenFile | null = null;
  #extent: ArchiveExtent = EMPTY_EXTENT;

  constructor({ fileSystem, folder, store }: { fileSystem: FileSystem; folder: string; store: string }) {
    this.#fileSystem = fileSystem;
    this.#folder = folder;
    this.#path = join(folder, EVENTS_NAME);
    this.#store = store;
  }

  get extent(): Readonly<ArchiveExtent> {
    return this.#extent;
  }

  /** The sequence of the last event in it, or 0. */
  get last(): number {
    return this.#frames.at(-1)?.last ?? 0;
  }

  /** Reads the part that a snapshot counts on. @throws StoreError where that is missing or damaged */
  async open(extent: ArchiveExtent): Promise<void> {
    if (extent.length === 0) return;
    let frames = 0;
    let count = 0;
    try {
      this.#file = await this.#fileSystem.open(this.#path, "write");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT")
        throw new StoreError("storage_unavailable", `${this.#path} is missing`);
      throw cause;
    }
    const ending = await readFrames(
      this.#file,
      this.#path,
      ({ entry, length }, offset) => {
        if (frames === 0) {
          if (entry.kind !== "archive" || entry.store !== this.#store) {
            throw damaged(this.#path, offset, "does not begin as this store's archive of events");
          }
        } else if (entry.kind !== "events") throw damaged(this.#path, offset, `holds a frame of kind ${entry.kind}`);
        else {
          this.#frames.push({ last: entry.last, offset, length });
          count += entry.count;
        }
        frames += 1;
      },
      extent.length,
    );
    if (ending.state === "torn" || count !== extent.count || frames !== extent.sequence + 1) {
      throw damaged(this.#path, ending.offset, "ends too early");
    }
    this.#extent = extent;
  }

  /** Adds so many events, durably, some at a time, each of which is read when its turn has come. */
  async append(eventCount: number, read: (index: number) => { sequence: number; text: string }): Promise<void> {
    if (eventCount === 0) return;
    const file = await this.#openForWriting();
    const buffer = new FrameBuffer();
    let { length, sequence, count } = this.#extent;
    if (length === 0) {
      buffer.add(0, 0, "", JSON.stringify({ kind: "archive", format: FORMAT, store: this.#store, generation: 0 }));
    }
    const frames: ArchivedFrame[] = [];
    for (let start = 0; start < eventCount; start += FRAME_EVENTS) {
      const some = Array.from({ length: Math.min(FRAME_EVENTS, eventCount - start) }, (_, index) =>
        read(start + index),
      );
      const last = some.at(-1)?.sequence ?? 0;
      sequence += 1;
      count += some.length;
      const offset = length + buffer.length;
      const entry = JSON.stringify({ kind: "events", last, count: some.length });
      buffer.add(sequence, sequence, `[${some.map(({ text }) => text).join(",")}]`, entry);
      frames.push({ last, offset, length: length + buffer.length - offset });
      await file.write(buffer.bytes(), length);
      length += buffer.length;
      buffer.clear();
    }
    await file.sync();
    this.#frames.push(...frames);
    this.#extent = { length, sequence, count };
  }

  /** Gives events with a sequence above `after`, oldest first, at most `limit`. @throws StoreError where they are damaged */
  async list(after: number, limit: number): Promise<EventRecord[]> {
    const found: EventRecord[] = [];
    for (let index = this.#indexAbove(after); index < this.#frames.length && found.length < limit; index += 1) {
      const frame = this.#frames[index];
      if (frame === undefined) break;
      for (const event of parseEvents(await this.#readRecords(frame))) {
        if (event.sequence > after && found.length < limit) found.push(event);
      }
    }
    return found;
  }

  /** Gives the events of a session, oldest first, those before a sequence where one is given. */
  async listOfSession(sessionId: string, before = Number.POSITIVE_INFINITY): Promise<EventRecord[]> {
    const name = Buffer.from(JSON.stringify(sessionId));
    let found: EventRecord[] = [];
    for (const frame of this.#frames.toReversed()) {
      const records = await this.#readRecords(frame);
      // Looking for the bytes is a hundred times cheaper than reading events that are others'.
      if (!records.includes(name)) continue;
      const events = parseEvents(records).filter((event) => event.sessionId === sessionId && event.sequence < before);
      found = [...events, ...found];
      if (found[0]?.type === CREATION) break;
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #openForWriting(): Promise<OpenFile> {
    if (this.#file === null) {
      this.#file = await this.#fileSystem.open(this.#path, "create");
      await this.#fileSystem.syncFolder(this.#folder);
    }
    return this.#file;
  }

  async #readRecords({ offset, length }: ArchivedFrame): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    const count = (await this.#file?.read(bytes, offset)) ?? 0;
    const header = count === length ? readHeader(bytes, 0) : null;
    const content = header === null ? null : readContent(bytes, 0, header);
    if (content === null) throw damaged(this.#path, offset, "does not match its checksum");
    return content.records;
  }

  /** Finds the first frame with an event above a sequence. */
  #indexAbove(sequence: number): number {
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#frames[middle]?.last ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function parseEvents(records: Buffer): EventRecord[] {
  return JSON.parse(records.toString()) as EventRecord[];
}
