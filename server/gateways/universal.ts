/**
 * The Universal off-site protocol: the generic redirect or iframe gateway, spoken by many hosted pages.
 *
 * 1. `start` signs a form of `x_` fields, which the customer's browser posts to the provider's page. Nothing is asked
 *    of the provider beforehand.
 * 2. The provider calls back with a form, and sends the customer back with the same fields in the query, or in a form.
 * 3. Both are proven by the signature over every `x_` field, so their reports count as they are.
 *
 * The signature joins names and values with nothing between, so that the same signed text can be read as other fields.
 * Hence no name is accepted but the protocol's own, and every value must be such that no boundary can have moved.
 */
import { z } from "zod";
import { assertNever } from "../../shared/assert-never.ts";
import { CURRENCIES } from "../../shared/currencies.ts";
import { formatDecimal, parseDecimal } from "../../shared/money.ts";
import { safeText, type Address } from "../../shared/records.ts";
import type { Environment, Presentation } from "../../shared/states.ts";
import { VerificationError } from "../errors.ts";
import { parseForm } from "../parse.ts";
import { gatewayLabel, gatewayPresentations, ProviderSecret } from "./config-fields.ts";
import type { Gateway, GatewayContext, GatewayType, ProviderRequest, Report, Trip } from "./gateway.ts";
import { ProviderAddress } from "./provider-address.ts";
import { readMessageBody, refuse, understand } from "./provider-message.ts";
import { isRemoteId, toPlainText, truncate } from "./provider-text.ts";
import { hmacHex, isSameDigest } from "./signature.ts";

/** The configuration of one account at a provider of the Universal protocol. */
export interface UniversalConfig {
  type: "universal";
  label: string;
  presentations: Presentation[];
  accountId: string;
  secret: string;
  /** The provider's page, to which the form is posted. */
  forwardUrl: string;
  shopName: string;
  /** ISO 3166-1 alpha-2. */
  shopCountry: string;
}

const UniversalConfig: z.ZodType<UniversalConfig> = z.strictObject({
  type: z.literal("universal"),
  label: gatewayLabel("Pay online"),
  presentations: gatewayPresentations(["redirect", "iframe", "popup"], ["redirect", "iframe", "popup"]),
  accountId: safeText(100),
  secret: ProviderSecret,
  forwardUrl: ProviderAddress,
  shopName: safeText(200),
  shopCountry: z.string().regex(/^[A-Z]{2}$/, "must be an ISO 3166-1 alpha-2 code in upper case"),
});

/** The gateway type `universal`. */
export const universal: GatewayType<UniversalConfig> = {
  type: "universal",
  configSchema: UniversalConfig,
  addresses: ({ forwardUrl }) => ({ forwardUrl }),
  create: (config, context) => createUniversal(config, context),
};

/** Computes the protocol's signature: over every `x_` field but the signature itself, sorted by name, lower-case hex. */
export function signUniversalFields(fields: Readonly<Record<string, string>>, secret: string): string {
  const message = Object.entries(fields)
    .filter(([name]) => name.startsWith("x_") && name !== "x_signature")
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => name + value)
    .join("");
  return hmacHex("sha256", secret, message);
}

function createUniversal(config: UniversalConfig, { id, environment }: GatewayContext): Gateway {
  const { accountId, secret, forwardUrl } = config;
  return {
    id,
    type: config.type,
    label: config.label,
    presentations: config.presentations,
    origins: [new URL(forwardUrl).origin],
    checkSession: () => [],
    start: async (trip, urls) => {
      const fields = {
        x_account_id: accountId,
        x_shop_name: config.shopName,
        x_shop_country: config.shopCountry,
        x_test: String(environment === "test"),
        ...orderFields(trip),
        x_url_callback: urls.notifyUrl,
        x_url_complete: urls.returnUrl,
        x_url_cancel: urls.cancelUrl,
      };
      return {
        handoff: {
          method: "POST",
          url: forwardUrl,
          fields: { ...fields, x_signature: signUniversalFields(fields, secret) },
        },
      };
    },
    verifyReturn: async (request, { attempt }) => {
      const message = readMessage(request.method === "GET" ? request.query : readForm(request), config);
      // The return address is the customer's: it must not settle one order with the signed return of another.
      if (message.x_reference !== attempt.reference) throw refuse("x_reference is that of another attempt");
      return { proof: "signed", report: toReport(message) };
    },
    verifyNotification: async (request) => {
      const message = readMessage(readForm(request), config);
      return { proof: "signed", report: toReport(message), attempt: { reference: message.x_reference } };
    },
  };
}

