/** A session in the words of Commerce Layer: its order, market, line items, addresses and customer. */
import { formatDecimal } from "../../shared/money.ts";
import type { Address, CheckoutItem } from "../../shared/records.ts";
import type { Trip } from "./gateway.ts";
import { linkTo, type Resource } from "./json-api.ts";

/**
 * Builds every resource of a session's order, the order first. A session has neither subscriptions nor several markets:
 * the configured gateway stands for its one market.
 */
export function orderResources(
  { session, attempt }: Trip,
  gateway: { id: string; label: string },
  paymentStatus: string,
): Resource[] {
  const meta = { mode: session.environment };
  const make = (type: string, id: string, attributes: Resource["attributes"]): Resource => ({
    id,
    type,
    links: {},
    attributes: { ...attributes, created_at: session.createdAt, updated_at: session.createdAt, metadata: {} },
    relationships: {},
    meta,
  });
  const { customer, items, currency } = session;
  const market = make("markets", gateway.id, { number: 1, name: gateway.label, code: gateway.id });
  const lines = items.map((item, index) => {
    const line = make("line_items", `${session.id}-${index + 1}`, lineAttributes(item, currency));
    const sku = make("skus", item.sku ?? line.id, {
      code: item.sku ?? line.id,
      name: item.name,
      description: item.description ?? null,
    });
    line.relationships = { order: linkTo({ type: "orders", id: session.id }), item: linkTo(sku) };
    return { line, sku };
  });
  const address = (kind: "billing" | "shipping", given: Address | undefined) =>
    given === undefined
      ? undefined
      : make("addresses", `${session.id}-${kind}`, addressAttributes(given, customer?.name, customer?.email));
  const billing = address("billing", customer?.billingAddress);
  const shipping = address("shipping", customer?.shippingAddress);
  const buyer =
    customer === undefined
      ? undefined
      : make("customers", customer.reference ?? `${session.id}-customer`, {
          email: customer.email ?? null,
          status: "prospect",
          shopper_reference: customer.reference ?? null,
        });
  const order = make("orders", session.id, {
    ...orderAttributes({ session, attempt }, paymentStatus),
  });
  order.attributes["metadata"] = session.metadata ?? {};
  order.relationships = {
    market: linkTo(market),
    line_items: linkTo(lines.map(({ line }) => line)),
    shipping_address: linkTo(shipping),
    billing_address: linkTo(billing),
    customer: linkTo(buyer),
    order_subscriptions: linkTo([]),
    payment_source: linkTo({ type: "external_payments", id: attempt.id }),
  };
  const optional = [shipping, billing, buyer].filter((resource) => resource !== undefined);
  return [order, market, ...lines.flatMap(({ line, sku }) => [line, sku]), ...optional];
}

function orderAttributes({ session, attempt }: Trip, paymentStatus: string): Resource["attributes"] {
  const { amount, shipping, tax, discount, currency, customer, locale } = session;
  return {
    number: session.orderId ?? session.id,
    status: "pending",
    payment_status: paymentStatus,
    fulfillment_status: "unfulfilled",
    guest: customer?.reference === undefined,
    customer_email: customer?.email ?? null,
    language_code: locale?.split("-")[0]?.toLowerCase() ?? "en",
    currency_code: currency,
    tax_included: false,
    country_code: (customer?.shippingAddress ?? customer?.billingAddress)?.country ?? null,
    subtotal_amount_cents: amount - shipping - tax - discount,
    shipping_amount_cents: shipping,
    payment_method_amount_cents: 0,
    discount_amount_cents: discount,
    adjustment_amount_cents: 0,
    gift_card_amount_cents: 0,
    total_tax_amount_cents: tax,
    total_amount_cents: amount - tax,
    total_amount_with_taxes_cents: amount,
    total_amount_with_taxes_float: Number(formatDecimal(amount, currency)),
    placed_at: attempt.createdAt,
    reference: session.id,
    reference_origin: "offsite-checkout",
  };
}

function lineAttributes({ name, sku, quantity, unitAmount }: CheckoutItem, currency: string): Resource["attributes"] {
  return {
    sku_code: sku ?? null,
    bundle_code: null,
    quantity,
    currency_code: currency,
    unit_amount_cents: unitAmount,
    total_amount_cents: quantity * unitAmount,
    name,
    item_type: "skus",
  };
}

function addressAttributes(
  { name, company, line1, line2, city, region, postalCode, country, phone }: Address,
  customerName: string | undefined,
  email: string | undefined,
): Resource["attributes"] {
  const fullName = name ?? customerName ?? company ?? null;
  const words = (fullName ?? "").split(/\s+/).filter((word) => word !== "");
  const lastName = words.length > 1 ? words.pop() : undefined;
  return {
    business: company !== undefined,
    first_name: words.join(" ") || null,
    last_name: lastName ?? null,
    company: company ?? null,
    full_name: fullName,
    line_1: line1,
    line_2: line2 ?? null,
    city,
    zip_code: postalCode ?? null,
    state_code: region ?? null,
    country_code: country,
    phone: phone ?? null,
    email: email ?? null,
  };
}
