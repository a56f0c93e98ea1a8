/**
 * The calls to an external payment gateway (seed 002):
 *
 * 1. The payload is signed as the text that is sent, and carries the key that makes a repeat harmless.
 * 2. `success` decides, and it is a boolean: `true` with a token and an amount, or `false` with a code and a message.
 *    Anything else is no answer, and what it did is in doubt unless the status says that it was refused.
 * 3. HTTP 202 with an `action_id` says that the provider is still at work; its webhook will name that id.
 * 4. Calls that fail are counted by the circuit, which suspends them; a refusal counts neither way.
 */
import { z } from "zod";
import { MAX_AMOUNT } from "../../shared/money.ts";
import type { RemoteDetails } from "../../shared/records.ts";
import { GatewayError } from "../errors.ts";
import type { Circuit } from "./circuit.ts";
import { SIGNATURE_HEADER } from "./external-webhook.ts";
import type { Payload } from "./json-api.ts";
import { findTokenFault } from "./external-token.ts";
import type { SavedSource } from "./saved-source.ts";
import { createProviderClient, type ProviderAnswer, type ProviderClient } from "./provider-client.ts";
import { isRemoteId, toPlainText } from "./provider-text.ts";
import { hmacBase64 } from "./signature.ts";

/** What an external gateway says about one call. */
export type ExternalAnswer =
  | { outcome: "succeeded"; transactionToken: string; amount: number; details?: RemoteDetails }
  | { outcome: "pending"; transactionToken: string; amount: number; actionId: string; details?: RemoteDetails }
  | { outcome: "refused"; errorCode: string; message: string };

/** The calls of one configured gateway. */
export interface ExternalApi {
  /**
   * Sends one call; whoever sends the same while it is under way is given the same answer, for not every provider minds
   * the key.
   *
   * @param idempotencyKey the same for every repeat of one call
   * @throws GatewayError `gateway_unavailable`, or `circuit_open` where nothing was sent
   */
  call(url: string, payload: Payload, idempotencyKey: string): Promise<ExternalAnswer>;

  /**
   * Asks for a token with which a customer's payment source can be used again; never answered later.
   *
   * @throws GatewayError `gateway_declined`, and all that `call` throws
   */
  saveToken(url: string, payload: Payload, idempotencyKey: string): Promise<SavedSource>;
}

/** How the calls are made. */
export interface ExternalApiOptions {
  sharedSecret: string;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
  circuit: Circuit;
}

/** The most characters of messages and metadata that are kept. */
const MAX_DETAILS_LENGTH = 8192;

