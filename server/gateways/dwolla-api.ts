/** Dwolla's calls from server to server: create, fetch and complete a checkout. */
import { z } from "zod";
import { parseDecimal } from "../../shared/money.ts";
import type { Environment } from "../../shared/states.ts";
import { GatewayError } from "../errors.ts";
import { DWOLLA_CURRENCY, type DwollaConfig } from "./dwolla-checkout.ts";
import type { FetchedPayment, OperationReport, OperationRequest, Trip } from "./gateway.ts";
import { createProviderClient, type ProviderCall } from "./provider-client.ts";
import { toPlainText } from "./provider-text.ts";

/** A checkout's id; its case is kept, since the signature covers it as it was given. */
export const CheckoutId = z.guid();

/** A decimal number, or its text, as cents. */
export const Dollars = z.union([z.number(), z.string()]).transform((decimal, ctx) => {
  const amount = parseDecimal(String(decimal), DWOLLA_CURRENCY);
  if (amount !== undefined) return amount;
  ctx.addIssue("is not an amount in dollars and cents");
  return z.NEVER;
});

/** `"true"` in test mode. */
export const TestMode = z
  .union([z.enum(["true", "false"]), z.boolean()])
  .transform((flag): Environment => (String(flag) === "true" ? "test" : "live"));

const NO_TRANSACTION: ReadonlySet<string> = new Set(["null", "", "1"]);
/** The id of the money; `undefined` where it is `null` or 1, as in test mode, and so names nothing. */
export const TransactionId = z
  .union([z.number().int(), z.string().regex(/^[\w-]{0,100}$/)])
  .nullish()
  .transform((id) => (NO_TRANSACTION.has(String(id ?? "null")) ? undefined : String(id)));

const CreatedCheckout = z.object({ CheckoutId });
const FetchedCheckout = z.object({ CheckoutId, Status: z.string(), Total: Dollars, TransactionId });
type FetchedCheckout = z.infer<typeof FetchedCheckout>;
const CompletedCheckout = z.object({ CheckoutId, Amount: Dollars, TestMode, TransactionId });
type CompletedCheckout = z.infer<typeof CompletedCheckout>;
const Envelope = z.object({ Success: z.boolean(), Message: z.string().nullish(), Response: z.unknown().optional() });

/** Dwolla's calls; each throws `GatewayError`, `gateway_declined` with Dwolla's words where it says no. */
export interface DwollaApi {
  /** Creates a checkout and gives its id. */
  create(body: Readonly<Record<string, unknown>>): Promise<string>;
  fetch(checkoutId: string): Promise<FetchedCheckout>;
  complete(checkoutId: string): Promise<CompletedCheckout>;
}

/** Makes the calls of one Dwolla application. */
export function createDwollaApi(
  { baseUrl, key, secret, timeoutMs }: DwollaConfig,
  fetch: typeof globalThis.fetch,
): DwollaApi {
  const client = createProviderClient({ fetch, secrets: [secret], timeoutMs });
  const credentials = { client_id: key, client_secret: secret };
  const checkouts = `${baseUrl}/oauth/rest/offsitegateway/checkouts`;
  const call = async <Answer>(request: ProviderCall, schema: z.ZodType<Answer>): Promise<Answer> => {
    const { status, body } = await client.call(request);
    const envelope = Envelope.safeParse(body).data;
    // A business error is an answer 200 that says so.
    if (envelope?.Success === false) {
      const words = toPlainText(client.withoutSecrets(envelope.Message ?? "")) ?? "it gave no reason";
      throw new GatewayError("gateway_declined", `Dwolla refused: ${words}`);
    }
    const answer = schema.safeParse(envelope?.Response);
    if (status === 200 && answer.success) return answer.data;
    const mayBeDone = request.method === "POST" && status < 400;
    throw notUnderstood(`answered ${status} with something else than was agreed`, mayBeDone);
  };
  return {
    create: async (body) => (await call({ method: "POST", url: checkouts, json: body }, CreatedCheckout)).CheckoutId,
    fetch: async (checkoutId) => {
      const url = `${checkouts}/${encodeURIComponent(checkoutId)}`;
      const checkout = await call({ method: "GET", url, query: credentials }, FetchedCheckout);
      if (!isSameCheckout(checkout, checkoutId)) throw notUnderstood("answered about another checkout", false);
      return checkout;
    },
    complete: (checkoutId) => {
      const url = `${checkouts}/${encodeURIComponent(checkoutId)}/complete`;
      return call({ method: "POST", url, json: credentials }, CompletedCheckout);
    },
  };
}

