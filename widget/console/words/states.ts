import type { DeliveryStatus } from "../../../shared/deliveries.ts";
import type { ProblemCode } from "../../../shared/problems.ts";
import type {
  AttentionReason,
  AttemptState,
  OperationType,
  PaymentState,
  SessionStatus,
} from "../../../shared/states.ts";
import type { ConsoleProblem } from "../client.ts";

/** How something is to be taken: it went well, it waits, it needs somebody, or it is merely over. */
export type Tone = "good" | "wait" | "bad" | "calm";

/** Each state of a payment in a word or two. */
export const PAYMENT_WORDS: Readonly<Record<PaymentState, readonly [string, Tone]>> = {
  authorization: ["Authorized", "wait"],
  pending: ["Pending", "wait"],
  completed: ["Paid", "good"],
  failed: ["Failed", "calm"],
  authorization_voided: ["Voided", "calm"],
  voided: ["Voided", "calm"],
  authorization_expired: ["Authorization expired", "calm"],
  partially_refunded: ["Partly refunded", "good"],
  refunded: ["Refunded", "calm"],
};

/** Each status of a session in a word. */
export const SESSION_WORDS: Readonly<Record<SessionStatus, readonly [string, Tone]>> = {
  open: ["Open", "wait"],
  pending: ["Pending", "wait"],
  complete: ["Complete", "good"],
  expired: ["Expired", "calm"],
  cancelled: ["Cancelled", "calm"],
};

/** Each state of an attempt in a word. */
export const ATTEMPT_WORDS: Readonly<Record<AttemptState, string>> = {
  started: "Under way",
  settled: "Settled",
  declined: "Declined",
  cancelled: "Cancelled",
  expired: "Expired",
  superseded: "Replaced by a later one",
  failed: "Failed",
};

/** How each webhook stands in a word or two. */
export const DELIVERY_WORDS: Readonly<Record<DeliveryStatus, readonly [string, Tone]>> = {
  due: ["On its way", "wait"],
  delivered: ["Delivered", "good"],
  dead: ["Given up", "bad"],
};

/** Why somebody should look: what happened, and what to do. */
export const ATTENTION_WORDS: Readonly<Record<AttentionReason, readonly [what: string, todo: string]>> = {
  duplicate: ["Paid twice", "Give one of the two back."],
  amount_mismatch: ["Paid with another amount", "It does not count: settle it with the provider."],
  currency_mismatch: ["Paid in another currency", "It does not count: settle it with the provider."],
  environment_mismatch: ["Paid in the wrong environment", "It does not count: check the gateway's keys."],
  operation_in_doubt: ["A call's answer never came", "Ask the provider before you try again."],
  contradicted: ["The provider contradicts our books", "Compare both, and correct the one that is wrong."],
  late: ["Paid after the order was closed", "Deliver after all, or give it back."],
  operation_failed: ["The provider refused", "Read why, and try again or give up."],
};

/** What an operation is called: to do it, and done. */
export const OPERATION_WORDS: Readonly<Record<OperationType, readonly [noun: string, done: string]>> = {
  capture: ["capture", "captured"],
  void: ["void", "voided"],
  refund: ["refund", "refunded"],
};

const AGAIN = "Nothing was done. Try again in a moment.";
const REPORT = "If it stays so, look for the request's id in the server's log.";

/** What to do about each problem. */
const ADVICE: Readonly<Record<ProblemCode | "network_error" | "unexpected_answer", string>> = {
  malformed_request: REPORT,
  invalid_input: "Correct what is named and try again.",
  unsupported_media_type: REPORT,
  payload_too_large: REPORT,
  unauthorized: "Sign in with the secret key of this server.",
  forbidden: "This key may not do that.",
  not_found: "Check the id: it may belong to another server or environment.",
  method_not_allowed: REPORT,
  session_complete: "It is paid already: look at its payment.",
  session_closed: "It is closed: create a new session.",
  invalid_state: "It has changed meanwhile: look at how it stands now.",
  operation_in_doubt: "Ask the provider first: an earlier operation may or may not have been done.",
  verification_failed: "Nothing was believed. Compare with the provider's own pages.",
  amount_too_large: "Enter a smaller amount.",
  unsupported_operation: "Do it on the provider's own pages.",
  idempotency_key_reused: "Close this and start again.",
  idempotency_key_in_use: "The same request is still running: wait, then look at how it stands.",
  signature_invalid: REPORT,
  gateway_declined: "Nothing was done. The provider says why; try again or do it on its own pages.",
  gateway_unavailable: AGAIN,
  circuit_open: "The provider failed too often, and is left alone. Reset its circuit when it works again.",
  rate_limited: "Wait a minute and try again.",
  storage_full: "Make room on the server's disk.",
  storage_unavailable: "The server's store is not available. Try again in a moment.",
  internal_error: REPORT,
  network_error: "Check the connection and try again: the same request is never done twice.",
  unexpected_answer: "Reload this page: it may be older than the server.",
};

/** Tells what to do about a problem. */
export function adviceFor({ code }: Pick<ConsoleProblem, "code">): string {
  return ADVICE[code] ?? REPORT;
}
