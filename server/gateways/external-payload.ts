/**
 * What Commerce Layer sends to an external payment gateway (seed 002), built from a session: the resource that the call
 * is about as `data`, and the order with all that belongs to it as `included`, in JSON:API 1.0 with Commerce Layer's own
 * attribute names.
 *
 * Only what does not change while a call is in doubt is put in, so that the same call again is the same text.
 */
import { z } from "zod";
import { formatDecimal } from "../../shared/money.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import type { Trip } from "./gateway.ts";
import { orderResources } from "./external-order.ts";
import { keyOf, linkTo, type Payload, type Resource } from "./json-api.ts";

/** The relationships that are included unless the configuration names others, as the seed lists them. */
export const DEFAULT_INCLUDES = [
  "order",
  "order.market",
  "order.line_items",
  "order.line_items.item",
  "order.shipping_address",
  "order.billing_address",
  "order.customer",
  "order.order_subscriptions",
] as const;

/** A relationship that can be included; nested ones in dot notation. */
export const ExternalInclude = z.enum([...DEFAULT_INCLUDES, "payment_source", "reference_authorization"]);
/** Which relationships are included. */
export type ExternalInclude = z.infer<typeof ExternalInclude>;

/** What every payload is made from, beside its own. */
export interface PayloadSource {
  trip: Trip;
  /** The configured gateway, which stands for the market. */
  gateway: { id: string; label: string };
  includes: readonly ExternalInclude[];
}

/** Builds the payload of an authorization: about the external payment, with the customer's token. */
export function authorizePayload(source: PayloadSource, paymentSourceToken: string): Payload {
  return compose(externalPayment(source, paymentSourceToken), source, "unpaid");
}

/** Builds the payload of a capture or a void: about the authorization; `captureAmount` is what is to be taken. */
export function authorizationPayload(source: PayloadSource, payment: PaymentRecord, captureAmount?: number): Payload {
  return compose(authorization(source, payment, captureAmount), source, "authorized");
}

/** Builds the payload of a refund: about the capture, by the token that the provider gave it. */
export function capturePayload(
  source: PayloadSource,
  payment: PaymentRecord,
  { captureId, captureToken, refundAmount }: { captureId: string; captureToken: string; refundAmount: number },
): Payload {
  const resource = transaction(source, payment, "captures", captureId, payment.capturedAmount);
  resource.attributes = {
    ...resource.attributes,
    token: captureToken,
    gateway_transaction_id: captureToken,
    ...amountFields("refund_amount", refundAmount, payment.currency),
    ...amountFields("refund_balance", payment.balance, payment.currency),
  };
  resource.relationships["reference_authorization"] = linkTo({ type: "authorizations", id: payment.id });
  return compose(resource, source, "paid", authorization(source, payment));
}

/** Joins a resource with what is included of all that it leads to; each resource stands there once. */
function compose(data: Resource, source: PayloadSource, paymentStatus: string, ...others: Resource[]): Payload {
  const { trip, gateway, includes } = source;
  const token = trip.attempt.paymentSourceToken ?? "";
  const known = new Map(
    [...orderResources(trip, gateway, paymentStatus), externalPayment(source, token), ...others].map(
      (resource) => [keyOf(resource), resource] as const,
    ),
  );
  const included = new Map<string, Resource>();
  for (const path of includes) {
    let reached = [data];
    for (const name of path.split(".")) {
      reached = reached.flatMap(({ relationships }) => {
        const linked = relationships[name]?.data ?? [];
        return [linked].flat().flatMap((identifier) => known.get(keyOf(identifier)) ?? []);
      });
      for (const resource of reached) included.set(keyOf(resource), resource);
    }
  }
  included.delete(keyOf(data));
  return { data, included: [...included.values()] };
}

function externalPayment({ trip, gateway }: PayloadSource, paymentSourceToken: string): Resource {
  const { attempt, session } = trip;
  return {
    id: attempt.id,
    type: "external_payments",
    links: {},
    attributes: {
      payment_source_token: paymentSourceToken,
      options: attempt.customerToken === undefined ? {} : { customer_token: attempt.customerToken },
      payment_instrument: null,
      ...recordFields(attempt.createdAt, attempt.reference),
    },
    relationships: {
      order: linkTo({ type: "orders", id: session.id }),
      payment_gateway: linkTo({ type: "external_gateways", id: gateway.id }),
    },
    meta: { mode: attempt.environment },
  };
}

function authorization(source: PayloadSource, payment: PaymentRecord, captureAmount = payment.amount): Resource {
  const resource = transaction(source, payment, "authorizations", payment.id, payment.amount);
  resource.attributes = {
    ...resource.attributes,
    token: payment.remoteId,
    gateway_transaction_id: payment.remoteId,
    ...amountFields("capture_amount", captureAmount, payment.currency),
    ...amountFields("capture_balance", payment.amount - payment.capturedAmount, payment.currency),
    ...amountFields("void_balance", payment.amount - payment.capturedAmount, payment.currency),
  };
  return resource;
}

function transaction(
  { trip }: PayloadSource,
  payment: PaymentRecord,
  type: "authorizations" | "captures",
  id: string,
  amount: number,
): Resource {
  const { session, attempt } = trip;
  return {
    id,
    type,
    links: {},
    attributes: {
      number: id,
      payment_method_type: "external_gateways",
      currency_code: payment.currency,
      ...amountFields("amount", amount, payment.currency),
      succeeded: true,
      ...recordFields(payment.createdAt, attempt.reference),
    },
    relationships: {
      order: linkTo({ type: "orders", id: session.id }),
      payment_source: linkTo({ type: "external_payments", id: attempt.id }),
    },
    meta: { mode: payment.environment },
  };
}

function amountFields(name: string, amount: number, currency: string): Record<string, number> {
  return { [`${name}_cents`]: amount, [`${name}_float`]: Number(formatDecimal(amount, currency)) };
}

function recordFields(createdAt: string, reference: string): Record<string, unknown> {
  return {
    created_at: createdAt,
    updated_at: createdAt,
    reference,
    reference_origin: "offsite-checkout",
    metadata: {},
  };
}
