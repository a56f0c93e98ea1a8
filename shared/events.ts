import { z } from "zod";

/** Everything that is ever recorded of a session, its attempts, its payments and their operations. */
export const EVENT_TYPES = [
  "checkout_session.created",
  "checkout_session.open",
  "checkout_session.pending",
  "checkout_session.complete",
  "checkout_session.expired",
  "checkout_session.cancelled",
  "checkout_session.acknowledged",
  "commerce_layer.bound",
  "commerce_layer.promised",
  "attempt.started",
  "attempt.prepared",
  "attempt.token_received",
  "attempt.authorizing",
  "attempt.authorization_answered",
  "attempt.checked",
  "attempt.check_failed",
  "attempt.declined",
  "attempt.cancelled",
  "attempt.expired",
  "attempt.superseded",
  "attempt.failed",
  "attempt.amount_mismatch",
  "attempt.currency_mismatch",
  "attempt.environment_mismatch",
  "payment.authorization",
  "payment.pending",
  "payment.completed",
  "payment.failed",
  "payment.authorization_voided",
  "payment.voided",
  "payment.authorization_expired",
  "payment.partially_refunded",
  "payment.refunded",
  "payment.duplicate",
  "payment.duplicate_held",
  "payment.capture_held",
  "payment.contradicted",
  "operation.created",
  "operation.repeated",
  "operation.succeeded",
  "operation.pending",
  "operation.failed",
  "operation.unknown",
  "payment_source.requested",
  "payment_source.saved",
  "payment_source.refused",
  "payment_source.deleted",
] as const;
/** What kind of thing happened. */
export type EventType = (typeof EVENT_TYPES)[number];

export const DECIDED_BY = [
  "merchant",
  "customer",
  "return",
  "notification",
  "fetch",
  "operator",
  "expiry",
  "gateway",
] as const;
/** What decided a change: whoever asked for it, or the channel that brought the proof. */
export type DecidedBy = (typeof DECIDED_BY)[number];

/** One thing that happened, as `GET /v1/events` tells it; `sequence` grows over all sessions. */
export const CheckoutEvent = z.object({
  id: z.string(),
  sequence: z.number().int(),
  type: z.string(),
  createdAt: z.iso.datetime(),
  sessionId: z.string(),
  attemptId: z.string().optional(),
  paymentId: z.string().optional(),
  operationId: z.string().optional(),
  decidedBy: z.enum(DECIDED_BY),
  /** The provider's own word. */
  remoteState: z.string().optional(),
  /** What the type needs to be understood, such as the two amounts of a mismatch. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type CheckoutEvent = z.infer<typeof CheckoutEvent>;

/** The query of `GET /v1/events`: at most `limit` (1–100) above the sequence `after`, of one session or of all. */
export const ListEventsQuery = z.strictObject({
  limit: z.coerce.number("must be a number").int("must be an integer").min(1).max(100).default(20),
  after: z.coerce.number("must be a number").int("must be an integer").min(0).default(0),
  sessionId: z.string().min(1, "must not be empty").max(100).optional(),
});
export type ListEventsQuery = z.infer<typeof ListEventsQuery>;
