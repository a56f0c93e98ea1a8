import { createHmac, timingSafeEqual } from "node:crypto";
import type { CommerceLayerAction } from "../../../shared/commerce-layer.ts";
import { findAuthorization, findCapture, newResourceId, refundedAmount, type OrganizationOrder } from "./order.ts";

/** The organization's one customer. */
export const CUSTOMER = { email: "ada@shop.example", name: "Ada Lovelace", reference: "ada" };

/** Signs a body as Commerce Layer does, written apart from the server's own way: HMAC-SHA256 in base64. */
export function signBody(body: string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Tells whether a body carries its right signature. */
export function isSigned(body: string, secret: string, signature: string): boolean {
  const expected = Buffer.from(signBody(body, secret));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Writes the JSON:API payload of a call, with Commerce Layer's names and its default includes as far as the order has
 * them; `amount` in minor units is what is to be captured or refunded.
 */
export function writePayload(
  order: OrganizationOrder,
  action: CommerceLayerAction,
  { amount, at }: { amount: number; at: Date },
): string {
  const meta = { mode: "test" };
  const times = { created_at: order.createdAt.toISOString(), updated_at: at.toISOString() };
  const resource = (type: string, id: string, attributes: object, relationships: object = {}) => ({
    id,
    type,
    links: {},
    attributes: { ...attributes, ...times, metadata: {} },
    relationships: { order: { data: { type: "orders", id: order.id } }, ...relationships },
    meta,
  });
  const market = resource("markets", "fernhill", { name: "Fernhill", code: "US" });
  const customer = resource("customers", CUSTOMER.reference, { email: CUSTOMER.email, status: "prospect" });
  return JSON.stringify({
    data: resource(...describe(order, action, amount)),
    included: [
      {
        ...resource("orders", order.id, orderAttributes(order)),
        relationships: {
          market: { data: { type: market.type, id: market.id } },
          customer: { data: { type: customer.type, id: customer.id } },
        },
      },
      market,
      customer,
    ],
  });
}

/** What a call is about: the external payment, the authorization, or the capture. */
function describe(
  order: OrganizationOrder,
  action: CommerceLayerAction,
  amount: number,
): [type: string, id: string, attributes: object] {
  const { currency } = order;
  if (action === "authorize" || action === "token") {
    return ["external_payments", newResourceId(), { payment_source_token: order.token, options: {} }];
  }
  const authorization = findAuthorization(order);
  const capture = findCapture(order);
  const common = { payment_method_type: "external_gateways", currency_code: currency };
  if (action === "refund") {
    const captured = capture?.amount ?? order.amount;
    const attributes = {
      ...common,
      token: capture?.token ?? authorization?.token ?? order.token,
      amount_cents: captured,
      refund_amount_cents: amount,
      refund_balance_cents: captured - refundedAmount(order),
    };
    return ["captures", newResourceId(), attributes];
  }
  const asked = action === "capture" ? { capture_amount_cents: amount } : {};
  const token = authorization?.token ?? order.token;
  return ["authorizations", newResourceId(), { ...common, token, amount_cents: order.amount, ...asked }];
}

function orderAttributes({ id, amount, currency, createdAt }: OrganizationOrder): object {
  return {
    number: id,
    status: "pending",
    customer_email: CUSTOMER.email,
    language_code: "en",
    currency_code: currency,
    total_amount_with_taxes_cents: amount,
    total_amount_with_taxes_float: amount / 100,
    placed_at: createdAt.toISOString(),
  };
}
