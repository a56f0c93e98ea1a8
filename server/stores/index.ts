import { openJsonStore, type JsonStoreOptions } from "./json.ts";
import type { Store } from "./store.ts";

/** What every store works with. */
export type StoreOptions = Pick<JsonStoreOptions, "log" | "onFatal" | "now">;

/**
 * Opens the store at `json:<folder>`, where a relative folder starts at the working directory, or `postgres://…`, of
 * one server or several.
 *
 * @throws StoreError where it cannot be opened
 * @throws RangeError where the address is of neither kind, or cannot be read
 */
export async function openStore(address: string, options: StoreOptions): Promise<Store> {
  if (address.startsWith("json:")) return await openJsonStore({ ...options, folder: address.slice("json:".length) });
  if (!/^postgres(ql)?:/.test(address)) throw new RangeError("a store's address is json:<folder> or postgres://…");
  // Whoever keeps files never loads the database's client.
  const { openPostgresStore } = await import("./postgres.ts");
  return await openPostgresStore({ ...options, address });
}
