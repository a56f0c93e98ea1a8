import { ListDeliveriesQuery, WebhookDelivery, WebhookDeliveryPage } from "../../shared/deliveries.ts";
import { PATHS } from "../../shared/paths.ts";
import { payment } from "./examples.ts";
import { NoFields } from "./no-fields.ts";
import type { DescribedOperation } from "./operation.ts";

const tag = "Webhook deliveries";

const delivery = {
  id: "whd_5rBn0TqLxYk7GdWm3Zc9EvUp",
  endpoint: "https://shop.example/webhooks",
  eventId: "evt_8cKp2WvXo4RtJf6Hy1NsZbQd",
  eventType: "payment.completed",
  sessionId: payment.sessionId,
  paymentId: payment.id,
  status: "due",
  attempts: [{ at: "2026-11-21T12:01:00.000Z", httpStatus: 503, error: "answered 503", durationMs: 41 }],
  nextAttemptAt: "2026-11-21T12:01:05.000Z",
  createdAt: "2026-11-21T12:01:00.000Z",
};

/** The operations of `routes/webhook-deliveries.ts`. */
export const webhookDeliveryOperations: readonly DescribedOperation[] = [
  {
    method: "get",
    path: PATHS.webhookDeliveries,
    operationId: "listWebhookDeliveries",
    tag,
    summary: "List deliveries",
    description: "Newest first. Delivered ones are kept for 3 days, dead ones for 30.",
    callers: ["secretKey"],
    query: ListDeliveriesQuery,
    answers: {
      200: { description: "A page.", schema: WebhookDeliveryPage, example: { data: [delivery], next: null } },
    },
  },
  {
    method: "get",
    path: PATHS.webhookDelivery(":id"),
    operationId: "readWebhookDelivery",
    tag,
    summary: "Read a delivery",
    callers: ["secretKey"],
    answers: { 200: { description: "The delivery.", schema: WebhookDelivery, example: delivery } },
    problems: ["not_found"],
  },
  {
    method: "post",
    path: PATHS.resendDelivery(":id"),
    operationId: "resendWebhookDelivery",
    tag,
    summary: "Deliver again",
    description: "However it stands: it is due at once, with the same `webhook-id`, and its schedule begins anew.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: { schema: NoFields, examples: { Nothing: {} }, isOptional: true },
    answers: { 200: { description: "The delivery, due.", schema: WebhookDelivery, example: delivery } },
    problems: ["not_found", "invalid_state"],
  },
];
