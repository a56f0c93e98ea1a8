import { StateError } from "../errors.ts";
import type { Commit } from "./store.ts";

/** The most events that one commit may carry. */
export const MAX_EVENTS = 256;

/**
 * Refuses what no store could keep as it was meant.
 *
 * @throws RangeError where a ledger is another session's, or there are too many events
 */
export function assertCommit(sessionId: string, { ledger, events = [] }: Commit<unknown>): void {
  if (ledger !== undefined && ledger.session.id !== sessionId) {
    throw new RangeError(`a change of ${sessionId} gave the records of ${ledger.session.id}`);
  }
  if (events.length > MAX_EVENTS) throw new RangeError(`a change gave ${events.length} events; ${MAX_EVENTS} fit`);
}

/** Makes the error for a commit whose idempotency key got another answer meanwhile. */
export function answeredAlready(): StateError {
  return new StateError("idempotency_key_in_use", "another request with this key was answered first");
}
