import { dirname } from "node:path";
import type { FileSystem, OpenFile } from "../../../server/stores/json/file-system.ts";

const SECTOR_LENGTH = 512;

/** What happens to everything that was not synced when the power goes. */
export type Loss =
  /** Nothing: only the process died, the kernel has it all. */
  | "none"
  /** All of it. */
  | "all"
  /** Any part, sector by sector and name by name, in no order. */
  | "some";

type Change = { kind: "write"; position: number; bytes: Buffer } | { kind: "truncate"; length: number };
type NameChange = { path: string; file: Content | null };

interface Content {
  live: Buffer;
  durable: Buffer;
  unsynced: Change[];
}

/**
 * A disk in memory that keeps what was synced apart from what was only written, and that stops working at any step:
 * after `cutAt` operations, the last of which is done only in part.
 */
export class CrashingDisk implements FileSystem {
  readonly #live = new Map<string, Content>();
  readonly #durable = new Map<string, Content>();
  #unsyncedNames: NameChange[] = [];
  /** How many operations were asked for. */
  steps = 0;
  cutAt = Infinity;
  /** Makes the operation of one kind fail; called before each. */
  fault: (operation: string, path: string) => void = () => undefined;
  /** How many bytes all files together may have. */
  capacity = Infinity;

  async ensureFolder(): Promise<void> {
    this.#step("ensureFolder", "");
  }

  async list(folder: string): Promise<string[]> {
    this.#step("list", folder);
    return [...this.#live.keys()]
      .filter((path) => dirname(path) === folder)
      .map((path) => path.slice(folder.length + 1));
  }

  async open(path: string, mode: "read" | "write" | "create"): Promise<OpenFile> {
    this.#step("open", path);
    let file = this.#live.get(path);
    if (file === undefined) {
      if (mode !== "create") throw Object.assign(new Error(`no such file: ${path}`), { code: "ENOENT" });
      file = { live: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] };
      this.#rename({ path, file });
    } else if (mode === "create") change(file, { kind: "truncate", length: 0 });
    return this.#openFile(path, file);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step("rename", to);
    const file = this.#live.get(from);
    if (file === undefined) throw Object.assign(new Error(`no such file: ${from}`), { code: "ENOENT" });
    this.#rename({ path: to, file }, { path: from, file: null });
  }

  async remove(path: string): Promise<void> {
    this.#step("remove", path);
    if (this.#live.has(path)) this.#rename({ path, file: null });
  }

  async syncFolder(folder: string): Promise<void> {
    this.#step("syncFolder", folder);
    for (const { path, file } of this.#unsyncedNames.splice(0)) put(this.#durable, path, file);
  }

  /** Gives the disk as it is found when the power is back. `random` gives numbers from 0 to 1. */
  afterCrash(loss: Loss, random: () => number): CrashingDisk {
    const names = new Map(this.#durable);
    const kept = (): boolean => loss === "none" || (loss === "some" && random() < 0.5);
    for (const { path, file } of this.#unsyncedNames) if (kept()) put(names, path, file);
    const found = new CrashingDisk();
    for (const [path, file] of names) found.put(path, contentAfterCrash(file, kept));
    return found;
  }

  /** Puts a file there, durably. */
  put(path: string, bytes: Uint8Array): void {
    const file = { live: Buffer.from(bytes), durable: Buffer.from(bytes), unsynced: [] };
    this.#live.set(path, file);
    this.#durable.set(path, file);
  }

  /** Takes a file away, durably. */
  take(path: string): void {
    this.#live.delete(path);
    this.#durable.delete(path);
  }

  /** Gives the files as they are, by path. */
  files(): Map<string, Buffer> {
    return new Map([...this.#live].map(([path, { live }]) => [path, live]));
  }

  #rename(...changes: NameChange[]): void {
    for (const { path, file } of changes) put(this.#live, path, file);
    this.#unsyncedNames.push(...changes);
  }

  #step(operation: string, path: string): void {
    if (this.steps >= this.cutAt) throw Object.assign(new Error("the power is gone"), { code: "EIO" });
    this.steps += 1;
    this.fault(operation, path);
  }

  #openFile(path: string, file: Content): OpenFile {
    return {
      size: async () => {
        this.#step("size", path);
        return file.live.length;
      },
      read: async (into, position) => {
        this.#step("read", path);
        return file.live.copy(into, 0, position, position + into.length);
      },
      write: async (bytes, position) => this.#write(path, file, Buffer.from(bytes), position),
      truncate: async (length) => {
        this.#step("truncate", path);
        change(file, { kind: "truncate", length });
      },
      sync: async () => {
        // The cut comes before the sync, or after it and before anybody knows.
        const isCut = this.steps + 1 === this.cutAt;
        this.#step("sync", path);
        file.durable = file.live;
        file.unsynced = [];
        if (isCut) throw Object.assign(new Error("the power is gone"), { code: "EIO" });
      },
      close: async () => this.#step("close", path),
    };
  }

  #write(path: string, file: Content, bytes: Buffer, position: number): void {
    const isCut = this.steps + 1 === this.cutAt;
    this.#step("write", path);
    if (isCut) {
      // Half of it had been taken.
      change(file, { kind: "write", position, bytes: bytes.subarray(0, Math.ceil(bytes.length / 2)) });
      throw Object.assign(new Error("the power is gone"), { code: "EIO" });
    }
    const used = [...new Set(this.#live.values())].reduce((sum, { live }) => sum + live.length, 0);
    const grows = Math.max(0, position + bytes.length - file.live.length);
    if (used + grows <= this.capacity) {
      change(file, { kind: "write", position, bytes });
      return;
    }
    const room = Math.max(0, bytes.length - (used + grows - this.capacity));
    change(file, { kind: "write", position, bytes: bytes.subarray(0, room) });
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  }
}

/** Makes the same numbers from 0 to 1 from the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function put(names: Map<string, Content>, path: string, file: Content | null): void {
  if (file === null) names.delete(path);
  else names.set(path, file);
}

function change(file: Content, made: Change): void {
  file.live = changed(file.live, made, () => true);
  file.unsynced.push(made);
}

function contentAfterCrash({ durable, unsynced }: Content, kept: () => boolean): Buffer {
  let content = durable;
  for (const made of unsynced) {
    // A length that grew may be there without what was written behind the old one: zeros.
    if (made.kind === "write" || kept()) content = changed(content, made, kept);
  }
  return content;
}

function changed(content: Buffer, made: Change, kept: () => boolean): Buffer {
  if (made.kind === "truncate") {
    return Buffer.concat([content.subarray(0, made.length), Buffer.alloc(Math.max(0, made.length - content.length))]);
  }
  const { position, bytes } = made;
  const result = Buffer.concat([content, Buffer.alloc(Math.max(0, position + bytes.length - content.length))]);
  let end = content.length;
  for (let start = 0; start < bytes.length;) {
    const next = Math.min(bytes.length, start + SECTOR_LENGTH - ((position + start) % SECTOR_LENGTH));
    if (kept()) {
      bytes.copy(result, position + start, start, next);
      end = Math.max(end, position + next);
    }
    start = next;
  }
  return result.subarray(0, end);
}
