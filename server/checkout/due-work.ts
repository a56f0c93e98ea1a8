/**
 * What time brings: providers that owe news are asked, and sessions whose time ran out expire.
 *
 * 1. A process claims the sessions that are due, with a lease, so that no other does the same.
 * 2. Each attempt that is due is asked about. A trip whose own time is over expires once the provider has said that
 *    it is not paid.
 * 3. Who reads an open session need not wait for that: a live trip of which nobody has asked for long is asked about first.
 * 4. A session past its `expiresAt` expires, after the provider of its live attempt was asked; where that cannot be
 *    asked, it stays open until it can. Trips that may still be paid although we take them for ended are asked about, too.
 */
import { GatewayError } from "../errors.ts";
import type { FetchedPayment, Trip } from "../gateways/gateway.ts";
import type { AttemptRecord, Ledger } from "../stores/ledger.ts";
import { repeatOperations } from "./carry-out.ts";
import { noteLapsed } from "./authorization-expiry.ts";
import type { Checkout } from "./checkout.ts";
import { endAttempt } from "./decide.ts";
import { carryOutDueOperation } from "./due-operation.ts";
import { findUnasked } from "./live-attempts.ts";
import { isLongUnasked, secondsAfter } from "./schedule.ts";
import { askProvider, changeSession, readLedger } from "./settle.ts";

const CLAIM_LIMIT = 20;
/** Longer than asking each provider of a session takes, where one hangs. */
const LEASE_SECONDS = 120;

/** Does everything that is due now, until the signal ends it: what became due while nobody looked is not put off. */
export async function finishDueWork(checkout: Checkout, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted && (await runDueWork(checkout, stopping)) === CLAIM_LIMIT);
}

/** Does what is due now, some sessions at once; gives how many it took. */
export async function runDueWork(checkout: Checkout, stopping?: AbortSignal): Promise<number> {
  const now = checkout.now();
  const sessionIds = await checkout.store.claimDue({
    now: now.toISOString(),
    leaseUntil: secondsAfter(now, LEASE_SECONDS),
    limit: CLAIM_LIMIT,
  });
  const results = await Promise.allSettled(
    sessionIds.map((sessionId) => bringUpToDate(checkout, sessionId, undefined, stopping)),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === "rejected" && !(result.reason instanceof GatewayError)) {
      checkout.log.error({ sessionId: sessionIds[index], err: result.reason as unknown }, "due work failed");
    }
  }
  return sessionIds.length;
}

/**
 * Asks about each attempt of a session that is due, or live and long unasked, carries out operations that are, and lets the session expire where
 * its time ran out; gives its records as they are then. A provider that cannot be asked is asked again later, or when
 * the session is read again: about what else is due then, so that nobody waits for more than one call to it.
 *
 * @param known its records, where they were read a moment ago
 * @param stopping aborted when nobody is to be asked any more: a provider that hangs costs the whole time of a call
 */
export async function bringUpToDate(
  checkout: Checkout,
  sessionId: string,
  known?: Ledger,
  stopping?: AbortSignal,
): Promise<Ledger> {
  const ledger = known ?? (await readLedger(checkout, sessionId));
  const isLong = (attempt: AttemptRecord) => isLongUnaskedOf(checkout, ledger, attempt);
  if (!isDue(ledger.dueAt, checkout.now()) && !isExpiring(ledger, checkout.now()) && !ledger.attempts.some(isLong)) {
    return ledger;
  }
  const unanswering = new Set<string>();
  for (const attempt of ledger.attempts) {
    if (!isDue(attempt.nextCheckAt, checkout.now()) && !isLong(attempt)) continue;
    if (unanswering.has(attempt.gateway)) continue;
    if (!(await checkAttempt(checkout, ledger, attempt))) unanswering.add(attempt.gateway);
    if (stopping?.aborted === true) return readLedger(checkout, sessionId);
  }
  // What the provider said may have made an operation due.
  for (const payment of (await readLedger(checkout, sessionId)).payments) {
    if (isDue(payment.operationDue?.at, checkout.now())) await carryOutDueOperation(checkout, payment);
  }
  // Who could not be asked a moment ago is not asked again for the expiry.
  return unanswering.size === 0 ? expireWhenDue(checkout, sessionId) : readLedger(checkout, sessionId);
}

