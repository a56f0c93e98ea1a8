/**
 * From what came in a provider's name to a decision, the same way for return, notification, fetch and operator:
 *
 * 1. The gateway has proven what came (`Verified`), or it has thrown.
 * 2. A `hint` of money counts only after the provider was asked and says so itself.
 * 3. The fact is decided in one transaction of its session.
 */
import { CallUnderWayError, GatewayError, KeyConflictError, StateError, VerificationError } from "../errors.ts";
import { isMoneyReport, type FetchedPayment, type Gateway, type Trip, type Verified } from "../gateways/gateway.ts";
import type { AttemptRecord, DecidedBy, Ledger } from "../stores/ledger.ts";
import { noteAuthorizationAnswered, noteAuthorizationSent, noteAuthorizationUnanswered } from "./authorization.ts";
import { noteLapsed } from "./authorization-expiry.ts";
import { Change } from "./change.ts";
import type { Checkout } from "./checkout.ts";
import { decide, type Fact } from "./decide.ts";
import { resolveDoubt } from "./doubt.ts";
import { canBeAsked, postpone, scheduleCheck } from "./schedule.ts";

/**
 * Settles what a channel brought.
 *
 * @returns the session's records as they are then
 * @throws VerificationError `verification_failed` where the provider, asked, does not say what came in its name
 * @throws GatewayError where the provider had to be asked and could not be
 */
export async function settleVerified(
  checkout: Checkout,
  trip: Trip,
  verified: Verified,
  decidedBy: DecidedBy,
): Promise<Ledger> {
  const attemptId = trip.attempt.id;
  if (verified.proof === "signed") {
    return settleFact(checkout, trip.session.id, { attemptId, isProven: true, report: verified.report }, decidedBy);
  }
  const gateway = requireTripGateway(checkout, trip);
  const fact = isMoneyReport(verified.report)
    ? await confirmMoney(gateway, trip, verified)
    : await confirmEnd(gateway, trip, verified);
  return settleFact(checkout, trip.session.id, fact, decidedBy);
}

/**
 * Asks the provider how a trip stands and settles what it says.
 *
 * @returns what it said, and the session's records as they are then
 * @throws GatewayError where it could not be asked; the next question is then already scheduled
 */
export async function askProvider(
  checkout: Checkout,
  trip: Trip,
  decidedBy: DecidedBy,
): Promise<{ fetched: FetchedPayment; ledger: Ledger }> {
  try {
    return await askAndSettle(checkout, trip, decidedBy);
  } catch (error) {
    await postponeCheck(checkout, trip, decidedBy, error);
    if (!(error instanceof KeyConflictError)) throw error;
    throw new GatewayError("gateway_unavailable", "the provider names money that belongs to another payment", {
      cause: error,
      inDoubt: false,
    });
  }
}

async function askAndSettle(
  checkout: Checkout,
  trip: Trip,
  decidedBy: DecidedBy,
): Promise<{ fetched: FetchedPayment; ledger: Ledger }> {
  const gateway = requireTripGateway(checkout, trip);
  if (gateway.fetchPayment === undefined && trip.attempt.paymentSource === undefined)
    return { fetched: "unpaid", ledger: await readLedger(checkout, trip.session.id) };
  const { fetched, isRepeated } = await fetchStanding(checkout, gateway, trip, decidedBy);
  // The same answer as before says what was authorized, and nothing of what was done with it since.
  const isOutdated = isRepeated && trip.attempt.isAskable === true;
  const ledger = await changeSession(checkout, trip.session.id, decidedBy, (change) => {
    if (fetched !== "unpaid" && fetched !== "expired") {
      noteAuthorizationAnswered(change, trip.attempt.id, fetched.remoteState);
      decide(change, { attemptId: trip.attempt.id, isProven: true, report: fetched });
      if (gateway.repeatsCalls !== true && !isOutdated) resolveDoubt(change, trip.attempt.id, fetched);
    }
    if (!isOutdated) noteLapsed(change, trip.attempt.id, fetched);
    noteAsked(checkout, change, trip, typeof fetched === "string" ? fetched : fetched.outcome);
  });
  // It is no longer in doubt whether the money was asked for: now it is asked how it stands.
  return isOutdated ? askAndSettle(checkout, trip, decidedBy) : { fetched, ledger };
}

