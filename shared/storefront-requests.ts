import { z } from "zod";
import { Locale, safeText } from "./records.ts";

/** So many of one product of the catalogue. Its price is the server's to name. */
export const OrderedItem = z.strictObject({
  sku: safeText(100),
  quantity: z.number("must be an integer").int("must be an integer").min(1, "must be at least 1").max(1_000_000),
});
export type OrderedItem = z.infer<typeof OrderedItem>;

const Address = z.string().max(2000);

/** The body of `POST /v1/checkout-sessions` from a storefront's page: an order by SKU. */
export const SkuSessionRequest = z.strictObject({
  items: z.array(OrderedItem).min(1, "must not be empty").max(100, "must have at most 100 items"),
  returnUrl: Address,
  cancelUrl: Address.optional(),
  gateway: safeText(100).optional(),
  locale: Locale.optional(),
});
export type SkuSessionRequest = z.infer<typeof SkuSessionRequest>;

/** The body of `POST /v1/checkout-sessions` from a storefront's page: a cart that the merchant has signed. */
export const CartSessionRequest = z.strictObject({
  cart: z.string().min(1, "must not be empty").max(60_000, "must be at most 60000 characters"),
  returnUrl: Address.optional(),
  cancelUrl: Address.optional(),
  gateway: safeText(100).optional(),
  locale: Locale.optional(),
});
export type CartSessionRequest = z.infer<typeof CartSessionRequest>;
