import { join } from "node:path";
import type { Adapter } from "lowdb";
import type { BaseLogger } from "pino";
import type { StoreError } from "../../errors.ts";
import type { LedgerDocument } from "./document.ts";
import { EMPTY_EXTENT, type EventArchive } from "./event-archive.ts";
import type { FileSystem } from "./file-system.ts";
import { Journal, type Append } from "./journal.ts";
import { snapshotName } from "./layout.ts";
import { recover, removeSuperseded, type Recovered } from "./recovery.ts";
import { writeSnapshot } from "./snapshot.ts";

/** So many bytes of journal are read back so fast that no snapshot is worth its writing. */
const SNAPSHOT_AFTER_BYTES = 32 * 1024 * 1024;
/** The length of the journal, as a part of the snapshot's, for which a new one is written. */
const SNAPSHOT_AFTER_PART = 0.8;

/**
 * Keeps lowdb's document in a folder: `read` recovers it, `write` makes a snapshot of it, and between snapshots each
 * change is appended to a journal, so that the cost of a change does not depend on how much is stored.
 */
export class JournaledFolder implements Adapter<LedgerDocument> {
  readonly #options: JournaledFolderOptions;
  readonly #ending = new AbortController();
  readonly #snapshotAfterBytes: number;
  #journal: Journal | null = null;
  #archive: EventArchive | null = null;
  #store = "";
  /** Bytes of earlier journals that no snapshot has made needless yet. */
  #earlierLength = 0;
  #nextSnapshotAt = Infinity;
  #writing: Promise<void> | null = null;

  constructor(options: JournaledFolderOptions) {
    this.#options = options;
    this.#snapshotAfterBytes = options.snapshotAfterBytes ?? SNAPSHOT_AFTER_BYTES;
  }

  /** @throws StoreError where the folder cannot be read or is damaged */
  async read(): Promise<LedgerDocument> {
    const recovered = await recover(this.#options);
    this.#journal = this.#openJournal(recovered);
    this.#archive = recovered.archive;
    this.#store = recovered.store;
    this.#setSnapshotLength(recovered.snapshotLength);
    return recovered.document;
  }

  /** Writes a snapshot. @throws StoreError where the disk is full or has failed; nothing is lost by that */
  write(document: LedgerDocument): Promise<void> {
    this.#writing ??= this.#snapshot(document).finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** Whether the journal has grown so much that a snapshot would pay. */
  get isSnapshotDue(): boolean {
    return this.#writing === null && this.#earlierLength + this.journal.position.length >= this.#nextSnapshotAt;
  }

  /** The journal. @throws TypeError before `read` */
  get journal(): Journal {
    if (this.#journal === null) throw new TypeError("the journal is opened by reading");
    return this.#journal;
  }

  /** Resolves when a change is on disk. @throws StoreError */
  append(append: Append): Promise<void> {
    return this.journal.append(append);
  }

  /** Finishes the journal, gives up a snapshot that is being written, and closes. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#writing?.catch(() => undefined);
    await this.#journal?.close();
    await this.#archive?.close();
  }

  #openJournal({ file, position, store }: Recovered): Journal {
    const { fileSystem, folder, onFatal } = this.#options;
    return new Journal({ fileSystem, folder, store, file, position, onFatal });
  }

  async #snapshot(document: LedgerDocument): Promise<void> {
    const { fileSystem, folder, log } = this.#options;
    const startedAt = performance.now();
    const length = this.journal.position.length;
    // Whatever comes of this attempt, the next is not made at once.
    this.#nextSnapshotAt = this.#earlierLength + length + this.#snapshotAfterBytes;
    const { generation, sequence } = await this.journal.rotate();
    this.#earlierLength += length;
    const snapshotLength = await this.#writeFiles(document, generation, sequence).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
      throw await this.journal.fail(join(folder, snapshotName(generation)), "could not be written", error);
    });
    this.#earlierLength = 0;
    this.#setSnapshotLength(snapshotLength);
    await removeSuperseded(this.#options, generation, await fileSystem.list(folder));
    const durationMs = Math.round(performance.now() - startedAt);
    log.info({ generation, length: snapshotLength, durationMs }, "a snapshot was written");
  }

  /** Archives the events, and then writes a snapshot that counts on the archive. */
  async #writeFiles(document: LedgerDocument, generation: number, sequence: number): Promise<number> {
    const { fileSystem, folder, now, keepsAll = false } = this.#options;
    const { signal } = this.#ending;
    await document.events.archive();
    const archived = this.#archive?.extent ?? EMPTY_EXTENT;
    const store = this.#store;
    return await writeSnapshot(document, {
      fileSystem,
      folder,
      store,
      generation,
      sequence,
      archived,
      now: keepsAll ? null : now(),
      signal,
    });
  }

  #setSnapshotLength(length: number): void {
    // So a change is written little more than twice, and a start reads less than twice what it must.
    this.#nextSnapshotAt = Math.max(this.#snapshotAfterBytes, length * SNAPSHOT_AFTER_PART);
  }
}

/** Where the store is, and whom to tell. */
export interface JournaledFolderOptions {
  fileSystem: FileSystem;
  folder: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  now: () => Date;
  onFatal: (error: StoreError) => void;
  /** The least length of the journal, in bytes, for which a snapshot is written. */
  snapshotAfterBytes?: number;
  /** Whether a snapshot holds also what need not be kept any more. */
  keepsAll?: boolean;
}
