import { join } from "node:path";
import { StoreError } from "../../errors.ts";
import { isDiskFull, type FileSystem, type OpenFile } from "./file-system.ts";
import { FrameBuffer, type HeaderEntry } from "./frame.ts";
import { FORMAT, journalName } from "./layout.ts";

/** What to write, and what to do in the moment when it is on disk. */
export interface Append {
  /** A session's index and records, or `""`. */
  records: string;
  /** The JSON text of an {@link Entry}. */
  entry: string;
  onDurable: () => void;
}

/** Where a journal goes on: how far it has been written, and as which of the store's files. */
export interface JournalPosition {
  generation: number;
  /** The last frame's. */
  sequence: number;
  /** Bytes. */
  length: number;
}

interface Waiting extends Append {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** The most that is written and synced at once, in characters. */
const GROUP_LENGTH = 4 * 1024 * 1024;

/**
 * Appends commits to a file in groups:
 *
 * 1. What arrives while the disk is busy waits and goes together, in the order of arrival.
 * 2. The group is written and synced. Only then `onDurable` is called for each, in order, and the promises resolve.
 * 3. Where the disk is full, the file is cut back to where it was, durably, and the whole group is refused; the next
 *    group may succeed.
 * 4. Where anything else fails, what is on disk is unknown: nothing is acknowledged any more, and `onFatal` is told.
 */
export class Journal {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #store: string;
  readonly #onFatal: (error: StoreError) => void;
  readonly #frames = new FrameBuffer();
  #file: OpenFile;
  #position: JournalPosition;
  #waiting: Waiting[] = [];
  #betweenGroups: (() => Promise<void>)[] = [];
  #isRunning = false;
  #run: Promise<void> = Promise.resolve();
  #failure: StoreError | null = null;
  #isFull = false;

  constructor(options: {
    fileSystem: FileSystem;
    folder: string;
    store: string;
    file: OpenFile;
    position: JournalPosition;
    onFatal: (error: StoreError) => void;
  }) {
    this.#fileSystem = options.fileSystem;
    this.#folder = options.folder;
    this.#store = options.store;
    this.#file = options.file;
    this.#position = options.position;
    this.#onFatal = options.onFatal;
  }

  /** Where the last durable frame ends. */
  get position(): Readonly<JournalPosition> {
    return this.#position;
  }

  /** Why nothing can be written any more, or `null`. */
  get failure(): StoreError | null {
    return this.#failure;
  }

