/**
 * Sends a session on a trip to a provider.
 *
 * 1. The provider of a live attempt is asked about it first; if that was paid, there is nothing to start.
 * 2. The attempt is stored, and the live one superseded, before the new provider hears of it.
 * 3. The gateway prepares the trip; what it learned, or why it failed, is stored before the customer is sent.
 */
import type { StartedAttempt } from "../../shared/records.ts";
import { PATHS } from "../../shared/paths.ts";
import type { StartAttemptRequest } from "../../shared/requests.ts";
import { CallUnderWayError, CheckoutError, GatewayError, InputError, StateError } from "../errors.ts";
import type { Gateway, Start, Trip, TripUrls } from "../gateways/gateway.ts";
import type { AttemptRecord, Ledger } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import { requireGateway, type Checkout, type KeepAnswer } from "./checkout.ts";
import { decide, endAttempt } from "./decide.ts";
import { expireWhenDue } from "./due-work.ts";
import { hashSecret, newId, newReference, newToken } from "./ids.ts";
import { scheduleCheck } from "./schedule.ts";
import { findUnasked } from "./live-attempts.ts";
import { askProvider, changeSession, readLedger } from "./settle.ts";
import { offeredGateways, pageUrl, viewAttempt } from "./view.ts";

/** No customer tries more often; each attempt makes the session's records longer, and they are written as one. */
const MAX_ATTEMPTS = 100;

/** A request to start, with the page's origin, the target of its messages. */
export interface StartAttempt extends StartAttemptRequest {
  origin?: string;
}

/**
 * Starts an attempt at a gateway that the session offers.
 *
 * @throws StateError `session_complete`, `session_closed`, `invalid_state` while money is pending or asked for, or where
 * another attempt has taken over, `rate_limited` after 100 attempts
 * @throws InputError where gateway or presentation is not offered
 * @throws GatewayError where the provider refuses or cannot be reached; the attempt is then stored as failed
 */
export async function startAttempt(
  checkout: Checkout,
  sessionId: string,
  request: StartAttempt,
  keep?: KeepAnswer<StartedAttempt>,
): Promise<StartedAttempt> {
  let before = await expireWhenDue(checkout, sessionId);
  assertStartable(checkout, before);
  const gateway = chooseGateway(checkout, before, request);
  const token = newToken();
  const asked = new Map<string, Trip>();
  let trip: Trip | undefined;
  while (trip === undefined) {
    await askAboutLiveAttempts(checkout, before, asked);
    trip = await storeAttempt(checkout, sessionId, gateway, request, { token, asked });
    if (trip === undefined) before = await readLedger(checkout, sessionId);
  }
  await Promise.all([...asked.values()].map((old) => callOff(checkout, old)));
  const start = await prepareTrip(checkout, gateway, trip, token);
  return finishStart(checkout, gateway, trip, start, keep);
}

/** Refuses a session that cannot be paid now. @throws StateError */
export function assertPayable({ session }: Ledger): void {
  switch (session.status) {
    case "open":
      return;
    case "complete":
      throw new StateError("session_complete", "this checkout session is already paid");
    case "pending":
      throw stillProcessed();
    case "expired":
    case "cancelled":
      throw new StateError("session_closed", `this checkout session is ${session.status}`);
  }
}

function stillProcessed(headers: Record<string, string> = {}): StateError {
  return new StateError("invalid_state", "a payment of this checkout session is still being processed", { headers });
}

function assertStartable({ now, environment }: Checkout, ledger: Ledger): void {
  const { session } = ledger;
  assertPayable(ledger);
  // It may still be open, because the provider of an earlier attempt must be asked first and cannot be.
  if (session.expiresAt <= now().toISOString()) {
    throw new StateError("session_closed", "the time of this checkout session has run out");
  }
  if (session.environment !== environment) {
    throw new StateError("session_closed", `this checkout session is one of the ${session.environment} environment`);
  }
  assertNotWornOut(ledger);
}

/** @throws StateError `rate_limited` after 100 attempts */
export function assertNotWornOut({ attempts }: Ledger): void {
  if (attempts.length >= MAX_ATTEMPTS) {
    throw new StateError("rate_limited", `this checkout session has been tried ${MAX_ATTEMPTS} times`);
  }
}

function chooseGateway(checkout: Checkout, { session }: Ledger, request: StartAttempt): Gateway {
  const offered = offeredGateways(checkout, session, session.gateway);
  const wanted = request.gateway ?? session.gateway ?? (offered.length === 1 ? offered[0]?.id : undefined);
  if (wanted === undefined) {
    throw new InputError([
      { path: "/gateway", message: `is required: one of ${offered.map(({ id }) => id).join(", ")}` },
    ]);
  }
  const gateway = requireGateway(checkout, wanted);
  if (!offered.includes(gateway)) {
    throw new InputError([{ path: "/gateway", message: `must be one of ${offered.map(({ id }) => id).join(", ")}` }]);
  }
  if (!gateway.presentations.includes(request.presentation)) {
    throw new InputError([
      { path: "/presentation", message: `must be one of ${gateway.presentations.join(", ")} for ${gateway.id}` },
    ]);
  }
  if (request.presentation !== "redirect" && !checkout.storefronts.has(request.origin ?? "")) {
    throw new StateError("forbidden", "iframe and popup need the Origin header of a configured storefront");
  }
  return gateway;
}

