/**
 * The customer's browser comes back from the provider. What it brings is a hint: the gateway proves it, or it changes
 * nothing; in both cases the customer goes on to the shop, which asks the server.
 */
import { PATHS, SESSION_PARAMETER } from "../../shared/paths.ts";
import { CheckoutError, GatewayError, StateError, StoreError, VerificationError } from "../errors.ts";
import type { ProviderRequest, Trip } from "../gateways/gateway.ts";
import { ledgerKey } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { decide } from "./decide.ts";
import { hashSecret } from "./ids.ts";
import {
  askProvider,
  changeSession,
  readLedger,
  requireAttempt,
  requireTripGateway,
  settleVerified,
} from "./settle.ts";
import { settleToken } from "./settle-token.ts";

/** Finds the trip to which a token in a return or cancel address belongs. @throws StateError `not_found` */
export async function findTripByToken(checkout: Checkout, token: string): Promise<Trip> {
  const tokenHash = hashSecret(token);
  const sessionId = await checkout.store.findSessionId(ledgerKey.attemptToken(tokenHash));
  if (sessionId === null) throw new StateError("not_found", `nothing is known at ${PATHS.return("…")}`);
  const ledger = await readLedger(checkout, sessionId);
  return requireAttempt(ledger, (attempt) => attempt.tokenHash === tokenHash);
}

/**
 * Settles a return. Never throws for what the provider or the browser did: that is logged, and the session stays as
 * it is.
 *
 * @throws StoreError where it could not be written: what the customer brought may be the only proof there is
 */
export async function settleReturn(checkout: Checkout, trip: Trip, request: ProviderRequest): Promise<void> {
  const isDone = trip.attempt.state === "settled" && trip.session.status === "complete";
  try {
    const verified = await requireTripGateway(checkout, trip).verifyReturn(request, trip);
    // What is done is not asked about again; proven news may still be of other money.
    if (isDone && verified.proof !== "signed") return;
    if (verified.proof === "token") await settleToken(checkout, trip, verified.paymentSourceToken);
    else await settleVerified(checkout, trip, verified, "return");
  } catch (error) {
    if (!(error instanceof CheckoutError) || error instanceof StoreError || error.code === "internal_error")
      throw error;
    // Whoever comes back again without any proof forges nothing.
    if (isDone && error.code === "signature_invalid") return;
    logUnsettled(checkout, trip, error);
  }
}

/**
 * Ends an attempt whose customer came back without paying, unless the provider, asked, knows of money; tells whether
 * the session is still to be paid.
 */
export async function settleCancel(checkout: Checkout, trip: Trip): Promise<boolean> {
  if (trip.attempt.state !== "started") return !hasMoney(trip.session);
  try {
    await askProvider(checkout, trip, "return");
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    logUnsettled(checkout, trip, error);
  }
  const { session } = await changeSession(checkout, trip.session.id, "customer", (change) => {
    decide(change, {
      attemptId: trip.attempt.id,
      isProven: false,
      report: { outcome: "cancelled", remoteState: trip.attempt.remoteState ?? "cancelled by the customer" },
    });
  });
  return !hasMoney(session);
}

function hasMoney({ status }: Trip["session"]): boolean {
  return status === "complete" || status === "pending";
}

/** Where the customer goes on to in the shop: a hint, never a result. */
export function shopAddress(session: Trip["session"], wasCancelled: boolean): string {
  const url = new URL(wasCancelled ? session.cancelUrl : session.returnUrl);
  url.searchParams.set(SESSION_PARAMETER, session.id);
  return url.href;
}

function logUnsettled(checkout: Checkout, trip: Trip, error: CheckoutError): void {
  const { session, attempt } = trip;
  const detail = { sessionId: session.id, attemptId: attempt.id, gateway: attempt.gateway, err: error };
  const isForged = error instanceof VerificationError;
  if (isForged) checkout.onForgedReturn?.(attempt.gateway);
  checkout.log.warn(detail, isForged ? "a return could not be verified" : "a return could not be settled yet");
}