/**
 * Asks how a trip's checkout stands. The money's id is the transaction's, but the checkout's where a transaction has
 * none or is still to come: in test mode and with PayLater.
 *
 * @throws GatewayError for a status that is not known, and for one that cannot be
 */
export async function fetchCheckout(
  api: DwollaApi,
  { session, attempt }: Trip,
  environment: Environment,
): Promise<FetchedPayment> {
  const checkoutId = attempt.remoteId;
  // Without a checkout there is nothing that the customer could have paid.
  if (checkoutId === undefined) return "unpaid";
  const { Status: remoteState, Total: amount, TransactionId: transactionId } = await api.fetch(checkoutId);
  const money = { remoteState, amount, currency: DWOLLA_CURRENCY, environment };
  switch (remoteState) {
    case "Created":
      return "unpaid";
    case "Expired":
      return "expired";
    case "ReadyForApiCheckout":
      if (session.capture !== "manual") throw notUnderstood("waits for a capture that nobody asked for", false);
      return { outcome: "authorized", remoteId: checkoutId, ...money };
    case "Completed":
      if (session.capture === "manual" || environment === "test") {
        return { outcome: "completed", remoteId: checkoutId, ...money };
      }
      // Only test mode has none. Counted, it would be play money, and a payment whose id changes once there is one.
      if (transactionId === undefined) throw notUnderstood("says Completed without a transaction", false);
      return { outcome: "completed", remoteId: transactionId, ...money };
    default:
      throw unknownStatus(remoteState, false);
  }
}

/**
 * Takes the money of a PayLater checkout, as a whole.
 *
 * @throws GatewayError `unsupported_operation` for a part; in doubt where the answer is lost or is not what was asked
 */
export async function completeCheckout(
  api: DwollaApi,
  payment: { remoteId: string; amount: number },
  { amount }: OperationRequest,
  environment: Environment,
): Promise<OperationReport> {
  const { remoteId: checkoutId } = payment;
  if (amount !== payment.amount) {
    throw new GatewayError("unsupported_operation", "Dwolla captures an authorization only as a whole");
  }
  let completed: CompletedCheckout;
  try {
    completed = await api.complete(checkoutId);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== "gateway_declined") throw error;
    return explainRefusal(api, checkoutId, error);
  }
  const isAsAsked =
    isSameCheckout(completed, checkoutId) && completed.Amount === amount && completed.TestMode === environment;
  if (!isAsAsked) throw notUnderstood("completed another checkout, amount or mode than it was asked to", true);
  return { status: "succeeded", remoteId: completed.TransactionId ?? checkoutId, remoteState: "Completed" };
}

/** Dwolla also refuses what it has already completed, as when an earlier answer was lost: so it is asked. */
async function explainRefusal(api: DwollaApi, checkoutId: string, refusal: GatewayError): Promise<OperationReport> {
  let checkout: FetchedCheckout;
  try {
    checkout = await api.fetch(checkoutId);
  } catch (cause) {
    throw new GatewayError("gateway_unavailable", "Dwolla refused, and could not be asked why", { cause });
  }
  const { Status: remoteState, TransactionId: transactionId } = checkout;
  switch (remoteState) {
    case "Completed":
      return { status: "succeeded", remoteId: transactionId ?? checkoutId, remoteState };
    case "Created":
    case "ReadyForApiCheckout":
    case "Expired":
      return { status: "failed", remoteState, errorCode: refusal.code, message: refusal.message };
    default:
      throw unknownStatus(remoteState, true);
  }
}

function isSameCheckout(answer: { CheckoutId: string }, checkoutId: string): boolean {
  return answer.CheckoutId.toLowerCase() === checkoutId.toLowerCase();
}

function unknownStatus(status: string, inDoubt: boolean): GatewayError {
  return notUnderstood(`says ${JSON.stringify(toPlainText(status) ?? "")}, which is no known status`, inDoubt);
}

function notUnderstood(what: string, inDoubt: boolean): GatewayError {
  return new GatewayError("gateway_unavailable", `Dwolla ${what}`, { inDoubt });
}