  /** Whether the last attempt to write found the disk full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Resolves when the append is on disk. @throws StoreError where it is not, and never will be */
  append(append: Append): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ ...append, resolve, reject });
      this.#start();
    });
  }

  /**
   * Goes on in a new file, and gives the position of its beginning.
   *
   * @throws StoreError where the disk is full; the old file is then still the one
   */
  rotate(): Promise<Readonly<JournalPosition>> {
    return new Promise((resolve, reject) => {
      this.#betweenGroups.push(() => this.#rotate().then(resolve, reject));
      this.#start();
    });
  }

  /** Gives up: the disk has failed in a way that makes its every further answer doubtful. */
  async fail(path: string, what: string, cause: unknown): Promise<StoreError> {
    if (this.#failure !== null) return this.#failure;
    const failure = new StoreError("storage_unavailable", `${path} ${what}`, { cause });
    this.#failure = failure;
    // What was never acknowledged had better not come back; if this fails too, it may.
    await this.#file.truncate(this.#position.length).catch(() => undefined);
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
    this.#onFatal(failure);
    return failure;
  }

  /** Finishes what is waiting and closes the file. */
  async close(): Promise<void> {
    await this.#run;
    this.#failure ??= new StoreError("storage_unavailable", "the store is closed");
    await this.#file.close();
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0 || this.#betweenGroups.length > 0) {
      // All that the current turn of the event loop brings goes into one group: the busier the process, the fewer syncs.
      await new Promise((resolve) => setImmediate(resolve));
      const task = this.#betweenGroups.shift();
      if (task === undefined) await this.#commit(this.#takeGroup());
      else await task();
    }
    // In the same turn as the last look: what comes later must start again.
    this.#isRunning = false;
  }

  #takeGroup(): Waiting[] {
    let length = 0;
    const next = this.#waiting.findIndex(({ records, entry }) => {
      length += records.length + entry.length;
      return length > GROUP_LENGTH;
    });
    const count = next === -1 ? this.#waiting.length : Math.max(next, 1);
    return this.#waiting.splice(0, count);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      await this.#write(group);
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { onDurable, resolve } of group) {
      onDurable();
      resolve();
    }
  }

  async #write(group: Pick<Append, "records" | "entry">[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const { sequence, length } = this.#position;
    this.#frames.clear();
    for (const [index, { records, entry }] of group.entries()) {
      this.#frames.add(sequence + 1 + index, sequence, records, entry);
    }
    try {
      await this.#file.write(this.#frames.bytes(), length);
    } catch (cause) {
      throw isDiskFull(cause) ? await this.#cutBack(cause) : await this.#fail("could not be written", cause);
    }
    await this.#sync(this.#file);
    this.#isFull = false;
    this.#position = {
      ...this.#position,
      sequence: sequence + group.length,
      length: length + this.#frames.length,
    };
  }

  async #sync(file: OpenFile): Promise<void> {
    try {
      await file.sync();
    } catch (cause) {
      // After a failed sync the kernel forgets what it could not write: asking again would be answered yes.
      throw await this.#fail("could not be synced", cause);
    }
  }

  /** Removes what a full disk took only in part, so that nothing refused comes back after a crash. */
  async #cutBack(cause: unknown): Promise<StoreError> {
    try {
      await this.#file.truncate(this.#position.length);
      await this.#file.sync();
    } catch (error) {
      return await this.#fail("could not be cut back", error);
    }
    this.#isFull = true;
    return new StoreError("storage_full", "the disk is full; nothing was written", { cause });
  }

  #fail(what: string, cause: unknown): Promise<StoreError> {
    return this.fail(join(this.#folder, journalName(this.#position.generation)), what, cause);
  }

  async #rotate(): Promise<Readonly<JournalPosition>> {
    if (this.#failure !== null) throw this.#failure;
    const { generation, sequence } = this.#position;
    const next: HeaderEntry<"journal"> = {
      kind: "journal",
      format: FORMAT,
      store: this.#store,
      generation: generation + 1,
    };
    const path = join(this.#folder, journalName(next.generation));
    let created: { file: OpenFile; length: number };
    try {
      created = await createJournal(this.#fileSystem, this.#folder, next, sequence);
    } catch (cause) {
      await this.#fileSystem.remove(path).catch(() => undefined);
      throw isDiskFull(cause)
        ? new StoreError("storage_full", "the disk is full; the journal goes on in its old file", { cause })
        : await this.#fail("could not be continued", cause);
    }
    try {
      // From here on the old file says that there is a new one: it cannot go missing unnoticed.
      await this.#write([{ records: "", entry: JSON.stringify({ kind: "next", generation: next.generation }) }]);
    } catch (error) {
      await created.file.close();
      await this.#fileSystem.remove(path).catch(() => undefined);
      throw error;
    }
    await this.#file.close();
    this.#file = created.file;
    this.#position = { generation: next.generation, sequence, length: created.length };
    return this.#position;
  }
}

/** Makes a journal that holds its header alone, durably. `sequence` is the last one of what came before it. */
export async function createJournal(
  fileSystem: FileSystem,
  folder: string,
  header: HeaderEntry<"journal">,
  sequence: number,
): Promise<{ file: OpenFile; length: number }> {
  const frames = new FrameBuffer();
  frames.add(sequence, sequence, "", JSON.stringify(header));
  const file = await fileSystem.open(join(folder, journalName(header.generation)), "create");
  try {
    await file.write(frames.bytes(), 0);
    await file.sync();
    await fileSystem.syncFolder(folder);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, length: frames.length };
}
