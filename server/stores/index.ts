import { openJsonStore, type JsonStoreOptions } from "./json.ts";
import type { Store } from "./store.ts";

/** What every store works with. */
export type StoreOptions = Pick<JsonStoreOptions, "log" | "onFatal" | "now">;

/** Tells whether {@link openStore} knows what to do with an address. */
export function isStoreAddress(address: string): boolean {
  return /^json:./.test(address);
}

/**
 * Opens the store at `json:<folder>`; a relative folder starts at the working directory.
 *
 * @throws StoreError where it cannot be opened
 * @throws RangeError where the address is of neither kind
 */
export async function openStore(address: string, options: StoreOptions): Promise<Store> {
  if (address.startsWith("json:")) return await openJsonStore({ ...options, folder: address.slice("json:".length) });
  throw new RangeError("a store's address is json:<folder>");
}
