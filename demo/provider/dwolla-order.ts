import { z } from "zod";
import { parseDecimal } from "../../shared/money.ts";

// The seed's own example sends numbers and booleans as text, so the real gateway reads both.
const Decimal = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(toMinorUnits);
const Whole = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(Number);
const Flag = z.union([z.boolean(), z.enum(["true", "false"])]).transform((flag) => String(flag) === "true");

const OrderItem = z.object({
  name: z.string(),
  description: z.string().nullish(),
  quantity: Whole,
  price: Decimal,
});

/** The body of `POST /oauth/rest/offsitegateway/checkouts` as far as its shape goes; amounts become cents. */
export const DwollaOrder = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  callback: z.string().optional(),
  redirect: z.string(),
  orderId: z.string().optional(),
  allowGuestCheckout: Flag.default(false),
  allowFundingSources: Flag.default(false),
  additionalFundingSources: z.string().optional(),
  checkoutWithApi: Flag.default(false),
  test: Flag.default(false),
  purchaseOrder: z.object({
    destinationId: z.string(),
    total: Decimal,
    tax: Decimal.default(0),
    discount: Decimal.default(0),
    shipping: Decimal.default(0),
    notes: z.string().nullish(),
    facilitatorAmount: Decimal.nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    orderItems: z.array(OrderItem).default([]),
  }),
});
export type DwollaOrder = z.infer<typeof DwollaOrder>;

/**
 * Finds the first business error of a checkout request, in the provider's words; `undefined` where it is sound.
 * Only the wording about the least total is Dwolla's own; the limits are those of its documentation.
 */
export function findOrderError(order: DwollaOrder): string | undefined {
  const { purchaseOrder } = order;
  const { total, tax, discount, shipping, orderItems, facilitatorAmount } = purchaseOrder;
  if (total < 1) return "Total cannot be less than $.01.";
  if (!isWebAddress(order.redirect)) return "Invalid redirect URL";
  if (order.callback !== undefined && !isWebAddress(order.callback)) return "Invalid callback URL";
  if (discount > 0) return "Discount must be negative.";
  if (tax < 0 || shipping < 0) return "Tax and shipping cannot be negative.";
  if (orderItems.length > 0) {
    const sum = orderItems.reduce((subtotal, { quantity, price }) => subtotal + quantity * price, 0);
    if (sum + tax + shipping + discount !== total) return "Total is not the sum of its parts.";
  }
  if ((purchaseOrder.notes ?? "").length > 250) return "Notes cannot be longer than 250 characters.";
  if ((order.orderId ?? "").length > 255) return "Order ID cannot be longer than 255 characters.";
  if ((facilitatorAmount ?? 0) * 4 > total) return "Facilitator amount cannot exceed 25% of the total.";
  if (order.allowGuestCheckout && !order.allowFundingSources) return "Guest checkout needs funding sources.";
  return findItemError(purchaseOrder) ?? findMetadataError(purchaseOrder);
}

function findItemError({ orderItems }: DwollaOrder["purchaseOrder"]): string | undefined {
  for (const { name, description, quantity, price } of orderItems) {
    if (name.length < 1 || name.length > 100) return "Item name must have 1 to 100 characters.";
    if ((description ?? "").length > 200) return "Item description cannot be longer than 200 characters.";
    if (quantity < 1) return "Item quantity cannot be less than 1.";
    if (price < 0) return "Item price cannot be negative.";
  }
  return undefined;
}

function findMetadataError({ metadata }: DwollaOrder["purchaseOrder"]): string | undefined {
  const pairs = Object.entries(metadata ?? {});
  if (pairs.length > 10) return "Metadata cannot have more than 10 pairs.";
  const isSound = ([name, value]: [string, string]) =>
    /^[A-Za-z]/.test(name) && name.length <= 255 && value.length <= 255;
  return pairs.every(isSound) ? undefined : "Metadata is invalid.";
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

function toMinorUnits(value: number | string, context: z.RefinementCtx): number {
  const text = typeof value === "number" ? value.toFixed(2) : value;
  const amount = parseDecimal(text.replace("-", ""), "USD");
  if (amount === undefined) {
    context.addIssue({ code: "custom", message: "is not an amount" });
    return z.NEVER;
  }
  // Written so that no negative zero comes out of "-0.00".
  return text.startsWith("-") ? 0 - amount : amount;
}
