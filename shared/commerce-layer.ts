/**
 * What Commerce Layer sends to an external payment gateway, and what it is answered (seed 002). Of a request only what is
 * read is described; all else may be there.
 */
import { z } from "zod";
import { ENVIRONMENTS } from "./states.ts";
import { Amount, Currency, PartialAmount, safeText } from "./records.ts";

/** What Commerce Layer asks an external gateway to do; the last part of each address. */
export const COMMERCE_LAYER_ACTIONS = ["authorize", "capture", "void", "refund", "token"] as const;
export type CommerceLayerAction = (typeof COMMERCE_LAYER_ACTIONS)[number];

const Token = safeText(200);
/** Whether the organization's data are test data, as every resource says. */
const Meta = z.looseObject({ mode: z.enum(ENVIRONMENTS).optional() }).optional();
const Included = z.array(z.looseObject({ id: z.string(), type: z.string(), attributes: z.unknown() })).default([]);

const payloadOf = <Type extends string, Attributes extends z.ZodType>(type: Type, attributes: Attributes) =>
  z.looseObject({
    data: z.looseObject({ id: safeText(100), type: z.literal(type), attributes, meta: Meta }),
    included: Included,
  });

/** The body of `authorize` and `token`: the external payment, whose token is the id of a checkout session or of a saved source. */
export const ExternalPaymentPayload = payloadOf("external_payments", z.looseObject({ payment_source_token: Token }));
export type ExternalPaymentPayload = z.infer<typeof ExternalPaymentPayload>;

/** The body of `capture`: the authorization; without an amount all of it is captured. */
export const CapturePayload = payloadOf(
  "authorizations",
  z.looseObject({ token: Token, currency_code: Currency.nullish(), capture_amount_cents: Amount.nullish() }),
);

/** The body of `void`: the authorization. */
export const VoidPayload = payloadOf(
  "authorizations",
  z.looseObject({ token: Token, currency_code: Currency.nullish() }),
);

/** The body of `refund`: the capture; without an amount all that is left of it is refunded. */
export const RefundPayload = payloadOf(
  "captures",
  z.looseObject({ token: Token, currency_code: Currency.nullish(), refund_amount_cents: Amount.nullish() }),
);

/** The order that an action is about, as it stands in `included`. */
export const IncludedOrder = z.looseObject({
  id: safeText(100),
  type: z.literal("orders"),
  attributes: z.looseObject({
    currency_code: Currency,
    total_amount_with_taxes_cents: PartialAmount,
    customer_email: z.email().max(254).nullish().catch(undefined),
  }),
});
export type IncludedOrder = z.infer<typeof IncludedOrder>;

/** What an action is about in any answer to it. */
const Transaction = z.object({ transaction_token: z.string(), amount_cents: PartialAmount });

/** The answer to `authorize`, `capture`, `void` and `refund` that were done; with `action_id`, and 202, that will be. */
export const CommerceLayerSuccess = z.object({
  success: z.literal(true),
  data: Transaction.extend({ action_id: z.string().optional(), metadata: z.record(z.string(), z.string()).optional() }),
});
export type CommerceLayerSuccess = z.infer<typeof CommerceLayerSuccess>;

/** The answer to `token`: what represents the saved source, and whose it is where that is known by more than an e-mail. */
export const CommerceLayerSavedSource = z.object({
  success: z.literal(true),
  data: z.object({ customer_token: z.string().optional(), payment_source_token: z.string() }),
});
export type CommerceLayerSavedSource = z.infer<typeof CommerceLayerSavedSource>;

/** Every other answer, with a status of 400 or more; without `data` where it is not known what it was about. */
export const CommerceLayerFailure = z.object({
  success: z.literal(false),
  data: Transaction.optional(),
  error: z.object({ code: z.string(), message: z.string() }),
});
export type CommerceLayerFailure = z.infer<typeof CommerceLayerFailure>;

/** What is told later of an action that was answered with 202: nothing but what may be updated. */
export const CommerceLayerWebhook = z.object({
  success: z.boolean(),
  data: z.object({
    action_id: z.string(),
    message: z.string().optional(),
    error_code: z.string().optional(),
    error_detail: z.string().optional(),
    avs_code: z.string().optional(),
    avs_message: z.string().optional(),
    cvv_code: z.string().optional(),
    cvv_message: z.string().optional(),
    fraud_review: z.string().optional(),
  }),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type CommerceLayerWebhook = z.infer<typeof CommerceLayerWebhook>;
