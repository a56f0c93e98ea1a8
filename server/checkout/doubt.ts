import type { Report } from "../gateways/gateway.ts";
import type { Change } from "./change.ts";

/** Longer than any call to a provider may take: an operation younger than this may still be under way. */
const UNDER_WAY_MS = 60_000;

/**
 * Ends the doubt about a capture whose answer never came, from what the provider says now: money that is still only
 * authorized was not captured. (Money that was is settled as any success.)
 */
export function resolveDoubt(change: Change, attemptId: string, report: Report): void {
  if (report.outcome !== "authorized") return;
  for (const payment of change.ledger.payments) {
    if (payment.attemptId !== attemptId || payment.state !== "authorization") continue;
    for (const operation of payment.operations) {
      const age = change.now.getTime() - Date.parse(operation.createdAt);
      if (operation.type !== "capture" || operation.status !== "unknown" || age < UNDER_WAY_MS) continue;
      operation.status = "failed";
      operation.errorCode = "provider_error";
      operation.message = "the provider, asked, says that the money was not captured";
      change.record("operation.failed", { payment, operationId: operation.id, remoteState: report.remoteState });
    }
  }
}
