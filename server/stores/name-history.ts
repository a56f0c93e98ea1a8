import { ledgerKeys, type Ledger } from "./ledger.ts";

/** What a change does to the names of a session. */
export interface NameChange {
  /** Names that the session did not own before. */
  added: string[];
  /** Names that it owns and its records no longer carry. */
  retired: string[];
}

/** The names that a session owned before a change: once a session's, a name is never another's. */
export class NameHistory {
  readonly #owned: ReadonlySet<string>;

  /** @param retired names that it owned and `before` no longer carries */
  constructor(before: Ledger | null, retired: readonly string[]) {
    this.#owned = new Set(before === null ? retired : [...ledgerKeys(before), ...retired]);
  }

  /** Compares with the ledger that the change leaves. */
  after(ledger: Ledger): NameChange {
    const carried = new Set(ledgerKeys(ledger));
    return {
      added: [...carried].filter((name) => !this.#owned.has(name)),
      retired: [...this.#owned].filter((name) => !carried.has(name)),
    };
  }
}
