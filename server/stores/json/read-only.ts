import { StoreError } from "../../errors.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";

/** Gives a file system that is read and that nothing is written to: what would be repaired stays as it is. */
export function readOnly(fileSystem: FileSystem): FileSystem {
  const nothing = async () => undefined;
  return {
    ensureFolder: nothing,
    list: (folder) => fileSystem.list(folder),
    async open(path, mode) {
      if (mode === "create") throw new StoreError("storage_unavailable", `${path} would have to be written`);
      const file = await fileSystem.open(path, "read");
      return {
        size: () => file.size(),
        read: (into, position) => file.read(into, position),
        write: () => Promise.reject(new StoreError("storage_unavailable", `${path} would have to be written`)),
        truncate: nothing,
        sync: nothing,
        close: () => file.close(),
      } satisfies OpenFile;
    },
    rename: nothing,
    remove: nothing,
    syncFolder: nothing,
  };
}
