import type { AttemptRecord, Ledger } from "../stores/ledger.ts";

/**
 * Finds the live attempts of a session whose provider was not asked yet. There may be one again after all were asked:
 * while a provider answers, a customer can start another in a second tab.
 */
export function findUnasked({ attempts }: Ledger, asked: ReadonlyMap<string, unknown>): AttemptRecord[] {
  return attempts.filter(({ id, state }) => state === "started" && !asked.has(id));
}
