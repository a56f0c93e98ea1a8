import { randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import { StoreError } from "../../errors.ts";
import { LedgerDocument } from "./document.ts";
import { EMPTY_EXTENT, EventArchive } from "./event-archive.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";
import { damaged } from "./frame-reader.ts";
import { countFrames, JournalReader } from "./journal-reader.ts";
import { createJournal, type JournalPosition } from "./journal.ts";
import {
  FORMAT,
  generationsIn,
  journalName,
  MANIFEST_NAME,
  parseManifest,
  snapshotName,
  UNFINISHED,
  writeManifest,
  type Manifest,
} from "./layout.ts";
import { seededHash } from "./name-table.ts";
import { readSnapshot } from "./snapshot.ts";

/** A store as it was found: what it holds, and where its journal goes on. */
export interface Recovered {
  document: LedgerDocument;
  archive: EventArchive;
  store: string;
  file: OpenFile;
  position: JournalPosition;
  /** The length of the snapshot in bytes; 0 without one. */
  snapshotLength: number;
}

/** Where to look, and whom to tell what was repaired. */
export interface RecoveryOptions {
  fileSystem: FileSystem;
  folder: string;
  log: Pick<BaseLogger, "info" | "warn">;
  now: () => Date;
}

/**
 * Reads a store's folder, or makes a new store in an empty one:
 *
 * 1. The manifest says which store this is and in which format.
 * 2. The newest snapshot is read, then the journals from its generation on, each of which must be there.
 * 3. The tail that a crash tore off the last journal is cut away, and logged. Anything else that cannot be read is
 *    refused.
 * 4. What was read is made durable before anybody sees it, for it may only have been in the kernel's memory.
 *
 * @throws StoreError naming the file, and the offset where there is one
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { fileSystem, folder } = options;
  const names = await fileSystem.list(folder);
  for (const name of names) if (name.endsWith(UNFINISHED)) await fileSystem.remove(join(folder, name));
  const { journals, snapshots } = generationsIn(names);
  const { store, seed } = names.includes(MANIFEST_NAME)
    ? await readManifest(options)
    : await createStore(options, journals, snapshots);

  const document = new LedgerDocument(seededHash(seed));
  const generation = snapshots.at(-1) ?? 1;
  const { archive, file, position, snapshotLength } = await document.inBulk(async () => {
    const snapshot =
      snapshots.length === 0
        ? { sequence: 0, length: 0, archived: EMPTY_EXTENT }
        : await readSnapshot({ fileSystem, folder, store, generation }, document);
    const archive = new EventArchive({ fileSystem, folder, store });
    await archive.open(snapshot.archived);
    document.events.follow(archive);
    const reader = new JournalReader({ ...options, store, document });
    const journal = await reader.read(generation, journals.at(-1) ?? generation, snapshot.sequence);
    return { ...journal, archive, snapshotLength: snapshot.length };
  });
  // A snapshot that was named just before a crash is not surely there after the next, unless it is made so now.
  await fileSystem.syncFolder(folder);
  await removeSuperseded(options, generation, names);
  return { document, archive, store, file, position, snapshotLength };
}

/** Removes the files that a snapshot of `generation` makes needless. */
export async function removeSuperseded(
  { fileSystem, folder }: Pick<RecoveryOptions, "fileSystem" | "folder">,
  generation: number,
  names: string[],
): Promise<void> {
  const { journals, snapshots } = generationsIn(names);
  for (const older of journals.filter((number) => number < generation)) {
    await fileSystem.remove(join(folder, journalName(older)));
  }
  for (const older of snapshots.filter((number) => number < generation)) {
    await fileSystem.remove(join(folder, snapshotName(older)));
  }
}

async function readManifest({ fileSystem, folder }: RecoveryOptions): Promise<Manifest> {
  const path = join(folder, MANIFEST_NAME);
  const file = await fileSystem.open(path, "read");
  let text: string;
  try {
    const bytes = Buffer.alloc(await file.size());
    await file.read(bytes, 0);
    text = bytes.toString();
  } finally {
    await file.close();
  }
  const manifest = parseManifest(text);
  if (typeof manifest?.format === "number" && manifest.format > FORMAT) {
    throw new StoreError(
      "storage_unavailable",
      `${path} says format ${manifest.format}, which a newer version wrote; this one reads up to ${FORMAT}`,
    );
  }
  if (manifest === null || writeManifest(manifest) !== text) {
    throw damaged(path, 0, "does not match its checksum");
  }
  return manifest;
}

async function createStore(options: RecoveryOptions, journals: number[], snapshots: number[]): Promise<Manifest> {
  const { fileSystem, folder, log, now } = options;
  if (snapshots.length > 0 || journals.length > 1 || (await holdsCommits(options, journals))) {
    throw new StoreError("storage_unavailable", `${join(folder, MANIFEST_NAME)} is missing, and its store is there`);
  }
  const manifest: Manifest = {
    format: FORMAT,
    store: randomUUID(),
    createdAt: now().toISOString(),
    seed: randomInt(2 ** 32),
  };
  const path = join(folder, MANIFEST_NAME);
  const file = await fileSystem.open(path + UNFINISHED, "create");
  try {
    await file.write(Buffer.from(writeManifest(manifest)), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  const header = { kind: "journal", format: FORMAT, store: manifest.store, generation: 1 } as const;
  const journal = await createJournal(fileSystem, folder, header, 0);
  await journal.file.close();
  await fileSystem.rename(path + UNFINISHED, path);
  await fileSystem.syncFolder(folder);
  journals[0] = 1;
  log.info({ folder }, "a new store was made");
  return manifest;
}

/** Tells whether a journal holds more than its header: one that does not may be left of an interrupted beginning. */
async function holdsCommits({ fileSystem, folder }: RecoveryOptions, journals: number[]): Promise<boolean> {
  const [generation] = journals;
  if (generation === undefined) return false;
  if (generation !== 1) return true;
  const path = join(folder, journalName(generation));
  const file = await fileSystem.open(path, "read");
  try {
    return (await countFrames(file, path)) > 1;
  } finally {
    await file.close();
  }
}
