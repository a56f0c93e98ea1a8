import { z } from "zod";
import { CURRENCIES } from "./currencies.ts";
import { MAX_AMOUNT } from "./money.ts";
import {
  ATTEMPT_STATES,
  ATTENTION_REASONS,
  CAPTURE_METHODS,
  ENVIRONMENTS,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  PAYMENT_STATES,
  PRESENTATIONS,
  SESSION_STATUSES,
} from "./states.ts";

/** Text that every store and every page can hold: well-formed UTF-16 without control characters. */
export const safeText = (maxLength: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(maxLength, `must be at most ${maxLength} characters`)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "must not contain control characters");

/** An ISO 4217 code of an active currency, in upper case. */
export const Currency = z.string().refine((code) => CURRENCIES.has(code), "must be an ISO 4217 code in upper case");

const amountFrom = (least: number, most: number) =>
  z
    .number("must be an integer number of minor units")
    .int("must be an integer number of minor units")
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

/** A sum of money to be paid, in minor units of its currency: 1 to 999 999 999 999. */
export const Amount = amountFrom(1, MAX_AMOUNT);
/** A part of a sum, in minor units: 0 to 999 999 999 999. */
export const PartialAmount = amountFrom(0, MAX_AMOUNT);
/** A reduction, in minor units: −999 999 999 999 to 0. */
export const Discount = amountFrom(-MAX_AMOUNT, 0);

const Timestamp = z.iso.datetime();

/** One line of the order; `unitAmount` is in minor units of the session's currency. */
export const CheckoutItem = z.strictObject({
  name: safeText(200),
  description: safeText(500).optional(),
  sku: safeText(100).optional(),
  quantity: amountFrom(1, 1_000_000),
  unitAmount: PartialAmount,
});
export type CheckoutItem = z.infer<typeof CheckoutItem>;

/** A postal address; `country` is an ISO 3166-1 alpha-2 code. */
export const Address = z.strictObject({
  name: safeText(200).optional(),
  company: safeText(200).optional(),
  line1: safeText(200),
  line2: safeText(200).optional(),
  city: safeText(100),
  region: safeText(100).optional(),
  postalCode: safeText(20).optional(),
  country: z.string().regex(/^[A-Z]{2}$/, "must be an ISO 3166-1 alpha-2 code in upper case"),
  phone: safeText(40).optional(),
});
export type Address = z.infer<typeof Address>;

/** Who pays; `reference` is the merchant's own id of the customer. */
export const Customer = z.strictObject({
  email: z.email("must be an e-mail address").max(254).optional(),
  name: safeText(200).optional(),
  reference: safeText(100).optional(),
  phone: safeText(40).optional(),
  billingAddress: Address.optional(),
  shippingAddress: Address.optional(),
});
export type Customer = z.infer<typeof Customer>;

/** Up to 10 pairs of the merchant's own. */
export const Metadata = z
  .record(safeText(40), safeText(500))
  .refine((pairs) => Object.keys(pairs).length <= 10, "must have at most 10 pairs");

/** A BCP 47 language tag. */
export const Locale = z.string().max(35).refine(isLanguageTag, "must be a BCP 47 language tag");

