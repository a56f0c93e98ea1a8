/**
 * Dwolla's Off-Site Gateway (seed 003), US dollars only.
 *
 * 1. `start` creates a checkout by a call from server to server and sends the customer to its page. The checkout can
 *    be paid for five minutes.
 * 2. Dwolla posts a callback in JSON, and sends the customer back with the same facts in the query.
 * 3. Their signature covers the checkout's id and amount alone: status, order, transaction and test flag could be
 *    anything, and a failed callback flipped to completed still verifies. So both are hints, and money counts only
 *    after `fetchPayment` says so. Why a payment failed comes back without any signature.
 * 4. PayLater (`capture: "manual"`): the customer only authorizes; `capture` completes the checkout by the API, as a
 *    whole. There is no callback then.
 */
import { z } from "zod";
import { formatDecimal } from "../../shared/money.ts";
import type { Environment } from "../../shared/states.ts";
import { VerificationError } from "../errors.ts";
import { parseJson } from "../parse.ts";
import {
  CheckoutId,
  completeCheckout,
  createDwollaApi,
  Dollars,
  fetchCheckout,
  TestMode,
  TransactionId,
} from "./dwolla-api.ts";
import { checkCheckout, checkoutRequest, DWOLLA_CURRENCY, DwollaConfig } from "./dwolla-checkout.ts";
import type {
  EndReport,
  Gateway,
  GatewayContext,
  GatewayType,
  ProviderRequest,
  Trip,
  Verified,
  VerifiedNotification,
} from "./gateway.ts";
import { readMessageBody, refuse, understand } from "./provider-message.ts";
import { toPlainText } from "./provider-text.ts";
import { hmacHex, isSameDigest } from "./signature.ts";

/** The gateway type `dwolla`. */
export const dwolla: GatewayType<DwollaConfig> = {
  type: "dwolla",
  configSchema: DwollaConfig,
  addresses: ({ baseUrl }) => ({ baseUrl }),
  create: (config, context) => createDwolla(config, context),
};

/** Computes Dwolla's signature: over the checkout's id as it was given, `&`, and the amount with two decimals. */
export function signDwolla(checkoutId: string, amount: number, secret: string): string {
  return hmacHex("sha1", secret, `${checkoutId}&${formatDecimal(amount, DWOLLA_CURRENCY)}`);
}

function createDwolla(config: DwollaConfig, { id, environment, fetch, now }: GatewayContext): Gateway {
  const { baseUrl, secret } = config;
  const api = createDwollaApi(config, fetch);
  return {
    id,
    type: config.type,
    label: config.label,
    presentations: config.presentations,
    origins: [new URL(baseUrl).origin],
    checkSession: (session) => checkCheckout(config, session),
    start: async (trip, urls) => {
      // Counted from before the call, so that we never take a checkout for payable when it no longer is.
      const expiresAt = new Date(now().getTime() + config.lifetimeSeconds * 1000).toISOString();
      const remoteId = await api.create(checkoutRequest(config, environment, trip, urls));
      return { handoff: { method: "GET", url: `${baseUrl}/payment/checkout/${remoteId}` }, remoteId, expiresAt };
    },
    verifyReturn: async ({ query }, trip) => readReturn(query, trip, secret, environment),
    verifyNotification: async (request) => readCallback(request, secret, environment),
    fetchPayment: (trip) => fetchCheckout(api, trip, environment),
    capture: (payment, request) => completeCheckout(api, payment, request, environment),
  };
}

const SignedFacts = z.object({ CheckoutId, Amount: Dollars, Signature: z.string() });

/** All that Dwolla signs; nothing else may be looked at before this. */
function verifySigned(facts: unknown, secret: string): z.infer<typeof SignedFacts> {
  const signed = SignedFacts.safeParse(facts).data;
  if (signed === undefined) throw new VerificationError("checkout id, amount and signature are not all there to read");
  if (!isSameDigest(signDwolla(signed.CheckoutId, signed.Amount, secret), signed.Signature)) {
    throw new VerificationError("the signature does not verify");
  }
  return signed;
}

const Callback = z.object({
  Status: z.enum(["Completed", "Failed"]),
  TestMode,
  TransactionId,
  Error: z.string().nullish(),
});

