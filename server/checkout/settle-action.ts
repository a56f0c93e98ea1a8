import { setTimeout as wait } from "node:timers/promises";
import { StateError } from "../errors.ts";
import type { ActionNotification, Report } from "../gateways/gateway.ts";
import { ledgerKey, type AttemptRecord, type PaymentRecord } from "../stores/ledger.ts";
import { noteOutcome } from "./carry-out.ts";
import type { Change } from "./change.ts";
import type { Checkout } from "./checkout.ts";
import { decide } from "./decide.ts";
import { changeSession } from "./settle.ts";

/** A provider's webhook may overtake its own answer, which is what makes its action known: three seconds in all. */
const LOOK_AGAIN_AFTER_MS = [100, 200, 400, 800, 1600];

/**
 * Ends what a provider had called pending: the operation, or the authorization, to which it gave this action's id. Only
 * its outcome and what is said of it can change, never an amount or an id; what has ended already stays as it is.
 *
 * @throws StateError `not_found` for an action that is not known here
 */
export async function settleAction(checkout: Checkout, gatewayId: string, action: ActionNotification): Promise<void> {
  const sessionId = await findSessionId(checkout, ledgerKey.action(gatewayId, checkout.environment, action.actionId));
  await changeSession(checkout, sessionId, "notification", (change) => {
    const isOwn = ({ gateway }: AttemptRecord | PaymentRecord) => gateway === gatewayId;
    for (const payment of change.ledger.payments.filter(isOwn)) {
      const operation = payment.operations.find(({ actionId }) => actionId === action.actionId);
      if (operation?.status !== "pending") continue;
      const { isSuccess, remoteState, ...said } = action;
      noteOutcome(change, payment, operation, {
        status: isSuccess ? "succeeded" : "failed",
        ...(isSuccess ? { remoteState } : {}),
        ...(said.errorCode === undefined ? {} : { errorCode: said.errorCode }),
        ...(said.message === undefined ? {} : { message: said.message }),
        ...(said.details === undefined ? {} : { details: said.details }),
      });
    }
    const attempt = change.ledger.attempts.filter(isOwn).find(({ actionId }) => actionId === action.actionId);
    if (attempt !== undefined) settleAuthorization(change, attempt, action);
  });
}

async function findSessionId(
  { store, lookAgainAfterMs = LOOK_AGAIN_AFTER_MS }: Checkout,
  key: string,
): Promise<string> {
  for (const delayMs of [0, ...lookAgainAfterMs]) {
    if (delayMs > 0) await wait(delayMs);
    const sessionId = await store.findSessionId(key);
    if (sessionId !== null) return sessionId;
  }
  throw new StateError("not_found", "the notification is about no action that is known here");
}

function settleAuthorization(change: Change, attempt: AttemptRecord, action: ActionNotification): void {
  const payment = change.ledger.payments.find(({ attemptId }) => attemptId === attempt.id);
  // Money that came after all is still money; everything else was decided when it came first.
  const isOpen = payment?.state === "pending" || (payment?.state === "failed" && action.isSuccess);
  if (payment === undefined || !isOpen) return;
  const { remoteState, message, details, errorCode } = action;
  const said = {
    ...details,
    ...(errorCode === undefined ? {} : { error_code: errorCode }),
    ...(message === undefined ? {} : { message }),
  };
  if (Object.keys(said).length > 0) payment.remoteDetails = { ...payment.remoteDetails, ...said };
  const { remoteId, amount, currency, environment } = payment;
  const report: Report = action.isSuccess
    ? { outcome: "authorized", remoteId, remoteState: "authorized", amount, currency, environment }
    : {
        outcome: "declined",
        code: "gateway_declined",
        remoteState,
        ...(message === undefined ? {} : { message }),
      };
  decide(change, { attemptId: attempt.id, isProven: true, report });
}