/** Asks `Intl` itself, which throws on what merely looks like one, such as `en-x`. */
function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** One trip of one session to one provider. */
export const Attempt = z.object({
  id: z.string(),
  gateway: z.string(),
  state: z.enum(ATTEMPT_STATES),
  /** Where the customer met the provider's page; absent where a saved source was charged without the customer. */
  presentation: z.enum(PRESENTATIONS).optional(),
  /** The saved source that was charged. To the secret key only. */
  paymentSource: z.string().optional(),
  amount: Amount,
  currency: z.string(),
  environment: z.enum(ENVIRONMENTS),
  remoteId: z.string().optional(),
  remoteState: z.string().optional(),
  /** Why it ended as it did: a problem code, or one of the attempt's own. */
  code: z.string().optional(),
  message: z.string().optional(),
  createdAt: Timestamp,
  expiresAt: Timestamp.optional(),
  endedAt: Timestamp.optional(),
  /** When the provider is asked next, while it owes an answer. */
  nextCheckAt: Timestamp.optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** Why the merchant should look; absent where there is nothing to look at. To the secret key only. */
const Attention = z.array(z.enum(ATTENTION_REASONS)).optional();

/** What a provider said beside the facts, such as messages and metadata: kept as it came, and never acted on. */
export const RemoteDetails = z.record(z.string(), z.unknown());
export type RemoteDetails = z.infer<typeof RemoteDetails>;

/** One capture, void or refund of a payment. */
export const Operation = z.object({
  id: z.string(),
  type: z.enum(OPERATION_TYPES),
  amount: PartialAmount,
  status: z.enum(OPERATION_STATUSES),
  remoteId: z.string().optional(),
  /** The provider's id of what it is still doing, where it said `pending`. To the secret key only. */
  actionId: z.string().optional(),
  errorCode: z.string().optional(),
  message: z.string().optional(),
  /** To the secret key only. */
  remoteDetails: RemoteDetails.optional(),
  createdAt: Timestamp,
  /** Where Commerce Layer asked for it: by which call, SHA-256 in hex, and whether it is told the end. To the secret key only. */
  commerceLayer: z.object({ requestHash: z.string().optional(), isPromised: z.boolean().optional() }).optional(),
  /** With which Idempotency-Key it was asked for: SHA-256 of caller, path and key, hex. To the secret key only. */
  keyHash: z.string().optional(),
  /** When it was sent again, where its answer never came and the provider minds the key. */
  repeatedAt: Timestamp.optional(),
});
export type Operation = z.infer<typeof Operation>;

/** Money that is authorized, pending or taken; amounts in minor units of `currency`. */
export const Payment = z.object({
  id: z.string(),
  sessionId: z.string(),
  attemptId: z.string(),
  gateway: z.string(),
  environment: z.enum(ENVIRONMENTS),
  state: z.enum(PAYMENT_STATES),
  amount: Amount,
  capturedAmount: PartialAmount,
  refundedAmount: PartialAmount,
  /** What can still be refunded: captured less refunded. */
  balance: PartialAmount,
  currency: z.string(),
  remoteId: z.string(),
  /** The provider's own word, kept as it came. */
  remoteState: z.string(),
  /** The payment that counts, where this one was taken beside it. */
  duplicateOf: z.string().optional(),
  /** To the secret key only. */
  remoteDetails: RemoteDetails.optional(),
  /**
   * What is done by itself, and when: money that was only authorized is captured where the session is to be paid at
   * once, and a duplicate is given back where that is configured.
   */
  operationDue: z.object({ type: z.enum(["capture", "give_back"]), at: Timestamp }).optional(),
  /** True where the money came after the session had expired or been cancelled. */
  late: z.boolean().optional(),
  attention: Attention,
  /** When the provider last said something that the payment's state leaves no room for. To the secret key only. */
  contradictedAt: Timestamp.optional(),
  createdAt: Timestamp,
  authorizedAt: Timestamp.optional(),
  authorizationExpiresAt: Timestamp.optional(),
  completedAt: Timestamp.optional(),
  operations: z.array(Operation),
  /** Grows with every change: what carries a smaller one is older. */
  version: z.number().int(),
});
export type Payment = z.infer<typeof Payment>;

/** A gateway that a session can be paid by. */
export const GatewayOption = z.object({
  id: z.string(),
  label: z.string(),
  presentations: z.array(z.enum(PRESENTATIONS)),
});
export type GatewayOption = z.infer<typeof GatewayOption>;

/** One order to be paid, as the HTTP interface shows it; amounts in minor units of `currency`. */
export const CheckoutSession = z.object({
  id: z.string(),
  status: z.enum(SESSION_STATUSES),
  amount: Amount,
  currency: Currency,
  items: z.array(CheckoutItem),
  shipping: PartialAmount,
  tax: PartialAmount,
  discount: Discount,
  orderId: z.string().optional(),
  gateway: z.string().optional(),
  capture: z.enum(CAPTURE_METHODS),
  returnUrl: z.string(),
  cancelUrl: z.string(),
  locale: z.string().optional(),
  environment: z.enum(ENVIRONMENTS),
  expiresAt: Timestamp,
  createdAt: Timestamp,
  /** Grows by one with every change. */
  version: z.number().int(),
  /** The session as a plain page, for a link or a page without JavaScript. */
  url: z.string(),
  gateways: z.array(GatewayOption),
  /** The latest attempt. */
  attempt: Attempt.optional(),
  /** The payment that counts, never a duplicate. */
  payment: Payment.optional(),
  /** To the secret key only, as all that follows. */
  attention: Attention,
  /** The saved source that it was created to be paid with. */
  paymentSource: z.string().optional(),
  customer: Customer.optional(),
  metadata: Metadata.optional(),
  attempts: z.array(Attempt).optional(),
  payments: z.array(Payment).optional(),
});
export type CheckoutSession = z.infer<typeof CheckoutSession>;

/** A created session: the one answer that carries the client secret. */
export const CreatedCheckoutSession = CheckoutSession.extend({ clientSecret: z.string() });
export type CreatedCheckoutSession = z.infer<typeof CreatedCheckoutSession>;

/** What sends the customer to the provider; `fields` only with POST. */
export const Handoff = z.object({
  method: z.enum(["GET", "POST"]),
  url: z.string(),
  fields: z.record(z.string(), z.string()).optional(),
});
export type Handoff = z.infer<typeof Handoff>;

/** The answer to starting an attempt. */
export const StartedAttempt = z.object({ attempt: Attempt, handoff: Handoff });
export type StartedAttempt = z.infer<typeof StartedAttempt>;
