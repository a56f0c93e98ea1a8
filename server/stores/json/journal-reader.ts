import { join } from "node:path";
import type { BaseLogger } from "pino";
import { StoreError } from "../../errors.ts";
import type { LedgerDocument } from "./document.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";
import { damaged, readFrames, type Ending } from "./frame-reader.ts";
import type { HeaderEntry } from "./frame.ts";
import type { JournalPosition } from "./journal.ts";
import { journalName } from "./layout.ts";

interface ReadJournal {
  file: OpenFile;
  path: string;
  ending: Ending;
  /** The last frame's. */
  sequence: number;
  /** How many frames are behind the header. */
  count: number;
  isContinued: boolean;
}

/** Reads the journals of a store into its document, and repairs what a crash left of the last. */
export class JournalReader {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #store: string;
  readonly #log: Pick<BaseLogger, "warn">;
  readonly #document: LedgerDocument;

  constructor(options: {
    fileSystem: FileSystem;
    folder: string;
    store: string;
    log: Pick<BaseLogger, "warn">;
    document: LedgerDocument;
  }) {
    this.#fileSystem = options.fileSystem;
    this.#folder = options.folder;
    this.#store = options.store;
    this.#log = options.log;
    this.#document = options.document;
  }

  /**
   * Reads the journals of two generations and all between; gives the one to go on with, open and on disk.
   *
   * @param sequence the last one before the first of them
   * @throws StoreError where one is missing or damaged
   */
  async read(first: number, last: number, sequence: number): Promise<{ file: OpenFile; position: JournalPosition }> {
    let generation = first;
    let journal = await this.#readOne(generation, sequence);
    while (generation < last) {
      if (!journal.isContinued) {
        await this.#removeUnused(journal, generation + 1, last);
        break;
      }
      await journal.file.close();
      generation += 1;
      // The frame that says where it is continued took a sequence that the next journal gives again.
      journal = await this.#readOne(generation, journal.sequence - 1);
    }
    if (journal.isContinued) {
      await journal.file.close();
      throw this.#missing(generation + 1);
    }
    await this.#repair(journal);
    return { file: journal.file, position: { generation, sequence: journal.sequence, length: journal.ending.offset } };
  }

  async #readOne(generation: number, sequence: number): Promise<ReadJournal> {
    const path = this.#path(generation);
    const file = await this.#open(generation);
    const journal = { file, path, sequence: -1, count: 0, isContinued: false };
    try {
      const ending = await readFrames(file, path, (frame, offset) => {
        const { entry } = frame;
        if (journal.sequence === -1) this.#checkHeader(entry, frame.sequence, { path, generation, sequence });
        else if (journal.isContinued) throw damaged(path, offset, "goes on after its end");
        else if (entry.kind === "commit") this.#document.restore(entry, frame.records);
        else if (entry.kind === "next") journal.isContinued = true;
        else throw damaged(path, offset, `holds a frame of kind ${entry.kind}`);
        if (journal.sequence !== -1) journal.count += 1;
        journal.sequence = frame.sequence;
      });
      if (journal.sequence === -1) throw damaged(path, 0, "has no beginning");
      return { ...journal, ending };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Removes a journal that a crash left before its predecessor could name it, and that therefore holds nothing. */
  async #removeUnused(journal: ReadJournal, generation: number, last: number): Promise<void> {
    const path = this.#path(generation);
    try {
      const unused = await this.#open(generation);
      const count = await countFrames(unused, path);
      await unused.close();
      if (generation !== last || count > 1) {
        throw damaged(journal.path, journal.ending.offset, `ends without saying that ${path} continues it`);
      }
    } catch (error) {
      await journal.file.close();
      throw error;
    }
    await this.#fileSystem.remove(path);
    await this.#fileSystem.syncFolder(this.#folder);
  }

  async #repair({ file, path, ending }: ReadJournal): Promise<void> {
    try {
      if (ending.state === "torn") {
        const dropped = (await file.size()) - ending.offset;
        this.#log.warn({ file: path, offset: ending.offset, dropped }, "a torn tail was cut off the journal");
        await file.truncate(ending.offset);
      }
      await file.sync();
    } catch (cause) {
      await file.close();
      throw new StoreError("storage_unavailable", `${path} cannot be made durable`, { cause });
    }
  }

  async #open(generation: number): Promise<OpenFile> {
    try {
      return await this.#fileSystem.open(this.#path(generation), "write");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw this.#missing(generation);
      throw cause;
    }
  }

  #checkHeader(
    entry: { kind: string } | HeaderEntry,
    found: number,
    { path, generation, sequence }: { path: string; generation: number; sequence: number },
  ): void {
    if (!("store" in entry) || entry.kind !== "journal") throw damaged(path, 0, "does not begin as a journal");
    if (entry.store !== this.#store) throw damaged(path, 0, "belongs to another store");
    if (entry.generation !== generation || found !== sequence) {
      throw damaged(path, 0, `begins after frame ${found}, but what comes before it ends with ${sequence}`);
    }
  }

  #missing(generation: number): StoreError {
    return new StoreError("storage_unavailable", `${this.#path(generation)} is missing`);
  }

  #path(generation: number): string {
    return join(this.#folder, journalName(generation));
  }
}

/** Counts the whole frames at the beginning of a file. */
export async function countFrames(file: OpenFile, path: string): Promise<number> {
  let count = 0;
  await readFrames(file, path, () => {
    count += 1;
  });
  return count;
}
