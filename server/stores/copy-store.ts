import { StoreError } from "../errors.ts";
import { openArchive, type ArchiveOptions } from "./archive.ts";
import { addToCount, counting, emptyCount, isSameCount, type StoreCount } from "./count.ts";

/**
 * Copies all records of one store into another, of either kind, and reads them back to see that counts and sums are
 * equal. Claims and leases are left behind: no request and no work outlives the servers that are stopped for this.
 *
 * @returns what was copied
 * @throws StoreError where the source cannot be read, the target is not empty, or the two differ afterwards
 */
export async function copyStore(
  { from, to }: { from: string; to: string },
  options: ArchiveOptions,
): Promise<StoreCount> {
  const source = await openArchive(from, "read", options);
  try {
    const target = await openArchive(to, "create", options);
    try {
      if (!(await target.isEmpty())) throw new StoreError("storage_unavailable", "the target is not empty");
      const given = emptyCount();
      await target.write(counting(source.read(), given));
      const taken = emptyCount();
      for await (const batch of target.read()) addToCount(taken, batch);
      if (!isSameCount(given, taken)) throw new StoreError("storage_unavailable", "the copy differs from its source");
      return taken;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
