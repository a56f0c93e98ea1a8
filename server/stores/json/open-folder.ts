import { Low } from "lowdb";
import type { BaseLogger } from "pino";
import { StoreError } from "../../errors.ts";
import { JournaledFolder } from "./adapter.ts";
import { LedgerDocument } from "./document.ts";
import { nodeFileSystem, type FileSystem } from "./file-system.ts";
import { lockFolder, type Release } from "./folder-lock.ts";
import { seededHash } from "./name-table.ts";

/** Where a JSON store is and what it works with. */
export interface JsonStoreOptions {
  /** Made where it is missing. */
  folder: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  /** Told once, when the disk has failed in a way that only a restart can mend; the process had better exit. */
  onFatal?: (error: StoreError) => void;
  fileSystem?: FileSystem;
  now?: () => Date;
  /** The least length of the journal, in bytes, for which a snapshot is written; 32 MiB unless told. */
  snapshotAfterBytes?: number;
  /** Whether a snapshot holds also what need not be kept any more. */
  keepsAll?: boolean;
}

/** A folder that this process has to itself. */
export interface OpenFolder {
  /** Its document is all that is on disk. */
  low: Low<LedgerDocument>;
  adapter: JournaledFolder;
  /** Closes the files and lets other processes in. */
  close(): Promise<void>;
}

/**
 * Takes a folder and reads all that is in it into lowdb's document.
 *
 * @throws StoreError where the folder is in use, damaged, of a newer format, or cannot be read
 */
export async function openFolder(options: JsonStoreOptions): Promise<OpenFolder> {
  const { folder, log, fileSystem = nodeFileSystem, now = () => new Date() } = options;
  let release: Release | undefined;
  try {
    await fileSystem.ensureFolder(folder);
    // Files that stand in for the machine's are nobody else's to take.
    if (fileSystem === nodeFileSystem) release = await lockFolder(folder);
    const onFatal = (error: StoreError) => {
      log.error({ err: error }, "the store has failed; nothing is accepted any more");
      options.onFatal?.(error);
    };
    const adapter = new JournaledFolder({ ...options, fileSystem, now, onFatal });
    const low = new Low<LedgerDocument>(adapter, new LedgerDocument(seededHash(0)));
    await low.read();
    const close = async () => {
      await adapter.close();
      await release?.();
    };
    return { low, adapter, close };
  } catch (error) {
    await release?.();
    if (error instanceof StoreError) throw error;
    throw new StoreError("storage_unavailable", `the store in ${folder} cannot be opened`, { cause: error });
  }
}