/**
 * Lets an open session expire where its time ran out, after asking; gives its records as they are then.
 * Where the provider cannot be asked the session stays open.
 */
export async function expireWhenDue(checkout: Checkout, sessionId: string): Promise<Ledger> {
  const ledger = await readLedger(checkout, sessionId);
  if (!isExpiring(ledger, checkout.now())) return ledger;
  const asked = new Map<string, AttemptRecord>();
  for (const attempt of findUnasked(ledger, asked)) {
    asked.set(attempt.id, attempt);
    try {
      await askProvider(checkout, { session: ledger.session, attempt }, "expiry");
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      checkout.log.warn(
        { sessionId, attemptId: attempt.id, err: error },
        "expiry waits until the provider can be asked",
      );
      return readLedger(checkout, sessionId);
    }
  }
  await askAboutEnded(checkout, ledger);
  return changeSession(checkout, sessionId, "expiry", (change) => {
    if (!isExpiring(change.ledger, change.now)) return;
    // Started by a process whose clock is behind ours: it is asked about first, the next time.
    if (findUnasked(change.ledger, asked).length > 0) return;
    change.ledger.session.status = "expired";
    change.record("checkout_session.expired");
    for (const attempt of change.ledger.attempts) endAttempt(change, attempt, "expired");
  });
}

/**
 * Asks about the trips of a session that nobody but the customer's browser, a later trip or our own clock has ended: what
 * was paid on one is in time. They hold nothing up: who cannot be asked is asked again later.
 */
async function askAboutEnded(checkout: Checkout, { session, attempts }: Ledger): Promise<void> {
  for (const attempt of attempts) {
    const isWatched = attempt.nextCheckAt !== undefined && attempt.isEndProven !== true;
    if (attempt.state === "started" || attempt.state === "settled" || !isWatched) continue;
    if ((await askOrPostpone(checkout, { session, attempt })) === undefined) return;
  }
}

/** Asks about an attempt; tells whether the provider could be asked. */
async function checkAttempt(checkout: Checkout, ledger: Ledger, attempt: AttemptRecord): Promise<boolean> {
  await repeatOperations(checkout, ledger, attempt.id);
  const fetched = await askOrPostpone(checkout, { session: ledger.session, attempt });
  if (fetched === undefined) return false;
  if (fetched !== "unpaid" && fetched !== "expired") return true;
  await changeSession(checkout, ledger.session.id, "expiry", (change) => {
    const current = change.ledger.attempts.find(({ id }) => id === attempt.id);
    if (current === undefined) return;
    // Also where there is nobody to ask.
    noteLapsed(change, current.id, fetched);
    if (checkout.gateways.get(current.gateway)?.fetchPayment === undefined) delete current.nextCheckAt;
    if (fetched === "expired" || isDue(current.expiresAt, change.now)) endAttempt(change, current, "expired");
  });
  return true;
}

async function askOrPostpone(checkout: Checkout, trip: Trip): Promise<FetchedPayment | undefined> {
  try {
    return (await askProvider(checkout, trip, "fetch")).fetched;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    checkout.log.warn({ attemptId: trip.attempt.id, err: error }, "the provider could not be asked");
    return undefined;
  }
}

function isExpiring({ session }: Ledger, now: Date): boolean {
  return session.status === "open" && isDue(session.expiresAt, now);
}

function isLongUnaskedOf({ gateways, now }: Checkout, { session }: Ledger, attempt: AttemptRecord): boolean {
  const gateway = gateways.get(attempt.gateway);
  return session.status === "open" && gateway !== undefined && isLongUnasked(attempt, gateway, now());
}

function isDue(time: string | undefined, now: Date): boolean {
  return time !== undefined && time <= now.toISOString();
}
