import type { NewEvent } from "../stores/ledger.ts";
import type { Commit, Store } from "../stores/store.ts";

/** Has every event told to `count` once it is on disk: it takes the place of the store's `transact`. */
export function countEvents(store: Store, count: (event: NewEvent) => void): void {
  const transact: Store["transact"] = store.transact.bind(store);
  store.transact = async <Result>(sessionId: string, change: Parameters<typeof store.transact<Result>>[1]) => {
    let commit: Commit<Result> | undefined;
    const result = await transact<Result>(sessionId, (ledger) => {
      commit = change(ledger);
      return commit;
    });
    for (const event of commit?.events ?? []) count(event);
    return result;
  };
}
