import { createHmac } from "node:crypto";
import type { Payload } from "../../server/gateways/json-api.ts";
import type { Handoff } from "../../shared/records.ts";
import {
  startScriptedProvider,
  resetConnection,
  type ReceivedRequest,
  type ScriptedProvider,
} from "./scripted-provider.ts";
import type { TestAnswer, TestServer } from "./server.ts";

const SECRET = "external-test-shared-secret";

/** What an external gateway is asked to do. */
export type ExternalAction = "authorize" | "capture" | "void" | "refund" | "token";

/** How it deals with a call: at once, later, by refusing, or by losing the answer after or before doing it. */
export type Behaviour = "succeed" | "promise" | "refuse" | "lose answer" | "break down";

/** One call as it came. */
export interface ExternalCall {
  action: ExternalAction;
  key: string;
  isSigned: boolean;
  payload: Payload;
}

/** An external payment gateway over HTTP that does what a test says, and minds its idempotency keys. */
export interface ExternalEndpoint {
  provider: ScriptedProvider;
  calls: ExternalCall[];
  /** What was really done, each key once: the provider's truth. */
  done: Map<string, { action: ExternalAction; amount: number }>;
  behaviour: Behaviour;
  /** What its answers wait for; what they answer is done before. */
  isReleased?: Promise<void>;
  /** What it answers where it is asked for a token. */
  token: { payment_source_token: string; customer_token?: string };
  /** The part of a gateway's configuration that leads here. */
  config: Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startExternalEndpoint(): Promise<ExternalEndpoint> {
  const provider = await startScriptedProvider();
  const { url } = provider;
  const endpoint: ExternalEndpoint = {
    provider,
    calls: [],
    done: new Map(),
    behaviour: "succeed",
    token: { payment_source_token: "tok_saved", customer_token: "cus_1" },
    config: {
      type: "external",
      label: "Card",
      sharedSecret: SECRET,
      authorizeUrl: `${url}/authorize`,
      captureUrl: `${url}/capture`,
      voidUrl: `${url}/void`,
      refundUrl: `${url}/refund`,
      tokenUrl: `${url}/token`,
      frameUrl: `${url}/page`,
    },
    close: () => provider.close(),
  };
  const answers = new Map<string, ReturnType<typeof answerTo>>();
  provider.script((request, response) => {
    const call = readCall(request);
    endpoint.calls.push(call);
    const { behaviour } = endpoint;
    if (behaviour === "break down") {
      response.writeHead(500).end("<Fault/>");
      return;
    }
    const known = answers.get(call.key) ?? answerTo(call, behaviour, endpoint.token);
    answers.set(call.key, known);
    if (known.status < 400 && call.action !== "token")
      endpoint.done.set(call.key, { action: call.action, amount: amountOf(call) });
    if (behaviour === "lose answer") {
      resetConnection(request, response);
      return;
    }
    const answer = () =>
      response.writeHead(known.status, { "content-type": "application/json" }).end(JSON.stringify(known.body));
    if (endpoint.isReleased === undefined) answer();
    else void endpoint.isReleased.then(answer);
  });
  return endpoint;
}

/** Signs a body as the protocol has it, apart from the server's own way of doing it. */
export function signExternal(body: string | Buffer): string {
  return createHmac("sha256", SECRET).update(body).digest("base64");
}

/** Brings the customer back from the provider's page with a token. */
export function bringBack(server: TestServer, handoff: Handoff, token = "tok_of_the_customer"): Promise<TestAnswer> {
  const url = new URL(new URL(handoff.url).searchParams.get("return_url") ?? "");
  url.searchParams.set("payment_source_token", token);
  return server.call(url.pathname + url.search, { key: null });
}

/** Sends the webhook that ends an action. */
export function endAction(
  server: TestServer,
  actionId: string,
  { isSuccess = true, data = {} }: { isSuccess?: boolean; data?: Record<string, unknown> } = {},
): Promise<TestAnswer<{ code: string }>> {
  const error = { error: { code: "expired_card", message: "The card has expired" } };
  const body = JSON.stringify({
    success: isSuccess,
    data: { action_id: actionId, ...data },
    ...(isSuccess ? {} : error),
  });
  return sendWebhook(server, body, signExternal(body));
}

/** Sends any webhook. */
export function sendWebhook(
  server: TestServer,
  body: string,
  signature: string | undefined,
): Promise<TestAnswer<{ code: string }>> {
  return server.call("/notify/external", {
    key: null,
    body,
    headers: {
      "content-type": "application/json",
      ...(signature === undefined ? {} : { "X-CommerceLayer-Signature": signature }),
    },
  });
}

/** The amount that a payload asks for, in minor units. */
export function amountOf({ action, payload }: ExternalCall): number {
  const { attributes } = payload.data;
  const order = payload.included.find(({ type }) => type === "orders");
  const amounts = {
    authorize: order?.attributes["total_amount_with_taxes_cents"],
    capture: attributes["capture_amount_cents"],
    void: attributes["amount_cents"],
    refund: attributes["refund_amount_cents"],
    token: undefined,
  };
  return amounts[action] as number;
}

function readCall({ path, headers, body }: ReceivedRequest): ExternalCall {
  return {
    action: path.slice(1) as ExternalAction,
    key: String(headers["idempotency-key"]),
    isSigned: headers["x-commercelayer-signature"] === signExternal(body),
    payload: JSON.parse(body) as Payload,
  };
}

function answerTo(
  call: ExternalCall,
  behaviour: Behaviour,
  token: ExternalEndpoint["token"],
): { status: number; body: unknown } {
  if (call.action === "token" && behaviour !== "refuse") return { status: 200, body: { success: true, data: token } };
  const data = { transaction_token: `${call.action}-${call.key}`, amount_cents: amountOf(call) };
  if (behaviour === "refuse") {
    const error = { code: "YOUR-ERROR-CODE", message: "Your error message" };
    return { status: 422, body: { success: false, data, error } };
  }
  const isPromised = behaviour === "promise";
  const said = { messages: [{ type: "info", title: "A word", body: "Anything" }], metadata: { foo: "bar" } };
  const action = isPromised ? { action_id: `action-${call.key}` } : {};
  return { status: isPromised ? 202 : 200, body: { success: true, data: { ...data, ...action, ...said } } };
}
