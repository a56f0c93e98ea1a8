/**
 * What the merchant should look at, and until when:
 *
 * | reason | from | until |
 * |---|---|---|
 * | `duplicate` | money beside the payment that counts, unless it is given back by itself | nothing of it is left |
 * | `amount_mismatch`, `currency_mismatch`, `environment_mismatch` | a success that did not match | the same money comes as it should be |
 * | `operation_in_doubt` | a call to the provider whose answer never came | it is known what it did |
 * | `contradicted` | the provider says of a payment what its state leaves no room for | it is acknowledged |
 * | `late` | money that came after the session had expired or been cancelled | an operation on it, or nothing of it is left |
 * | `operation_failed` | the latest operation of a payment failed | another one is made, or none is possible |
 *
 * The merchant ends any but a doubt by acknowledging the session: what is known by then is not brought up again, and
 * what happens later is.
 */
import { ATTENTION_REASONS, canTransition, type AttentionReason } from "../../shared/states.ts";
import type { AttemptRecord, Ledger, PaymentRecord } from "../stores/ledger.ts";
import { isUnderWay } from "./doubt.ts";
import { nameMismatch, openMismatchesOf } from "./mismatch.ts";

/** One thing to look at, and a name for it, which says what the merchant knows who has acknowledged it. */
interface Concern {
  reason: AttentionReason;
  name: string;
}

/** Writes down what there is to look at in a session and in each of its payments. */
export function noteAttention({ session, attempts, payments }: Ledger, now: Date): void {
  const acknowledged = new Set(session.acknowledged);
  const isOpen = ({ reason, name }: Concern) => reason === "operation_in_doubt" || !acknowledged.has(name);
  const all = attempts.flatMap((attempt) => concernsOfAttempt(attempt, payments)).filter(isOpen);
  for (const payment of payments) {
    const concerns = concernsOfPayment(payment, now).filter(isOpen);
    setReasons(payment, concerns);
    all.push(...concerns);
  }
  setReasons(session, all);
}

/** Names everything that the merchant can acknowledge: a doubt is not up to the merchant. */
export function namesToAcknowledge({ attempts, payments }: Ledger, now: Date): string[] {
  const concerns = [
    ...attempts.flatMap((attempt) => concernsOfAttempt(attempt, payments)),
    ...payments.flatMap((payment) => concernsOfPayment(payment, now)),
  ];
  return concerns.flatMap(({ reason, name }) => (reason === "operation_in_doubt" ? [] : [name]));
}

function setReasons(record: { attention?: AttentionReason[] | undefined }, concerns: readonly Concern[]): void {
  const reasons = ATTENTION_REASONS.filter((reason) => concerns.some((concern) => concern.reason === reason));
  if (reasons.length === 0) delete record.attention;
  else record.attention = reasons;
}

function concernsOfAttempt(attempt: AttemptRecord, payments: readonly PaymentRecord[]): Concern[] {
  const { id } = attempt;
  const concerns = openMismatchesOf(attempt, payments).flatMap((mismatch): Concern[] => {
    const reason = ATTENTION_REASONS.find((one) => one === mismatch.code);
    return reason === undefined ? [] : [{ reason, name: nameMismatch(mismatch).replace(" ", ` ${id} `) }];
  });
  if (attempt.isAuthorizationUnanswered === true) {
    concerns.push({ reason: "operation_in_doubt", name: `operation_in_doubt ${id}` });
  }
  return concerns;
}

function concernsOfPayment(payment: PaymentRecord, now: Date): Concern[] {
  const { id, operations, contradictedAt } = payment;
  const concerns: Concern[] = [];
  const add = (reason: AttentionReason, what: string) => concerns.push({ reason, name: `${reason} ${what}` });
  if (payment.duplicateOf !== undefined && payment.operationDue === undefined && isHeld(payment)) add("duplicate", id);
  const isTouched = operations.some(({ status }) => status === "succeeded");
  if (payment.late === true && !isTouched && isHeld(payment)) add("late", id);
  for (const operation of operations) {
    const { status, errorCode } = operation;
    // While its call is under way an answer may still come.
    const isUnanswered = status === "unknown" && (errorCode !== undefined || !isUnderWay(operation, now));
    if (isUnanswered) add("operation_in_doubt", operation.id);
  }
  const latest = operations.at(-1);
  if (latest?.status === "failed" && canTransition(latest.type, payment.state)) add("operation_failed", latest.id);
  if (contradictedAt !== undefined) add("contradicted", `${id} ${contradictedAt}`);
  return concerns;
}

/** Tells whether there is money of a payment that could go back to the customer. */
export function isHeld({ state }: PaymentRecord): boolean {
  return canTransition("refund", state) || canTransition("void", state);
}
