import { createHmac } from "node:crypto";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";
import type { Channel, Fields, GatewayDriver, ProviderScripts } from "../../conformance/gateway-driver.ts";
import { answerJson } from "../../support/scripted-provider.ts";

/** Signs in both directions. */
export const SECRET = "external+shared/secret=4f1c";

/** A configuration without its optional parts, with the provider at an address. */
export function configOf(url: string, timeoutMs?: number): Record<string, unknown> {
  return {
    type: "external",
    label: "Card",
    sharedSecret: SECRET,
    authorizeUrl: `${url}/authorize`,
    captureUrl: `${url}/capture`,
    voidUrl: `${url}/void`,
    refundUrl: `${url}/refund`,
    frameUrl: `${url}/page?shop=1`,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Signs a body, apart from the server's own way of doing it. */
export function signBody(body: string | Buffer, secret = SECRET): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Puts the signature where it comes: all other fields are the body. */
function encode({ signature, ...fields }: Fields): ProviderRequest {
  return {
    method: "POST",
    query: {},
    body: Buffer.from(JSON.stringify(fields)),
    contentType: "application/json",
    headers: signature === undefined ? {} : { "x-commercelayer-signature": signature as string },
  };
}

const actions: Channel = {
  write: ({ saying, remoteId, amount }, secret) => {
    const fields = {
      success: saying === "unknown" ? "true" : saying === "completed",
      data: { action_id: remoteId ?? "f32b1e55-9612-4b6d-90f9-1c1519e588da", amount_cents: amount, message: "Done" },
      ...(saying === "declined" ? { error: { code: "insufficient_funds", message: "Not enough money" } } : {}),
    };
    // An empty secret signs nothing that HMAC would take for a key of its own.
    return { ...fields, signature: signBody(JSON.stringify(fields), secret) };
  },
  encode,
  sayings: ["completed", "declined"],
  signatureField: "signature",
  outcomeField: "success",
  successWord: true,
};

/** The provider's own interface, which answers every call alike. */
export const provider: ProviderScripts = {
  stand: (standing, { remoteId, amount }) =>
    standing === "unknown"
      ? answerJson(200, { success: "true", data: { transaction_token: remoteId, amount_cents: amount } })
      : answerJson(200, { success: true, data: { transaction_token: remoteId, amount_cents: amount } }),
  refuse: (words) =>
    answerJson(402, {
      success: false,
      data: { transaction_token: "token-of-a-refusal", amount_cents: 4300 },
      error: { code: "card_declined", message: words },
    }),
};

/** An external gateway, as the gateways' suite must know it. */
export const EXTERNAL: GatewayDriver = {
  type: "external",
  config: (url, timeoutMs) => ({ ...configOf(url, timeoutMs), tokenUrl: `${url}/token` }),
  secret: SECRET,
  currency: "EUR",
  named: [],
  actions,
  token: {
    attempt: { paymentSourceToken: "tok_of_the_customer" },
    bringBack: (token) => ({
      method: "GET",
      query: { payment_source_token: token },
      body: null,
      contentType: null,
      headers: {},
    }),
  },
  sources: {
    save: (paymentSourceToken, customerToken) =>
      answerJson(200, {
        success: true,
        data: {
          payment_source_token: paymentSourceToken,
          ...(customerToken === undefined ? {} : { customer_token: customerToken }),
        },
      }),
    keyOf: ({ headers }) => headers["idempotency-key"],
  },
  provider,
};
