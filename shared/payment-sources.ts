import { z } from "zod";
import { holdsCardNumber } from "./card-number.ts";
import { PageParameters } from "./queries.ts";
import { safeText } from "./records.ts";
import { ENVIRONMENTS } from "./states.ts";

/** The id of a payment source, as ours are made. */
export const PaymentSourceId = z
  .string()
  .regex(/^src_[A-Za-z0-9_-]{24}$/, "must be the id of a payment source that was saved here");

/** Whose a payment source is: the merchant's own id of the customer, an e-mail address, or both. */
export const SourceCustomer = z
  .strictObject({
    reference: safeText(100).optional(),
    email: z.email("must be an e-mail address").max(254).optional(),
  })
  .refine(({ reference, email }) => reference !== undefined || email !== undefined, "needs a reference or an email");
export type SourceCustomer = z.infer<typeof SourceCustomer>;

const Label = safeText(100).refine((text) => !holdsCardNumber(text), "must not hold a card number");

/** The body of `POST /v1/payment-sources`. */
export const SavePaymentSourceRequest = z.strictObject({
  /** The payment that was made with it. */
  paymentId: z.string().regex(/^pay_[A-Za-z0-9_-]{1,64}$/, "must be the id of a payment"),
  /** The customer has agreed that it is kept and used again. */
  consent: z.literal(true, "must be true: the customer has to agree"),
  /** Where the payment's session names none. */
  customer: SourceCustomer.optional(),
  /** What the customer knows it by, such as "the company's account". */
  label: Label.optional(),
});
export type SavePaymentSourceRequest = z.infer<typeof SavePaymentSourceRequest>;

/** The query of `GET /v1/payment-sources`; `customer` is a reference or an e-mail address. */
export const ListPaymentSourcesQuery = z.strictObject({
  ...PageParameters,
  customer: z.string().min(1, "must not be empty").max(254).optional(),
});
export type ListPaymentSourcesQuery = z.infer<typeof ListPaymentSourcesQuery>;

/** What a customer has paid with and lets the merchant use again; the provider's token for it is shown to nobody. */
export const PaymentSource = z.object({
  id: z.string(),
  gateway: z.string(),
  environment: z.enum(ENVIRONMENTS),
  /** The payment that it was saved from, and its session. */
  paymentId: z.string(),
  sessionId: z.string(),
  customer: SourceCustomer,
  label: z.string().optional(),
  createdAt: z.iso.datetime(),
});
export type PaymentSource = z.infer<typeof PaymentSource>;
