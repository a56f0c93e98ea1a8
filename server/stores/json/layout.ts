import { crc32 } from "node:zlib";

/** The format that this version writes; it refuses any larger one. */
export const FORMAT = 1;

/** Says that the folder is a store, and which one. */
export const MANIFEST_NAME = "store.json";

/** Takes the events that no longer need to be in memory. */
export const EVENTS_NAME = "events.log";

/** What {@link MANIFEST_NAME} holds. */
export interface Manifest {
  format: number;
  /** A UUID, the same in every file of the store. */
  store: string;
  createdAt: string;
  /** What the hashes of names are made with: 32 bits. */
  seed: number;
}

/** Writes a manifest as the text of its file, with a checksum. */
export function writeManifest({ format, store, createdAt, seed }: Manifest): string {
  const manifest = { format, store, createdAt, seed };
  return `${JSON.stringify({ ...manifest, checksum: crc32(JSON.stringify(manifest)).toString(16) })}\n`;
}

/** Reads a manifest as far as it can be read; only {@link writeManifest} can tell whether it is whole. */
export function parseManifest(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest | null;
  } catch {
    return null;
  }
}

/** Names the file that takes the changes made since the snapshot of the same generation. */
export function journalName(generation: number): string {
  return `journal-${String(generation).padStart(10, "0")}.log`;
}

/** Names the file that holds everything from before the journal of the same generation. */
export function snapshotName(generation: number): string {
  return `snapshot-${String(generation).padStart(10, "0")}.log`;
}

/** What a file that is not finished yet has behind its name. */
export const UNFINISHED = ".tmp";

/** Sorts out which journals and snapshots a folder holds, by generation, ascending. */
export function generationsIn(names: string[]): { journals: number[]; snapshots: number[] } {
  const generations = (kind: string) =>
    names
      .map((name) => new RegExp(`^${kind}-(\\d{10})\\.log$`).exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((one, other) => one - other);
  return { journals: generations("journal"), snapshots: generations("snapshot") };
}
