import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * The few operations on files that the JSON store needs, each as weak as a disk really is: nothing is promised to
 * survive a power cut before the `sync` that belongs to it. Tests stand in for it and lose what was not synced.
 */
export interface FileSystem {
  /** Makes a folder and its parents, readable by nobody else, and makes their names durable. */
  ensureFolder(folder: string): Promise<void>;
  /** Lists the names in a folder. */
  list(folder: string): Promise<string[]>;
  /** Opens a file: `read` an existing one, `write` an existing one to change it, `create` a new or emptied one. */
  open(path: string, mode: "read" | "write" | "create"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(folder: string): Promise<void>;
}

/** One open file; positions and lengths in bytes. */
export interface OpenFile {
  size(): Promise<number>;
  /** Reads up to `into.length` bytes; fewer only at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** Writes all of `bytes`, or throws, having written any part of them. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Makes content and length durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** The file system of the machine. */
export const nodeFileSystem: FileSystem = {
  async ensureFolder(folder) {
    const first = await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    const handle = await open(folder, "r");
    try {
      // A folder that was there already may be open to others.
      if (((await handle.stat()).mode & 0o077) !== 0) await handle.chmod(OWNER_ONLY_FOLDER);
    } finally {
      await handle.close();
    }
    if (first === undefined) return;
    const top = dirname(resolve(first));
    for (let parent = dirname(resolve(folder)); parent.length >= top.length; parent = dirname(parent)) {
      await syncFolder(parent);
      if (parent === dirname(parent)) break;
    }
  },
  list: (folder) => readdir(folder),
  async open(path, mode) {
    const flags = { read: "r", write: "r+", create: "w+" } as const;
    const handle = await open(path, flags[mode], OWNER_ONLY_FILE);
    try {
      if (mode !== "read" && ((await handle.stat()).mode & 0o077) !== 0) await handle.chmod(OWNER_ONLY_FILE);
      return nodeFile(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  syncFolder,
};

/** Tells what makes two paths the same folder: the device and number that the kernel gives it. */
export async function folderIdentity(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}-${ino}`;
}

/** Tells whether an error says that the disk, or what this user may have of it, is full. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and needs no such call.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nodeFile(handle: FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    async read(into, position) {
      let count = 0;
      while (count < into.length) {
        const { bytesRead } = await handle.read(into, count, into.length - count, position + count);
        if (bytesRead === 0) break;
        count += bytesRead;
      }
      return count;
    },
    async write(bytes, position) {
      let count = 0;
      while (count < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, count, bytes.length - count, position + count);
        count += bytesWritten;
      }
    },
    truncate: (length) => handle.truncate(length),
    // The length counts as data needed to read the content back, so the cheaper call is enough.
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
