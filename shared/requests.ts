import { z } from "zod";
import { NONCE_PATTERN } from "./messages.ts";
import { PaymentSourceId } from "./payment-sources.ts";
import {
  Amount,
  CheckoutItem,
  Currency,
  Customer,
  Discount,
  Locale,
  Metadata,
  PartialAmount,
  safeText,
} from "./records.ts";
import { CAPTURE_METHODS, PRESENTATIONS } from "./states.ts";

/** The body of `POST /v1/checkout-sessions`, before totals, addresses and gateways are checked. */
export const CreateSessionRequest = z.strictObject({
  amount: Amount.optional(),
  currency: Currency,
  items: z.array(CheckoutItem).min(1, "must not be empty").max(100, "must have at most 100 items").optional(),
  shipping: PartialAmount.default(0),
  tax: PartialAmount.default(0),
  discount: Discount.default(0),
  orderId: safeText(100).optional(),
  gateway: safeText(100).optional(),
  capture: z.enum(CAPTURE_METHODS).default("automatic"),
  returnUrl: z.string().max(2000),
  cancelUrl: z.string().max(2000).optional(),
  customer: Customer.optional(),
  /** A saved source of the customer, which is charged at once. */
  paymentSource: PaymentSourceId.optional(),
  locale: Locale.optional(),
  metadata: Metadata.optional(),
  expiresInSeconds: z
    .number()
    .int("must be an integer")
    .min(10, "must be at least 10")
    .max(2_592_000, "must be at most 2592000")
    .default(86_400),
});
export type CreateSessionRequest = z.infer<typeof CreateSessionRequest>;

/** The body of `POST /v1/checkout-sessions/:id/attempts`. */
export const StartAttemptRequest = z
  .strictObject({
    gateway: safeText(100).optional(),
    presentation: z.enum(PRESENTATIONS),
    nonce: z.string().regex(NONCE_PATTERN, "must be 16 to 64 of A–Z a–z 0–9 - _").optional(),
  })
  .refine(({ presentation, nonce }) => presentation === "redirect" || nonce !== undefined, {
    path: ["nonce"],
    message: "is required for iframe and popup",
  });
export type StartAttemptRequest = z.infer<typeof StartAttemptRequest>;

/** The body of a capture, void or refund; without `amount`, all that there is. */
export const OperatePaymentRequest = z.strictObject({ amount: Amount.optional() });
export type OperatePaymentRequest = z.infer<typeof OperatePaymentRequest>;
