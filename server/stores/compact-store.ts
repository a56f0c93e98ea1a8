import { openArchive, type ArchiveOptions } from "./archive.ts";

/**
 * Frees what a store no longer needs: a JSON store gets a new snapshot, without answers whose time is over, and an
 * empty journal; in PostgreSQL those answers go, and the tables are vacuumed.
 *
 * @throws StoreError where the store cannot be opened, or the disk is full
 */
export async function compactStore(address: string, options: ArchiveOptions): Promise<void> {
  const archive = await openArchive(address, "change", options);
  try {
    await archive.compact();
  } finally {
    await archive.close();
  }
}
