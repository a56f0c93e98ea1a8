import type { IdempotencyRecord } from "../ledger.ts";
import type { IdempotencyClaim } from "../store.ts";

/** The keys that running requests hold; they need not outlive the process, for its requests do not either. */
export class IdempotencyClaims {
  readonly #claims = new Map<string, { requestHash: string; leaseUntil: string }>();

  /** Takes a key, unless its answer is `stored` or another request holds it. Times are ISO 8601. */
  claim(
    name: string,
    stored: IdempotencyRecord | undefined,
    { requestHash, now, leaseUntil }: { requestHash: string; now: string; leaseUntil: string },
  ): IdempotencyClaim {
    if (stored !== undefined && stored.expiresAt > now) {
      return stored.requestHash === requestHash ? { state: "stored", record: stored } : { state: "mismatch" };
    }
    const held = this.#claims.get(name);
    if (held !== undefined && held.leaseUntil > now) {
      return { state: held.requestHash === requestHash ? "running" : "mismatch" };
    }
    this.#claims.set(name, { requestHash, leaseUntil });
    return { state: "claimed" };
  }

  release(name: string): void {
    this.#claims.delete(name);
  }
}
