import { EVENT_TYPES, type EventType } from "../../shared/events.ts";
import { WebhookMessage } from "../../shared/webhooks.ts";
import { EVENT_DESCRIPTIONS } from "./event-descriptions.ts";
import { completeSession, event, openSession, payment, refundedPayment } from "./examples.ts";
import { describeSchema, type JsonSchema } from "./schemas.ts";

/** The headers of every webhook (Standard Webhooks 1.0), as `components.parameters`. */
export const WEBHOOK_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  WebhookId: {
    name: "webhook-id",
    in: "header",
    required: true,
    description: "The event's id, the same in every attempt: do what it tells once.",
    schema: { type: "string", pattern: "^evt_[\\w-]+$" },
    example: event.id,
  },
  WebhookTimestamp: {
    name: "webhook-timestamp",
    in: "header",
    required: true,
    description: "When this attempt was made, in seconds since 1970. Refuse what is older than 5 minutes.",
    schema: { type: "string", pattern: "^\\d+$" },
    example: "1795262430",
  },
  WebhookSignature: {
    name: "webhook-signature",
    in: "header",
    required: true,
    description:
      "`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`; two with a space between " +
      "while one secret replaces the other, of which one must be right. The key is what the base64 after `whsec_` " +
      "decodes to, or else the bytes of the secret itself.",
    schema: { type: "string", pattern: "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)?$" },
    example: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
  },
};

const ANSWERS: Readonly<Record<string, JsonSchema>> = {
  "2XX": { description: "You have it, and it is not sent again. Answer within 15 seconds." },
  "3XX": { description: "It is tried again later at the same address: redirects are not followed." },
  "410": { description: "You do not want it: it is given up at once." },
  default: {
    description:
      "It is tried again after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours, then given up. You may send " +
      "it to yourself again by `POST /v1/webhook-deliveries/{id}/resend`.",
    headers: { "Retry-After": { $ref: "#/components/headers/RetryLater" } },
  },
};

/** Makes the document's `webhooks`: what the merchant's endpoints are sent, for each type of event. */
export function describeWebhooks(): Record<string, { post: JsonSchema }> {
  return Object.fromEntries(EVENT_TYPES.map((type) => [type, { post: describeWebhook(type) }]));
}

function describeWebhook(type: EventType): JsonSchema {
  const value = EXAMPLES[type];
  const content = {
    schema: { allOf: [describeSchema(WebhookMessage, "output"), { properties: { type: { const: type } } }] },
    ...(value === undefined
      ? {}
      : {
          example: { type, timestamp: event.createdAt, data: { ...value, event: { ...event, ...value.event, type } } },
        }),
  };
  return {
    operationId: `on${type.replaceAll(/(?:^|[._])(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    summary: EVENT_DESCRIPTIONS[type],
    security: [],
    parameters: Object.keys(WEBHOOK_PARAMETERS).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: { required: true, content: { "application/json": content } },
    responses: ANSWERS,
  };
}

const { attempts: _attempts, payments: _payments, ...paid } = completeSession;
const { attempts: _none, payments: _neither, ...unpaid } = openSession;

/** Of the types that most shops listen to. */
const EXAMPLES: Readonly<Partial<Record<EventType, { event: object; session: object; payment?: object }>>> = {
  "checkout_session.created": {
    event: { decidedBy: "merchant", attemptId: undefined, paymentId: undefined, remoteState: undefined },
    session: unpaid,
  },
  "checkout_session.complete": { event: { paymentId: undefined }, session: paid },
  "payment.completed": { event: {}, session: paid, payment },
  "payment.partially_refunded": {
    event: { decidedBy: "operator", operationId: refundedPayment.operations[0]?.id, remoteState: undefined },
    session: { ...paid, payment: refundedPayment },
    payment: refundedPayment,
  },
};
