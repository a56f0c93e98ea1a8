/**
 * What is known of an authorization that our server asks for, with a token that the customer left at the provider:
 * whether a call may have been sent whose answer never came.
 */
import type { AttemptRecord } from "../stores/ledger.ts";
import type { Change } from "./change.ts";

/**
 * Takes the token of an attempt that can still be paid, once; tells whether it was taken. A trip that is over, or whose
 * session is paid or closed, takes none: nothing may be authorized for it.
 */
export function takeToken(change: Change, attemptId: string, paymentSourceToken: string): boolean {
  const attempt = findAttempt(change, attemptId);
  if (attempt === undefined || attempt.paymentSourceToken !== undefined || !isPayable(change, attempt)) return false;
  attempt.paymentSourceToken = paymentSourceToken;
  change.record("attempt.token_received", { attempt });
  return true;
}

/**
 * Notes that the provider is now sent the token: for the `first` time, or `again` because an answer never came. For a
 * trip that is `over`, without doubt, nothing may be sent.
 */
export function noteAuthorizationSent(change: Change, attemptId: string): "first" | "again" | "over" {
  const attempt = findAttempt(change, attemptId);
  if (attempt?.paymentSourceToken === undefined) return "over";
  if (attempt.isAuthorizationInDoubt === true) return "again";
  if (!isPayable(change, attempt)) return "over";
  attempt.isAuthorizationInDoubt = true;
  change.record("attempt.authorizing", { attempt });
  return "first";
}

/** Notes that it is known what came of it. */
export function noteAuthorizationAnswered(change: Change, attemptId: string, remoteState: string): void {
  const attempt = findAttempt(change, attemptId);
  if (attempt?.isAuthorizationInDoubt === undefined) return;
  delete attempt.isAuthorizationInDoubt;
  delete attempt.isAuthorizationUnanswered;
  change.record("attempt.authorization_answered", { attempt, remoteState });
}

function findAttempt({ ledger }: Change, attemptId: string): AttemptRecord | undefined {
  return ledger.attempts.find(({ id }) => id === attemptId);
}

function isPayable({ ledger }: Change, { state }: AttemptRecord): boolean {
  return state === "started" && ledger.session.status === "open";
}
