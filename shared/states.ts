/** The states of every record and the only ways between them, as data; the words are those of the design. */

export const SESSION_STATUSES = ["open", "pending", "complete", "expired", "cancelled"] as const;
/** How a checkout session stands: only `open` can be paid, and late money can still complete any other. */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const ATTEMPT_STATES = [
  "started",
  "settled",
  "declined",
  "cancelled",
  "expired",
  "superseded",
  "failed",
] as const;
/** How one trip to a provider stands: `started` is live, all others are ended. */
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export const PAYMENT_STATES = [
  "authorization",
  "pending",
  "completed",
  "failed",
  "authorization_voided",
  "voided",
  "authorization_expired",
  "partially_refunded",
  "refunded",
] as const;
/** How a payment stands. */
export type PaymentState = (typeof PAYMENT_STATES)[number];

export const OPERATION_TYPES = ["capture", "void", "refund"] as const;
/** What a merchant asks a provider to do with a payment. */
export type OperationType = (typeof OPERATION_TYPES)[number];

/** How an operation ended; `unknown` is one whose answer never came, until the provider has been asked. */
export const OPERATION_STATUSES = ["succeeded", "pending", "failed", "unknown"] as const;
/** Why somebody should look at a session or a payment. */
export const ATTENTION_REASONS = [
  "duplicate",
  "amount_mismatch",
  "currency_mismatch",
  "environment_mismatch",
  "operation_in_doubt",
  "contradicted",
  "late",
  "operation_failed",
] as const;
/** One of {@link ATTENTION_REASONS}. */
export type AttentionReason = (typeof ATTENTION_REASONS)[number];

export const ENVIRONMENTS = ["test", "live"] as const;
/** Whether real money moves. */
export type Environment = (typeof ENVIRONMENTS)[number];

export const PRESENTATIONS = ["redirect", "iframe", "popup"] as const;
/** Where the customer meets the provider's page. */
export type Presentation = (typeof PRESENTATIONS)[number];

export const CAPTURE_METHODS = ["automatic", "manual"] as const;
/** Whether the money is taken with the authorization, or later by the merchant. */
export type CaptureMethod = (typeof CAPTURE_METHODS)[number];

/**
 * Drupal Commerce's two payment workflows joined, with the missing second partial refund (`null`: no payment yet).
 * Money that arrives after the provider had called a pending payment failed is still money: `failed` is left by
 * `authorize` and `receive`.
 */
export const PAYMENT_TRANSITIONS = {
  authorize: { from: [null, "pending", "failed"], to: () => "authorization" },
  authorize_capture: { from: [null], to: () => "completed" },
  create_pending: { from: [null], to: () => "pending" },
  receive: { from: ["pending", "failed"], to: () => "completed" },
  fail: { from: ["pending"], to: () => "failed" },
  void: {
    from: ["authorization", "pending"],
    to: (from) => (from === "authorization" ? "authorization_voided" : "voided"),
  },
  expire: { from: ["authorization"], to: () => "authorization_expired" },
  capture: { from: ["authorization"], to: () => "completed" },
  partially_refund: { from: ["completed", "partially_refunded"], to: () => "partially_refunded" },
  refund: { from: ["completed", "partially_refunded"], to: () => "refunded" },
} as const satisfies Record<
  string,
  { from: readonly (PaymentState | null)[]; to: (from: PaymentState | null) => PaymentState }
>;

/** The name of a way from one payment state to another. */
export type PaymentTransition = keyof typeof PAYMENT_TRANSITIONS;

/** Tells whether a payment in state `from` (`null`: none yet) may take a transition. */
export function canTransition(transition: PaymentTransition, from: PaymentState | null): boolean {
  return (PAYMENT_TRANSITIONS[transition].from as readonly (PaymentState | null)[]).includes(from);
}

/**
 * Gives the state that a transition leads to.
 *
 * @throws RangeError when the table has no such way
 */
export function transitionFrom(transition: PaymentTransition, from: PaymentState | null): PaymentState {
  if (!canTransition(transition, from)) {
    throw new RangeError(`a payment cannot go by ${transition} from ${from ?? "nothing"}`);
  }
  return (PAYMENT_TRANSITIONS[transition].to as (from: PaymentState | null) => PaymentState)(from);
}
