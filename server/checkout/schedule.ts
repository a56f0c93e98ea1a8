import type { Gateway } from "../gateways/gateway.ts";
import type { AttemptRecord, Ledger, PaymentRecord } from "../stores/ledger.ts";
import type { Schedule } from "./checkout.ts";
import { isInDoubt } from "./doubt.ts";

/** Who reads an open session is told what is at most so old. */
const READ_AFTER_SECONDS = 900;

/** So many times a provider that could not be asked is asked again before the pauses grow. */
const EAGER_RETRIES = 5;
/** The longest pause before a provider is asked again that could not be asked. */
const MOST_RETRY_SECONDS = 3600;

/**
 * Sets when the provider is asked about an attempt next: after each interval of the schedule, and once when the trip
 * expires. Money on its way, and an operation in doubt, is asked about at the last interval until there
 * is an answer. A provider that cannot be asked
 * has only the expiry.
 */
export function scheduleCheck(
  { attempt, ledger, gateway }: { attempt: AttemptRecord; ledger: Ledger; gateway: Gateway },
  schedule: Schedule,
  now: Date,
): void {
  const isOwed = owesAnswer(attempt, ledger, gateway);
  // Where asking means to send the same call again, nothing is asked that was answered.
  const canFetch = canBeAsked(gateway);
  const canRepeat = gateway.repeatsCalls === true || attempt.paymentSource !== undefined;
  const canAsk = canFetch || (canRepeat && isOwed);
  const interval =
    schedule.checkAfterSeconds[attempt.checks] ?? (isOwed ? schedule.checkAfterSeconds.at(-1) : undefined);
  const times: string[] = [];
  if (canAsk && interval !== undefined) times.push(secondsAfter(now, interval));
  if (attempt.state === "started" && attempt.expiresAt !== undefined) times.push(attempt.expiresAt);
  for (const payment of ledger.payments) {
    const { attemptId, state, authorizationExpiresAt } = payment;
    if (attemptId !== attempt.id || state !== "authorization" || authorizationExpiresAt === undefined) continue;
    // What is in doubt when its time is over is asked about as any doubt is.
    if (authorizationExpiresAt > now.toISOString()) times.push(authorizationExpiresAt);
  }
  const next = times.sort()[0];
  if (next === undefined) delete attempt.nextCheckAt;
  else attempt.nextCheckAt = next;
}

/**
 * Puts the next question off, where the provider could not be asked: a few times as long as the schedule says, then twice as
 * long after each further failure in a row, up to an hour. One that is gone for long, or for ever, owes news of many trips.
 */
export function postpone(
  attempt: AttemptRecord,
  { retryAfterSeconds }: Schedule,
  now: Date,
  { isFailure }: { isFailure: boolean },
): void {
  const { failedChecks = 0 } = attempt;
  const doublings = isFailure ? Math.max(0, failedChecks + 1 - EAGER_RETRIES) : 0;
  const seconds = Math.min(retryAfterSeconds * 2 ** doublings, MOST_RETRY_SECONDS);
  if (isFailure) attempt.failedChecks = failedChecks + 1;
  attempt.nextCheckAt = secondsAfter(now, seconds);
}

/** Tells whether a provider can be asked how a trip stands, any number of times. */
export function canBeAsked(gateway: Gateway): boolean {
  return gateway.fetchPayment !== undefined && gateway.repeatsCalls !== true;
}

/** Tells whether a live trip can be asked about of which nobody has asked for longer than who reads it should wait. */
export function isLongUnasked(
  { state, createdAt, checkedAt = createdAt, paymentSource }: AttemptRecord,
  gateway: Gateway,
  now: Date,
): boolean {
  // A source is charged again until there is an answer, whoever reads.
  if (state !== "started" || paymentSource !== undefined || !canBeAsked(gateway)) return false;
  return secondsAfter(now, -READ_AFTER_SECONDS) >= checkedAt;
}

function owesAnswer(attempt: AttemptRecord, { payments }: Ledger, { repeatsCalls = false }: Gateway): boolean {
  const own = payments.filter(({ attemptId }) => attemptId === attempt.id);
  const isTokenUnanswered = attempt.state === "started" && attempt.paymentSourceToken !== undefined;
  if (isTokenUnanswered || attempt.isAuthorizationInDoubt === true) return true;
  if (!repeatsCalls) return own.some((payment) => mayChange(payment) || isInDoubt(payment));
  return own.some(({ operations }) => operations.some(({ status }) => status === "unknown"));
}

/** Money on its way may come or fail, and an authorization may lapse without notice, where no time for it is known. */
function mayChange({ state, authorizationExpiresAt }: PaymentRecord): boolean {
  return state === "pending" || (state === "authorization" && authorizationExpiresAt === undefined);
}

/** Gives the ISO 8601 time that is some seconds after another. */
export function secondsAfter(now: Date, seconds: number): string {
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
