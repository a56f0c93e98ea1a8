import { Webhook } from "standardwebhooks";
import type { Checkout } from "../checkout/checkout.ts";
import type { Endpoint } from "../checkout/endpoint.ts";
import { viewPayment, viewSession } from "../checkout/view.ts";
import type { NewEvent } from "../stores/ledger.ts";

/** One endpoint of the merchant's. */
export interface WebhookConfig {
  url: string;
  /** The newest first; two while one replaces the other. */
  secrets: string[];
  /** Types such as `payment.completed`, or `payment.*`; all where absent. */
  types?: string[] | undefined;
}

/** What a secret in the form of Standard Webhooks begins with; base64 follows. */
export const SECRET_PREFIX = "whsec_";

/**
 * Makes an endpoint that speaks Standard Webhooks 1.0: `webhook-id` is the event's id, the same in every attempt, and
 * `webhook-signature` has one signature for each secret. A secret without the prefix signs with its own bytes.
 */
export function createWebhook({ url, secrets, types }: WebhookConfig, checkout: Checkout): Endpoint {
  const signers = secrets.map((secret) =>
    secret.startsWith(SECRET_PREFIX) ? new Webhook(secret) : new Webhook(secret, { format: "raw" }),
  );
  return {
    kind: "webhook",
    url,
    describe: (event, ledger) => {
      if (types !== undefined && !types.some((type) => matchesType(type, event.type))) return undefined;
      const { attempts: _attempts, payments: _payments, ...session } = viewSession(checkout, ledger, "merchant");
      const payment = ledger.payments.find(({ id }) => id === event.paymentId);
      const shown = payment === undefined ? {} : { payment: viewPayment(payment) };
      return JSON.stringify({ event, session, ...shown });
    },
    makeRequest: ({ eventId, payload, sequence }, at) => {
      const { event, ...records } = JSON.parse(payload) as { event: NewEvent };
      const { type, createdAt } = event;
      const data = { event: sequence === undefined ? event : { ...event, sequence }, ...records };
      const body = JSON.stringify({ type, timestamp: createdAt, data });
      return {
        headers: {
          "content-type": "application/json",
          "webhook-id": eventId,
          "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
          "webhook-signature": signers.map((signer) => signer.sign(eventId, at, body)).join(" "),
        },
        body,
      };
    },
  };
}

function matchesType(pattern: string, type: string): boolean {
  return pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));
}