/** Asks about each live attempt that is not in `asked` yet, and adds it. */
async function askAboutLiveAttempts(checkout: Checkout, before: Ledger, asked: Map<string, Trip>): Promise<void> {
  for (const attempt of findUnasked(before, asked)) {
    const trip = { session: before.session, attempt };
    asked.set(attempt.id, trip);
    try {
      const { ledger } = await askProvider(checkout, trip, "fetch");
      assertPayable(ledger);
    } catch (error) {
      // It is asked for the money right now, and the customer would pay twice.
      if (error instanceof CallUnderWayError) throw stillProcessed({ "Retry-After": "1" });
      // A provider that cannot be asked must not keep the customer from another one: the old attempt is asked about
      // later, and a second payment would be held as a duplicate.
      if (!(error instanceof GatewayError)) throw error;
      checkout.log.warn({ attemptId: trip.attempt.id, err: error }, "the live attempt could not be asked about");
    }
  }
}

/** Stores the new attempt; gives `undefined` where yet another was started that nobody has asked about. */
async function storeAttempt(
  checkout: Checkout,
  sessionId: string,
  gateway: Gateway,
  request: StartAttempt,
  { token, asked }: { token: string; asked: ReadonlyMap<string, Trip> },
): Promise<Trip | undefined> {
  const id = newId("at");
  const ledger = await changeSession(checkout, sessionId, "customer", (change) => {
    assertStartable(checkout, change.ledger);
    if (findUnasked(change.ledger, asked).length > 0) return;
    for (const old of change.ledger.attempts) endAttempt(change, old, "superseded");
    const attempt = newAttempt(change, gateway, request, { id, token });
    change.ledger.attempts.push(attempt);
    scheduleCheck({ attempt, ledger: change.ledger, gateway }, checkout.schedule, change.now);
    change.record("attempt.started", { attempt });
  });
  const attempt = ledger.attempts.find((one) => one.id === id);
  return attempt && { session: ledger.session, attempt };
}

/** Makes the record of one trip; without a presentation where the customer is not sent anywhere. */
export function newAttempt(
  { ledger: { session }, time }: Change,
  { id: gatewayId, capturesSeparately = false }: Gateway,
  { presentation, nonce, origin }: Partial<StartAttempt>,
  { id, token }: { id: string; token: string },
): AttemptRecord {
  return {
    id,
    gateway: gatewayId,
    state: "started",
    ...(presentation === undefined ? {} : { presentation }),
    amount: session.amount,
    currency: session.currency,
    environment: session.environment,
    createdAt: time,
    reference: newReference(),
    tokenHash: hashSecret(token),
    checks: 0,
    ...(capturesSeparately && session.capture === "automatic" ? { isCapturedAtOnce: true } : {}),
    ...(nonce === undefined ? {} : { nonce }),
    ...(origin === undefined ? {} : { origin }),
  };
}

async function callOff(checkout: Checkout, trip: Trip): Promise<void> {
  try {
    await checkout.gateways.get(trip.attempt.gateway)?.cancelAttempt?.(trip);
  } catch (error) {
    checkout.log.warn({ attemptId: trip.attempt.id, err: error }, "a superseded attempt could not be called off");
  }
}

async function prepareTrip(checkout: Checkout, gateway: Gateway, trip: Trip, token: string): Promise<Start> {
  try {
    return await gateway.start(trip, tripUrls(checkout, trip, token));
  } catch (error) {
    await changeSession(checkout, trip.session.id, "gateway", (change) => {
      const draft = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
      if (draft === undefined || draft.state !== "started") return;
      draft.state = "failed";
      draft.endedAt = change.time;
      draft.code = error instanceof CheckoutError ? error.code : "internal_error";
      if (error instanceof GatewayError) draft.message = error.message;
      delete draft.nextCheckAt;
      change.record("attempt.failed", { attempt: draft, data: { code: draft.code } });
    });
    throw error;
  }
}

function tripUrls(checkout: Checkout, { session, attempt }: Trip, token: string): TripUrls {
  const absolute = (path: string) => `${checkout.publicUrl}${path}`;
  return {
    returnUrl: absolute(PATHS.return(token)),
    cancelUrl: absolute(PATHS.cancel(token)),
    notifyUrl: absolute(PATHS.notify(attempt.gateway)),
    pageUrl: pageUrl(checkout, session.pageToken),
  };
}

async function finishStart(
  checkout: Checkout,
  gateway: Gateway,
  trip: Trip,
  start: Start,
  keep: KeepAnswer<StartedAttempt> | undefined,
): Promise<StartedAttempt> {
  return checkout.store.transact(trip.session.id, (ledger) => {
    if (ledger === null) throw new StateError("not_found", "there is no such checkout session");
    const change = new Change(ledger, "gateway", checkout);
    const attempt = change.ledger.attempts.find(({ id }) => id === trip.attempt.id);
    if (attempt === undefined) throw new StateError("not_found", "there is no such attempt");
    if (attempt.state === "superseded") {
      throw new StateError("invalid_state", "a newer attempt of this checkout session has taken over");
    }
    // Called off, or paid, while the provider prepared the trip: nobody is sent on it any more.
    assertPayable(ledger);
    if (attempt.state !== "started") throw new StateError("invalid_state", `this attempt is already ${attempt.state}`);
    if (start.remoteId !== undefined) attempt.remoteId = start.remoteId;
    if (start.expiresAt !== undefined) attempt.expiresAt = start.expiresAt;
    change.record("attempt.prepared", { attempt });
    if (start.report !== undefined) {
      decide(change, { attemptId: attempt.id, isProven: true, report: start.report });
    }
    scheduleCheck({ attempt, ledger: change.ledger, gateway }, checkout.schedule, change.now);
    return change.commit(() => ({ attempt: viewAttempt(attempt, "customer"), handoff: start.handoff }), keep);
  });
}
