import type { AttemptRecord, Mismatch, PaymentRecord } from "../stores/ledger.ts";

/** Gives the successes of an attempt that did not match, also that of an older server. */
export function mismatchesOf({ mismatch, mismatches = mismatch === undefined ? [] : [mismatch] }: AttemptRecord) {
  return mismatches;
}

/** Gives those whose money the provider may still hold: the same money has not come as it should be since. */
export function openMismatchesOf(attempt: AttemptRecord, payments: readonly PaymentRecord[]): Mismatch[] {
  const own = new Set(payments.flatMap(({ attemptId, remoteId }) => (attemptId === attempt.id ? [remoteId] : [])));
  return mismatchesOf(attempt).filter(({ remoteId }) =>
    remoteId === undefined ? attempt.state !== "settled" : !own.has(remoteId),
  );
}

/** Names a mismatch: one that is told of again has the same name. */
export function nameMismatch({ code, amount, currency, environment, remoteId }: Mismatch): string {
  return [code, amount, currency, environment, ...(remoteId === undefined ? [] : [remoteId])].join(" ");
}
