/**
 * Authorizations lapse: when the provider, asked, says that a trip is no longer payable, or when the time is over that it
 * gave, and it was asked once more and knows of nothing else. What is in doubt by then is known first. Money that was on
 * its way when the provider says so will not come.
 */
import type { FetchedPayment } from "../gateways/gateway.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import type { Change } from "./change.ts";
import { decide } from "./decide.ts";
import { forgetUnanswered, isInDoubt } from "./doubt.ts";
import { applyTransition } from "./payment.ts";

/** Tells whether the time of an authorization is over. */
export function isLapsed({ state, authorizationExpiresAt }: PaymentRecord, time: string): boolean {
  return state === "authorization" && authorizationExpiresAt !== undefined && authorizationExpiresAt <= time;
}

/** Ends the authorizations of an attempt that have lapsed, by what the provider has just said. */
export function noteLapsed(change: Change, attemptId: string, fetched: FetchedPayment): void {
  const isComing = change.ledger.payments.some((one) => one.attemptId === attemptId && one.state === "pending");
  if (fetched === "expired" && isComing) {
    decide(change, { attemptId, isProven: true, report: { outcome: "failed", remoteState: "expired" } });
  }
  for (const payment of change.ledger.payments) {
    if (payment.attemptId !== attemptId || payment.state !== "authorization") continue;
    if (fetched === "expired") forgetUnanswered(change, payment);
    if (isInDoubt(payment)) continue;
    if (fetched !== "expired" && !isLapsed(payment, change.time)) continue;
    applyTransition(payment, "expire", { time: change.time });
    delete payment.operationDue;
    // There is nothing more to be asked about.
    const attempt = change.ledger.attempts.find(({ id }) => id === attemptId);
    delete attempt?.nextCheckAt;
    change.record("payment.authorization_expired", { payment });
  }
}