function readCallback(request: ProviderRequest, secret: string, environment: Environment): VerifiedNotification {
  const facts = readMessageBody(request, "application/json", parseJson);
  const { CheckoutId: checkoutId, Amount: amount } = verifySigned(facts, secret);
  const callback = understand(Callback, facts);
  if (callback.TestMode !== environment) throw refuse(`TestMode is that of ${callback.TestMode}`);
  const attempt = { remoteId: checkoutId };
  const { Status: remoteState, TransactionId: transactionId } = callback;
  if (remoteState === "Failed") {
    return { proof: "hint", attempt, report: { ...toEndReport(remoteState, callback.Error), environment } };
  }
  const remoteId = toRemoteId(environment, checkoutId, transactionId);
  const hint = { currency: DWOLLA_CURRENCY, environment, amount };
  return { proof: "hint", attempt, report: { outcome: "completed", remoteId, remoteState, ...hint } };
}

const Return = z.object({ status: z.enum(["Completed", "Failed"]), transaction: TransactionId });

/** `postback` is not read: it tells how our answer to the callback was liked, not how the payment went. */
function readReturn(
  query: ProviderRequest["query"],
  { session, attempt }: Trip,
  secret: string,
  environment: Environment,
): Verified {
  if (query["error"] !== undefined) return readRefusal(query, attempt.remoteId);
  const { checkoutId, amount: Amount, signature: Signature } = query;
  const signed = verifySigned({ CheckoutId: checkoutId, Amount, Signature }, secret);
  // The return address is the customer's: a signed return of one checkout must not settle another.
  if (!isSameId(signed.CheckoutId, attempt.remoteId)) throw refuse("checkoutId is that of another attempt");
  if (query["orderId"] !== attempt.reference) throw refuse("orderId is that of another attempt");
  const isPayLater = query["checkoutWithApi"] === "true";
  if (isPayLater !== (session.capture === "manual")) throw refuse("checkoutWithApi is not what was asked for");
  // PayLater says nothing of test mode; elsewhere the flag is there in test mode alone.
  const flag = query["test"] ?? (isPayLater ? String(environment === "test") : "false");
  if (flag !== String(environment === "test")) throw refuse("test is that of another environment");
  const hint = { currency: DWOLLA_CURRENCY, environment, amount: signed.Amount };
  if (isPayLater) {
    const remoteState = "checkoutWithApi";
    return { proof: "hint", report: { outcome: "authorized", remoteId: signed.CheckoutId, remoteState, ...hint } };
  }
  const { status: remoteState, transaction } = understand(Return, query);
  if (remoteState === "Failed") return { proof: "hint", report: { ...toEndReport(remoteState), environment } };
  const remoteId = toRemoteId(environment, signed.CheckoutId, transaction);
  return { proof: "hint", report: { outcome: "completed", remoteId, remoteState, ...hint } };
}

/** A refusal is not signed at all: it can only end an attempt, and the customer's own at that. */
function readRefusal(query: ProviderRequest["query"], remoteId: string | undefined): Verified {
  const { error, checkoutId } = query;
  if (error !== "failure") throw refuse("error is not one that Dwolla has");
  const isOwn = checkoutId === undefined || isSameId(checkoutId, remoteId);
  if (!isOwn) throw refuse("checkoutId is that of another attempt");
  return { proof: "hint", report: toEndReport(error, query["error_description"]) };
}

/** Of the seed's eight reasons two are the customer's; all others, and any that it does not list, are faults. */
function toEndReport(remoteState: string, reason?: string | null): EndReport {
  const message = toPlainText(reason);
  const report = { remoteState, ...(message === undefined ? {} : { message }) };
  // The seed writes the same reason with and without its full stop.
  switch ((message ?? "").replace(/\.$/, "").toLowerCase()) {
    case "user cancelled":
      return { outcome: "cancelled", ...report };
    case "there are insufficient funds for this transaction":
      return { outcome: "declined", code: "gateway_declined", ...report };
    default:
      return { outcome: "failed", code: "provider_error", ...report };
  }
}

/** A transaction's id names money only in live. */
function toRemoteId(environment: Environment, checkoutId: string, transactionId: string | undefined): string {
  return environment === "live" ? (transactionId ?? checkoutId) : checkoutId;
}

function isSameId(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}
