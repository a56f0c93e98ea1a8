/**
 * Pays a session with a saved source, without the customer:
 *
 * 1. The session is created with an attempt that carries the source's token, in one commit: whatever happens then, it is
 *    charged once, by whoever does what is due.
 * 2. The provider is sent the charge as an authorization is (`settle.ts`): noted before, with the attempt's id as the
 *    key, and again with the same one where no answer came.
 * 3. What it says is decided as everything else is. Declined, the session stays open for the customer.
 */
import type { InputIssue } from "../../shared/problems.ts";
import type { Customer } from "../../shared/records.ts";
import { CallUnderWayError, GatewayError, InputError } from "../errors.ts";
import type { AttemptRecord, SourceRecord } from "../stores/ledger.ts";
import type { Change } from "./change.ts";
import { requireGateway, type Checkout } from "./checkout.ts";
import { carryOutDueOperation } from "./due-operation.ts";
import { newId, newToken } from "./ids.ts";
import { callInUse } from "./order-call.ts";
import { findSource } from "./payment-sources.ts";
import { secondsAfter } from "./schedule.ts";
import { askProvider, readLedger, requireAttempt } from "./settle.ts";
import { newAttempt } from "./start-attempt.ts";

/** What a request for a session says that a source has to fit. */
interface ChargeRequest {
  paymentSource?: string | undefined;
  gateway?: string | undefined;
  customer?: Customer | undefined;
}

/**
 * Finds the source that a session is to be paid with.
 *
 * @throws InputError where it cannot be charged for this session
 */
export async function findChargeableSource(
  checkout: Checkout,
  { paymentSource: id, gateway, customer }: ChargeRequest,
): Promise<SourceRecord | undefined> {
  if (id === undefined) return undefined;
  const source = await findSource(checkout, id);
  if (source === undefined || source.environment !== checkout.environment) {
    throw new InputError([{ path: "/paymentSource", message: "is no payment source that is saved here" }]);
  }
  const issues: InputIssue[] = [];
  if (checkout.gateways.get(source.gateway)?.chargePaymentSource === undefined) {
    issues.push({ path: "/paymentSource", message: "is of a gateway that cannot charge it" });
  }
  if (gateway !== undefined && gateway !== source.gateway) {
    issues.push({ path: "/gateway", message: `must be ${source.gateway}, as the payment source is` });
  }
  if (customer !== undefined && !isOf(source, customer)) {
    issues.push({ path: "/customer", message: "must be the customer of the payment source" });
  }
  if (issues.length > 0) throw new InputError(issues);
  return source;
}

/** Adds the attempt that charges a source to a session in which no other is live. */
export function addCharge(checkout: Checkout, change: Change, source: SourceRecord): AttemptRecord {
  const gateway = requireGateway(checkout, source.gateway);
  // Nobody comes back from it: its token is known to nobody.
  const attempt = newAttempt(change, gateway, {}, { id: newId("at"), token: newToken() });
  attempt.paymentSource = source.id;
  if (gateway.fetchPayment !== undefined && gateway.repeatsCalls !== true) attempt.isAskable = true;
  if (source.paymentSourceToken !== undefined) attempt.paymentSourceToken = source.paymentSourceToken;
  if (source.customerToken !== undefined) attempt.customerToken = source.customerToken;
  // Longer than the call that follows takes; after a crash it is made then.
  attempt.nextCheckAt = secondsAfter(change.now, checkout.schedule.retryAfterSeconds);
  change.ledger.attempts.push(attempt);
  change.record("attempt.started", { attempt });
  return attempt;
}

/**
 * Charges a source as an attempt of a session says, or asks again what came of it. Where no answer comes, it is asked
 * for again later.
 *
 * @throws StateError `idempotency_key_in_use` while another call sends the same charge
 */
export async function chargeSource(checkout: Checkout, sessionId: string, attemptId: string): Promise<void> {
  const trip = requireAttempt(await readLedger(checkout, sessionId), ({ id }) => id === attemptId);
  try {
    const { ledger } = await askProvider(checkout, trip, "merchant");
    for (const payment of ledger.payments) await carryOutDueOperation(checkout, payment);
  } catch (error) {
    if (error instanceof CallUnderWayError) throw callInUse();
    if (!(error instanceof GatewayError)) throw error;
    checkout.log.warn({ sessionId, attemptId, err: error }, "it is not known yet whether a source was charged");
  }
}

function isOf({ customer }: SourceRecord, { reference, email }: Customer): boolean {
  const isSame = (one: string | undefined, other: string | undefined) => one !== undefined && one === other;
  const isOther = (one: string | undefined, other: string | undefined) =>
    one !== undefined && other !== undefined && one !== other;
  return (
    (isSame(reference, customer.reference) || isSame(email, customer.email)) &&
    !isOther(reference, customer.reference) &&
    !isOther(email, customer.email)
  );
}