/** Asks how a trip stands; `isRepeated` where the answer is one that may have been given before. */
async function fetchStanding(
  checkout: Checkout,
  gateway: Gateway,
  trip: Trip,
  decidedBy: DecidedBy,
): Promise<{ fetched: FetchedPayment; isRepeated: boolean }> {
  const isAskedForMoney = gateway.repeatsCalls === true || trip.attempt.paymentSource !== undefined;
  const sent = isAskedForMoney ? await sendAuthorization(checkout, gateway, trip, decidedBy) : "over";
  if (sent !== "over") return sent;
  const fetched = gateway.repeatsCalls === true ? "unpaid" : ((await gateway.fetchPayment?.(trip)) ?? "unpaid");
  return { fetched, isRepeated: false };
}

/**
 * Asks for the money that there is a token for, where the provider cannot be asked how a trip stands, or a saved source
 * is charged. It is noted first, so that what a crash or a lost answer leaves behind is known to be in doubt, and that
 * nobody sends it at the same time; without doubt nothing is sent for a trip that is over.
 */
async function sendAuthorization(
  checkout: Checkout,
  gateway: Gateway,
  trip: Trip,
  decidedBy: DecidedBy,
): Promise<{ fetched: FetchedPayment; isRepeated: boolean } | "over"> {
  const attemptId = trip.attempt.id;
  const send =
    trip.attempt.paymentSource === undefined
      ? gateway.fetchPayment?.bind(gateway)
      : gateway.chargePaymentSource?.bind(gateway);
  if (send === undefined)
    throw new GatewayError("gateway_unavailable", `${gateway.id} cannot charge a source any more`);
  let standing: ReturnType<typeof noteAuthorizationSent> = "over";
  const ledger = await changeSession(checkout, trip.session.id, decidedBy, (change) => {
    standing = noteAuthorizationSent(change, attemptId);
  });
  if (standing === "over") return "over";
  if (standing === "under way") throw new CallUnderWayError(`${gateway.id} is being asked for this money already`);
  try {
    const fetched = await send(requireAttempt(ledger, ({ id }) => id === attemptId));
    return { fetched, isRepeated: standing === "again" };
  } catch (error) {
    // That this call was not sent does not say that an earlier one was not.
    if (!(error instanceof GatewayError) || error.inDoubt || standing !== "first") throw error;
    checkout.log.warn({ attemptId, gateway: gateway.id, err: error }, "an authorization did not reach the provider");
    const code = error.code === "circuit_open" ? "circuit_open" : "gateway_unavailable";
    // Nothing can come of it, and the customer may choose again at once.
    const fetched = { outcome: "failed", code, remoteState: "unsent", message: error.message } as const;
    return { fetched, isRepeated: false };
  }
}

/** Runs one change of a session that exists, and gives its records as they are then. */
export async function changeSession(
  checkout: Checkout,
  sessionId: string,
  decidedBy: DecidedBy,
  apply: (change: Change) => void,
): Promise<Ledger> {
  return checkout.store.transact(sessionId, (ledger) => {
    if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
    const change = new Change(ledger, decidedBy, checkout);
    apply(change);
    return change.commit((records) => records);
  });
}

/** Finds the gateway of a trip; one that is no longer configured is the operator's fault, not the customer's. */
export function requireTripGateway({ gateways }: Checkout, { attempt }: Trip): Gateway {
  const gateway = gateways.get(attempt.gateway);
  if (gateway === undefined) {
    throw new GatewayError("gateway_unavailable", `the gateway ${attempt.gateway} is no longer configured`);
  }
  return gateway;
}

/** Reads a session's records. @throws StateError `not_found` */
export async function readLedger({ store }: Checkout, sessionId: string): Promise<Ledger> {
  const ledger = await store.readLedger(sessionId);
  if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
  return ledger;
}

