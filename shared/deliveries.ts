import { z } from "zod";
import { PageParameters } from "./queries.ts";

export const DELIVERY_STATUSES = ["due", "delivered", "dead"] as const;
/** How a delivery stands: on its way, taken by the receiver, or given up. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

const Timestamp = z.iso.datetime();

/** One try to deliver, and what came back. */
export const DeliveryAttempt = z.object({
  at: Timestamp,
  httpStatus: z.number().int().optional(),
  /** Why it did not count as delivered. */
  error: z.string().optional(),
  durationMs: z.number().int(),
  /** The first characters of the answer's body. */
  answer: z.string().optional(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** One event on its way to one endpoint of the merchant's. */
export const WebhookDelivery = z.object({
  id: z.string(),
  /** The address that it is sent to. */
  endpoint: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  sessionId: z.string(),
  paymentId: z.string().optional(),
  status: z.enum(DELIVERY_STATUSES),
  /** Oldest first; of very many the last ones. */
  attempts: z.array(DeliveryAttempt),
  /** Where it is due. */
  nextAttemptAt: Timestamp.optional(),
  createdAt: Timestamp,
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

const name = z.string().min(1, "must not be empty").max(100).optional();

/** The query of `GET /v1/webhook-deliveries`; all that is given must match. */
export const ListDeliveriesQuery = z.strictObject({
  ...PageParameters,
  eventId: name,
  sessionId: name,
  status: z.enum(DELIVERY_STATUSES).optional(),
});
export type ListDeliveriesQuery = z.infer<typeof ListDeliveriesQuery>;

/** The answer of `GET /v1/webhook-deliveries`. */
export const WebhookDeliveryPage = z.object({ data: z.array(WebhookDelivery), next: z.string().nullable() });
export type WebhookDeliveryPage = z.infer<typeof WebhookDeliveryPage>;
