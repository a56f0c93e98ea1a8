import { StoreError } from "../../server/errors.ts";
import type { Store } from "../../server/stores/store.ts";

/** What changes records, and may keep an answer with that. */
const WRITES: ReadonlySet<string | symbol> = new Set<keyof Store>(["transact", "changeDelivery", "resetCounter"]);

/** Gives the store of a process that dies at its n-th write, before or after it is on disk. */
export function dyingStore(store: Store, writes: number, isWritten: boolean): Store {
  let left = writes;
  return changedWrites(store, async (write) => {
    left -= 1;
    if (left === 0 && isWritten) await write();
    if (left <= 0) throw new StoreError("storage_unavailable", "the process is dead");
    return write();
  });
}

/** Gives a store whose writes all go through `around`, which may hold them up or let them fail. */
export function changedWrites(store: Store, around: (write: () => Promise<unknown>) => Promise<unknown>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!WRITES.has(name)) return value.bind(target);
      return (...parameters: unknown[]) => around(() => value.apply(target, parameters) as Promise<unknown>);
    },
  });
}