/** Finds an attempt among a session's records. @throws StateError `not_found` */
export function requireAttempt(ledger: Ledger, matches: (attempt: AttemptRecord) => boolean): Trip {
  const attempt = ledger.attempts.find(matches);
  if (attempt === undefined) throw new StateError("not_found", "there is no such attempt");
  return { session: ledger.session, attempt };
}

async function settleFact(checkout: Checkout, sessionId: string, fact: Fact, decidedBy: DecidedBy): Promise<Ledger> {
  try {
    return await changeSession(checkout, sessionId, decidedBy, (change) => decide(change, fact));
  } catch (error) {
    if (!(error instanceof KeyConflictError)) throw error;
    // Rule 5: one remote id belongs to one payment for ever; a second order cannot be paid with it.
    throw new VerificationError("this remote id belongs to another payment", {
      code: "verification_failed",
      cause: error,
    });
  }
}

async function confirmMoney(gateway: Gateway, trip: Trip, { report }: Verified): Promise<Fact> {
  if (!isMoneyReport(report)) throw new TypeError("only money needs this confirmation");
  if (gateway.fetchPayment === undefined) throw refuse("the provider cannot be asked");
  const fetched = await gateway.fetchPayment(trip);
  if (fetched === "unpaid" || fetched === "expired") throw refuse(`the provider, asked, says ${fetched}`);
  const isSame =
    !isMoneyReport(fetched) ||
    (fetched.amount === report.amount &&
      fetched.currency === report.currency &&
      fetched.environment === report.environment);
  if (!isSame) throw refuse("the provider, asked, says another amount");
  return { attemptId: trip.attempt.id, isProven: true, report: fetched };
}

async function confirmEnd(gateway: Gateway, trip: Trip, { report }: Verified): Promise<Fact> {
  const hint: Fact = { attemptId: trip.attempt.id, isProven: false, report };
  if (isMoneyReport(report) || gateway.fetchPayment === undefined) return hint;
  try {
    const fetched = await gateway.fetchPayment(trip);
    return fetched === "unpaid" || fetched === "expired" ? hint : { ...hint, isProven: true, report: fetched };
  } catch (error) {
    // An end frees the customer to try again and costs nothing; the provider is still asked later.
    if (error instanceof GatewayError) return hint;
    throw error;
  }
}

function refuse(message: string): VerificationError {
  return new VerificationError(message, { code: "verification_failed" });
}

async function postponeCheck(checkout: Checkout, trip: Trip, decidedBy: DecidedBy, error: unknown): Promise<void> {
  await changeSession(checkout, trip.session.id, decidedBy, (change) => {
    const attempt = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
    if (attempt === undefined) return;
    // The answer to the other call may still come; only what is due has to be put off until then.
    const isUnderWay = error instanceof CallUnderWayError;
    const { dueAt } = change.ledger;
    if (isUnderWay && (dueAt === undefined || dueAt > change.time)) return;
    attempt.checkedAt = change.time;
    postpone(attempt, checkout.schedule, change.now, { isFailure: !isUnderWay });
    if (!isUnderWay) noteAuthorizationUnanswered(attempt);
    if (attempt.state === "started") change.postponeExpiry(attempt.nextCheckAt ?? "");
    change.record("attempt.check_failed", {
      attempt,
      data: { code: error instanceof GatewayError ? error.code : "provider_error" },
    });
  });
}

function noteAsked(checkout: Checkout, change: Change, trip: Trip, answer: string): void {
  const attempt = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
  const gateway = requireTripGateway(checkout, trip);
  if (attempt === undefined) return;
  const isLive = attempt.state === "started" && canBeAsked(gateway);
  if (attempt.nextCheckAt === undefined && !isLive) return;
  attempt.checks += 1;
  attempt.checkedAt = change.time;
  delete attempt.failedChecks;
  scheduleCheck({ attempt, ledger: change.ledger, gateway }, checkout.schedule, change.now);
  change.record("attempt.checked", { attempt, data: { answer } });
}
