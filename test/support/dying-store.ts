import { StoreError } from "../../server/errors.ts";
import type { Store } from "../../server/stores/store.ts";

/** Gives the store of a process that dies at its n-th write, before or after it is on disk. */
export function dyingStore(store: Store, writes: number, isWritten: boolean): Store {
  let left = writes;
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "transact") return value.bind(target);
      return async (...parameters: Parameters<Store["transact"]>) => {
        left -= 1;
        if (left === 0 && isWritten) await target.transact(...parameters);
        if (left <= 0) throw new StoreError("storage_unavailable", "the process is dead");
        return target.transact(...parameters);
      };
    },
  });
}