function orderFields({ session, attempt }: Trip): Record<string, string> {
  const { items, orderId, customer } = session;
  const description = items.map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`)).join(", ");
  return {
    x_transaction_type: "sale",
    x_reference: attempt.reference,
    x_currency: attempt.currency,
    x_amount: formatDecimal(attempt.amount, attempt.currency),
    x_invoice: orderId ?? session.id,
    ...present({
      x_description: truncate(description, 250),
      x_customer_email: customer?.email,
      x_customer_phone: customer?.phone,
    }),
    ...nameFields("x_customer_", customer?.name ?? customer?.billingAddress?.name),
    ...postalFields("x_customer_billing_", customer?.billingAddress),
    ...postalFields("x_customer_shipping_", customer?.shippingAddress),
  };
}

function postalFields(prefix: string, address: Address | undefined): Record<string, string> {
  if (address === undefined) return {};
  const { name, company, line1, line2, city, region, postalCode, country, phone } = address;
  const fields = present({
    company,
    address1: line1,
    address2: line2,
    city,
    state: region,
    zip: postalCode,
    country,
    phone,
  });
  const prefixed = Object.entries(fields).map(([field, value]) => [prefix + field, value] as const);
  return { ...Object.fromEntries(prefixed), ...nameFields(prefix, name) };
}

/** The protocol wants names in two parts: the last word is the last name. */
function nameFields(prefix: string, name: string | undefined): Record<string, string> {
  const words = (name ?? "").split(/\s+/).filter((word) => word !== "");
  const last = words.length > 1 ? words.pop() : undefined;
  return present({ [`${prefix}first_name`]: words.join(" "), [`${prefix}last_name`]: last });
}

function present(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const filled = Object.entries(fields).filter(
    (field): field is [string, string] => field[1] !== undefined && field[1] !== "",
  );
  return Object.fromEntries(filled);
}

const SIGNED_FIELDS = {
  x_account_id: z.string(),
  x_reference: z.string().refine(isRemoteId),
  x_currency: z.string().refine((code) => CURRENCIES.has(code)),
  x_test: z.enum(["true", "false"]),
  x_amount: z.string(),
  // An optional field follows it: with the boundary moved there it would be another id, and so a second payment.
  x_gateway_reference: z.string().refine((text) => text === "" || (isRemoteId(text) && !text.includes("x_message"))),
  // The last could swallow all that went before. No limit on its age: bound to its attempt, a replay is harmless.
  x_timestamp: z.string().regex(/^[-0-9TZ:.+ ]{1,40}$/),
  x_result: z.enum(["completed", "success", "pending", "failed"]),
  x_message: z.string().optional(),
};
const SignedFields = z.object(SIGNED_FIELDS);

/** What return and callback say, once proven. */
type UniversalMessage = z.infer<typeof SignedFields> & { amount: number };

function readMessage(fields: Readonly<Record<string, string>>, config: UniversalConfig): UniversalMessage {
  // Nothing is looked at before the sender is proven. Some providers send upper-case hex.
  if (!isSameDigest(signUniversalFields(fields, config.secret), fields["x_signature"]?.toLowerCase())) {
    throw new VerificationError("x_signature does not verify");
  }
  const names = Object.keys(fields).filter((name) => name.startsWith("x_") && name !== "x_signature");
  const unknown = names.find((name) => !Object.hasOwn(SIGNED_FIELDS, name));
  // A name that the protocol does not have may be one of its own with the start of the value, such as `x_amount1`.
  if (unknown !== undefined) throw refuse(`the protocol has no field ${JSON.stringify(truncate(unknown, 40))}`);
  const message = understand(SignedFields, fields);
  if (message.x_account_id !== config.accountId) throw refuse("x_account_id is another account");
  const amount = parseDecimal(message.x_amount, message.x_currency);
  if (amount === undefined) throw refuse("x_amount is not an amount of its currency");
  return { ...message, amount };
}

function toReport(message: UniversalMessage): Report {
  const { x_result: remoteState, x_gateway_reference: remoteId, x_currency: currency, amount } = message;
  const environment: Environment = message.x_test === "true" ? "test" : "live";
  const words = toPlainText(message.x_message);
  const said = words === undefined ? {} : { message: words };
  switch (remoteState) {
    case "failed":
      return {
        outcome: "declined",
        code: "gateway_declined",
        remoteState,
        environment,
        ...(remoteId === "" ? {} : { remoteId }),
        ...said,
      };
    case "completed":
    case "success":
    case "pending": {
      if (remoteId === "") throw refuse("x_gateway_reference is empty, though money moved");
      const outcome = remoteState === "pending" ? "pending" : "completed";
      return { outcome, remoteId, remoteState, amount, currency, environment, ...said };
    }
    default:
      return assertNever(remoteState);
  }
}

function readForm(request: ProviderRequest): Record<string, string> {
  return readMessageBody(request, "application/x-www-form-urlencoded", parseForm);
}
