/**
 * What is known of an authorization that our server asks for, with a token that the customer left at the provider:
 * whether a call may have been sent whose answer never came.
 */
import type { AttemptRecord } from "../stores/ledger.ts";
import type { Change } from "./change.ts";
import { isRecent } from "./doubt.ts";

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
 * Notes that the provider is now sent the token: for the `first` time, or `again` because an answer never came. While a
 * call is `under way`, on whichever process, and for a trip that is `over`, without doubt, nothing may be sent.
 */
export function noteAuthorizationSent(change: Change, attemptId: string): "first" | "again" | "under way" | "over" {
  const attempt = findAttempt(change, attemptId);
  if (attempt?.paymentSourceToken === undefined) return "over";
  const isRepeat = attempt.isAuthorizationInDoubt === true;
  // A key makes a repeat harmless, and not every provider minds it for two calls at once.
  if (isRepeat && isAuthorizationUnderWay(attempt, change.now)) return "under way";
  if (!isRepeat && !isPayable(change, attempt)) return "over";
  attempt.isAuthorizationInDoubt = true;
  attempt.authorizationSentAt = change.time;
  change.record("attempt.authorizing", { attempt });
  return isRepeat ? "again" : "first";
}

/** Notes that a call ended, and it is not known what came of it: it may be sent again. */
export function noteAuthorizationUnanswered(attempt: AttemptRecord): void {
  if (attempt.isAuthorizationInDoubt !== true) return;
  attempt.isAuthorizationUnanswered = true;
  delete attempt.authorizationSentAt;
}

/** Notes that it is known what came of it. */
export function noteAuthorizationAnswered(change: Change, attemptId: string, remoteState: string): void {
  const attempt = findAttempt(change, attemptId);
  if (attempt?.isAuthorizationInDoubt === undefined) return;
  delete attempt.isAuthorizationInDoubt;
  delete attempt.isAuthorizationUnanswered;
  delete attempt.authorizationSentAt;
  change.record("attempt.authorization_answered", { attempt, remoteState });
}

function findAttempt({ ledger }: Change, attemptId: string): AttemptRecord | undefined {
  return ledger.attempts.find(({ id }) => id === attemptId);
}

function isAuthorizationUnderWay({ authorizationSentAt }: AttemptRecord, now: Date): boolean {
  return authorizationSentAt !== undefined && isRecent(authorizationSentAt, now);
}

function isPayable({ ledger }: Change, { state }: AttemptRecord): boolean {
  return state === "started" && ledger.session.status === "open";
}
