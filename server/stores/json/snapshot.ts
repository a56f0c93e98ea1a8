import { join } from "node:path";
import { damaged, readFrames } from "./frame-reader.ts";
import { BARE_COMMIT, FrameBuffer, type ArchiveExtent, type EndEntry, type Entry } from "./frame.ts";
import type { LedgerDocument } from "./document.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";
import { FORMAT, snapshotName, UNFINISHED } from "./layout.ts";

/** How many records are written in one turn of the event loop. */
const CHUNK_RECORDS = 200;
/** How much may wait in the kernel before it is synced, in bytes: one large sync would hold up the journal's. */
const SYNC_LENGTH = 8 * 1024 * 1024;

/** What a snapshot is written from, and as what. */
export interface SnapshotOptions {
  fileSystem: FileSystem;
  folder: string;
  store: string;
  generation: number;
  /** The last sequence before the journal of the same generation. */
  sequence: number;
  /** The part of the archive that holds the events which the earlier journals do. */
  archived: ArchiveExtent;
  /** What need not be kept at this time is left out, and forgotten; `null` where everything is to be there. */
  now: Date | null;
  /** Ends the work early. */
  signal: AbortSignal;
}

/**
 * Writes all that the document holds, in chunks between which it goes on changing: what changes meanwhile is in the
 * journal of the same generation too, whose frames hold whole records, so that reading both gives the last state.
 * The file gets its name only when it is whole and synced.
 *
 * @returns the length of the file in bytes
 */
export async function writeSnapshot(document: LedgerDocument, options: SnapshotOptions): Promise<number> {
  const { fileSystem, folder, generation } = options;
  const path = join(folder, snapshotName(generation));
  const file = await fileSystem.open(path + UNFINISHED, "create");
  let length: number;
  try {
    length = await new SnapshotWriter(file, options).write(document);
    await file.close();
    await fileSystem.rename(path + UNFINISHED, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await fileSystem.remove(path + UNFINISHED).catch(() => undefined);
    throw error;
  }
  await fileSystem.syncFolder(folder);
  return length;
}

/** Reads a snapshot into an empty document; gives the sequence that it ends with and its length in bytes. */
export async function readSnapshot(
  { fileSystem, folder, store, generation }: Pick<SnapshotOptions, "fileSystem" | "folder" | "store" | "generation">,
  document: LedgerDocument,
): Promise<{ sequence: number; length: number; archived: ArchiveExtent }> {
  const path = join(folder, snapshotName(generation));
  const file = await fileSystem.open(path, "read");
  let sequence: number | undefined;
  let end: EndEntry | undefined;
  try {
    const ending = await readFrames(file, path, ({ entry, records, ...frame }, offset) => {
      if (sequence === undefined) {
        if (entry.kind !== "snapshot" || entry.store !== store || entry.generation !== generation) {
          throw damaged(path, offset, "does not begin as this store's snapshot");
        }
        sequence = frame.sequence;
      } else if (end !== undefined) throw damaged(path, offset, "goes on after its end");
      else if (entry.kind === "commit") document.restore(entry, records);
      else if (entry.kind === "end") end = entry;
      else throw damaged(path, offset, `holds a frame of kind ${entry.kind}`);
    });
    if (ending.state === "torn" || sequence === undefined || end === undefined) {
      throw damaged(path, ending.offset, "ends too early");
    }
    const { sessions, idempotency, deliveries = 0 } = end;
    const { size } = document.outbox;
    if (document.sessions.size !== sessions || document.idempotency.size !== idempotency || size !== deliveries) {
      throw damaged(path, ending.offset, "holds another number of records than it says");
    }
    return { sequence, length: ending.offset, archived: end.archived };
  } finally {
    await file.close();
  }
}

class SnapshotWriter {
  readonly #file: OpenFile;
  readonly #options: SnapshotOptions;
  readonly #frames = new FrameBuffer();
  #sequence: number;
  #length = 0;
  #unsynced = 0;

  constructor(file: OpenFile, options: SnapshotOptions) {
    this.#file = file;
    this.#options = options;
    this.#sequence = options.sequence;
  }

  async write(document: LedgerDocument): Promise<number> {
    const { store, generation, archived } = this.#options;
    this.#add("", { kind: "snapshot", format: FORMAT, store, generation });
    const sessions = await this.#writeSessions(document);
    const idempotency = await this.#writeIdempotency(document);
    if (document.counters.size > 0) this.#add("", { kind: "commit", counters: Object.fromEntries(document.counters) });
    const deliveries = await this.#writeDeliveries(document);
    this.#add("", { kind: "end", sessions, idempotency, deliveries, archived });
    await this.#flush();
    await this.#file.sync();
    return this.#length;
  }

  async #writeSessions(document: LedgerDocument): Promise<number> {
    let written = 0;
    while (written < document.sessions.size) {
      this.#addText(document.sessions.bytes(written), BARE_COMMIT);
      written += 1;
      if (written % CHUNK_RECORDS === 0) await this.#flush();
    }
    return written;
  }

  async #writeIdempotency(document: LedgerDocument): Promise<number> {
    const now = this.#options.now?.toISOString() ?? "";
    let seen = 0;
    let written = 0;
    for (const [name, { expiresAt }] of document.idempotency.entries()) {
      const record = expiresAt > now ? document.readAnswer(name) : undefined;
      if (record === undefined) document.dropAnswer(name);
      else {
        this.#add("", { kind: "commit", idempotency: record });
        written += 1;
      }
      seen += 1;
      if (seen % CHUNK_RECORDS === 0) await this.#flush();
    }
    return written;
  }

  async #writeDeliveries(document: LedgerDocument): Promise<number> {
    let written = 0;
    for (const text of document.outbox.texts(this.#options.now?.toISOString())) {
      // Put together as text: what is stored is JSON already.
      this.#addText("", `{"kind":"commit","deliveries":[${text.toString()}]}`);
      written += 1;
      if (written % CHUNK_RECORDS === 0) await this.#flush();
    }
    return written;
  }

  #add(records: string, entry: Entry): void {
    this.#addText(records, JSON.stringify(entry));
  }

  #addText(records: string | Uint8Array, entry: string): void {
    if (this.#length + this.#frames.length > 0) this.#sequence += 1;
    this.#frames.add(this.#sequence, this.#sequence, records, entry);
  }

  async #flush(): Promise<void> {
    this.#options.signal.throwIfAborted();
    const bytes = this.#frames.bytes();
    await this.#file.write(bytes, this.#length);
    this.#length += bytes.length;
    this.#unsynced += bytes.length;
    this.#frames.clear();
    if (this.#unsynced < SYNC_LENGTH) return;
    await this.#file.sync();
    this.#unsynced = 0;
  }
}
