import { z } from "zod";
import { PAYMENT_STATES, SESSION_STATUSES } from "./states.ts";

/** The parameters of every list: `limit` (1–100, default 20) and `after`, a cursor that an earlier page gave. */
export const PageParameters = {
  limit: z.coerce.number("must be a number").int("must be an integer").min(1).max(100).default(20),
  after: z.string().min(1).max(200).optional(),
};

const name = z.string().min(1, "must not be empty").max(100).optional();

/** A time of any offset, or a date, which starts at midnight UTC; as ISO 8601 UTC. */
const Time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], "must be an ISO 8601 time such as 2026-11-21T12:00:00Z")
  .transform((text) => new Date(text).toISOString())
  .optional();

/** What sessions and payments are both filtered by; all that is given must match. */
const ListParameters = {
  ...PageParameters,
  orderId: name,
  gateway: name,
  /** The reference or the e-mail address of the session's customer. */
  customer: z.string().min(1, "must not be empty").max(254).optional(),
  /** Inclusive. */
  createdFrom: Time,
  /** Exclusive. */
  createdBefore: Time,
  /** Only those that the merchant should look at. */
  attention: z.literal("true", 'must be "true" or be left out').optional(),
};

/** The query of `GET /v1/checkout-sessions`; `gateway` is that of the latest attempt, else the one it was made for. */
export const ListSessionsQuery = z.strictObject({ ...ListParameters, status: z.enum(SESSION_STATUSES).optional() });
export type ListSessionsQuery = z.infer<typeof ListSessionsQuery>;

/** The query of `GET /v1/payments`. */
export const ListPaymentsQuery = z.strictObject({
  ...ListParameters,
  sessionId: name,
  state: z.enum(PAYMENT_STATES).optional(),
});
export type ListPaymentsQuery = z.infer<typeof ListPaymentsQuery>;