const RemoteId = z.string().refine(isRemoteId);
const Success = z.object({
  success: z.literal(true),
  data: z.object({
    transaction_token: RemoteId,
    amount_cents: z.number().int().min(0).max(MAX_AMOUNT),
    action_id: RemoteId.nullish(),
    messages: z.array(z.unknown()).nullish(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const SavedToken = z.object({
  success: z.literal(true),
  data: z.object({ customer_token: z.string().nullish(), payment_source_token: z.string() }),
});
const Failure = z.object({
  success: z.literal(false),
  error: z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }).nullish(),
});

/** Makes the calls of one external gateway. */
export function createExternalApi({ sharedSecret, timeoutMs, fetch, circuit }: ExternalApiOptions): ExternalApi {
  // One for each call, for its tokens are nobody's to see, and a provider may well repeat them.
  const clientFor = (payload: Payload) =>
    createProviderClient({ fetch, secrets: [sharedSecret, ...tokensOf(payload)], timeoutMs });
  const send = async (
    client: ProviderClient,
    url: string,
    payload: Payload,
    idempotencyKey: string,
  ): Promise<ProviderAnswer> => {
    const jsonText = JSON.stringify(payload);
    const headers = {
      [SIGNATURE_HEADER]: hmacBase64(sharedSecret, jsonText),
      "Idempotency-Key": idempotencyKey,
    };
    return client.call({ method: "POST", url, jsonText, headers });
  };
  const sendCounted = async <Answer extends object>(
    sending: () => Promise<ProviderAnswer>,
    read: (answer: ProviderAnswer) => Answer | Refusal,
  ): Promise<Answer | Refusal> => {
    await circuit.assertClosed();
    let answer: Answer | Refusal;
    try {
      answer = read(await sending());
    } catch (error) {
      if (error instanceof GatewayError) await circuit.noteFailure();
      throw error;
    }
    if (!isRefusal(answer)) await circuit.noteSuccess();
    return answer;
  };
  const underWay = new Map<string, Promise<ExternalAnswer>>();
  return {
    call: (url, payload, idempotencyKey) => {
      const sent = underWay.get(idempotencyKey);
      if (sent !== undefined) return sent;
      const client = clientFor(payload);
      const answer = sendCounted(
        () => send(client, url, payload, idempotencyKey),
        (received) => readAnswer(received, client.withoutSecrets),
      ).finally(() => underWay.delete(idempotencyKey));
      underWay.set(idempotencyKey, answer);
      return answer;
    },
    saveToken: async (url, payload, idempotencyKey) => {
      const client = clientFor(payload);
      const answer = await sendCounted(
        () => send(client, url, payload, idempotencyKey),
        (received) => readFailure(received, client.withoutSecrets) ?? readSavedToken(received),
      );
      if (isRefusal(answer)) throw new GatewayError("gateway_declined", answer.message);
      return answer;
    },
  };
}

function tokensOf({ data, included }: Payload): string[] {
  return [data, ...included].flatMap(({ attributes }) => {
    const { payment_source_token: token, options } = attributes as {
      payment_source_token?: unknown;
      options?: unknown;
    };
    const { customer_token: customerToken } = { ...(options as { customer_token?: unknown } | undefined) };
    return [token, customerToken].filter((one): one is string => typeof one === "string" && one !== "");
  });
}

type Refusal = Extract<ExternalAnswer, { outcome: "refused" }>;

function isRefusal(answer: object): answer is Refusal {
  return "outcome" in answer && answer.outcome === "refused";
}

/** @throws GatewayError for what is no token; what it was is in no message, for it may be a card number */
function readSavedToken({ status, body }: ProviderAnswer): SavedSource {
  const saved = SavedToken.safeParse(body).data?.data;
  if (saved === undefined || status >= 300 || status === 202) throw notUnderstood(status, status < 400);
  const { payment_source_token: paymentSourceToken, customer_token: customerToken } = saved;
  const tokens = { payment_source_token: paymentSourceToken, customer_token: customerToken ?? undefined };
  for (const [name, token] of Object.entries(tokens)) {
    const fault = token === undefined ? undefined : findTokenFault(token);
    if (fault === undefined) continue;
    // Asking again would bring the same.
    throw new GatewayError("gateway_declined", `the external gateway gave a ${name} that ${fault}`);
  }
  return { paymentSourceToken, ...(typeof customerToken === "string" ? { customerToken } : {}) };
}

function readFailure({ body }: ProviderAnswer, withoutSecrets: (text: string) => string): Refusal | undefined {
  const failure = Failure.safeParse(body).data;
  if (failure === undefined) return undefined;
  const words = (text: string | number | null | undefined) => toPlainText(withoutSecrets(String(text ?? "")));
  return {
    outcome: "refused",
    errorCode: words(failure.error?.code) ?? "declined",
    message: words(failure.error?.message) ?? "it gave no reason",
  };
}

function readAnswer(received: ProviderAnswer, withoutSecrets: (text: string) => string): ExternalAnswer {
  const failure = readFailure(received, withoutSecrets);
  if (failure !== undefined) return failure;
  const { status, body } = received;
  const success = Success.safeParse(body).data;
  if (success === undefined || status >= 400) throw notUnderstood(status, status < 400 || success !== undefined);
  const { transaction_token: transactionToken, amount_cents: amount, action_id: actionId } = success.data;
  const details = keepDetails(success.data, withoutSecrets);
  const told = { transactionToken, amount, ...(details === undefined ? {} : { details }) };
  if (status !== 202) return { outcome: "succeeded", ...told };
  // Without a name for what it is doing nobody could ever tell us how it ended.
  if (actionId === null || actionId === undefined) throw notUnderstood(status, true);
  return { outcome: "pending", actionId, ...told };
}

function keepDetails(
  { messages, metadata }: z.infer<typeof Success>["data"],
  withoutSecrets: (text: string) => string,
): RemoteDetails | undefined {
  const details = { ...(messages ? { messages } : {}), ...(metadata ? { metadata } : {}) };
  if (Object.keys(details).length === 0) return undefined;
  const length = JSON.stringify(details).length;
  return length > MAX_DETAILS_LENGTH
    ? { omitted: `${length} characters` }
    : (mapTexts(details, withoutSecrets) as RemoteDetails);
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]));
}

function notUnderstood(status: number, inDoubt: boolean): GatewayError {
  return new GatewayError(
    "gateway_unavailable",
    `the external gateway answered ${status} with something else than was agreed`,
    { inDoubt },
  );
}
