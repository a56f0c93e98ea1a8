import { z } from "zod";
import { CheckoutEvent, EVENT_TYPES } from "./events.ts";
import { CheckoutSession, Payment } from "./records.ts";

/** What a webhook brings: what happened, and the records as they were when it did. */
export const WebhookData = z.object({
  event: CheckoutEvent,
  session: CheckoutSession,
  payment: Payment.optional(),
});
export type WebhookData = z.infer<typeof WebhookData>;

/** The body of a webhook (Standard Webhooks 1.0), as the merchant's endpoint gets it. */
export const WebhookMessage = z.object({
  type: z.enum(EVENT_TYPES),
  timestamp: z.iso.datetime(),
  data: WebhookData,
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;
