/** A Commerce Layer organization whose external payment gateway is a test server: the seed's payloads, signed. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Payload } from "../../server/gateways/json-api.ts";
import type { CommerceLayerAction, CommerceLayerFailure } from "../../shared/commerce-layer.ts";
import { readExample } from "./commerce-layer.ts";
import type { TestAnswer, TestServer } from "./server.ts";

/** Signs in both directions. */
export const ORGANIZATION_SECRET = "5f7c1e0a9b3d48269ce1f0a7";

/** Any answer of the endpoint. */
export interface OrganizationAnswer {
  success: boolean;
  data?: {
    transaction_token?: string;
    amount_cents?: number;
    action_id?: string;
    metadata?: Record<string, string>;
    customer_token?: string;
    payment_source_token?: string;
  };
  error?: CommerceLayerFailure["error"];
}

/** What a payload is about, in place of what the example says. */
export interface OrderCall {
  /** The session's id, or the token of a payment or capture. */
  token: string;
  orderId?: string;
  /** Of the order, in minor units. */
  total?: number;
  currency?: string;
  mode?: "test" | "live";
  /** Of the order's customer. */
  email?: string;
  /** What is to be captured or refunded, in minor units; `null` to say nothing of it. */
  amount?: number | null;
  /** Anything that makes two calls different. */
  note?: string;
}

/** Signs a body, apart from the server's own way of doing it. */
export function signForOrganization(body: string | Uint8Array, secret = ORGANIZATION_SECRET): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Builds the payload of a call from the seed's example. */
export function payloadFor(action: CommerceLayerAction, call: OrderCall): Payload {
  const { token, orderId = "wBXVhKzrnq", total = 12_900, currency = "EUR", mode = "test", email, amount, note } = call;
  const payload = structuredClone(readExample(`${action === "token" ? "authorize" : action}.request`)) as Payload;
  const { data, included } = payload;
  data.meta = { mode };
  const isAboutPayment = action === "authorize" || action === "token";
  data.attributes[isAboutPayment ? "payment_source_token" : "token"] = token;
  if (note !== undefined) data.attributes["reference"] = note;
  if (!isAboutPayment) data.attributes["currency_code"] = currency;
  const amountField = { capture: "capture_amount_cents", refund: "refund_amount_cents" }[action as string];
  if (amountField !== undefined && amount === null) delete data.attributes[amountField];
  else if (amountField !== undefined) data.attributes[amountField] = amount ?? total;
  const order = included.find(({ type }) => type === "orders");
  if (order === undefined) throw new Error("the example has no order");
  order.id = orderId;
  Object.assign(order.attributes, { total_amount_with_taxes_cents: total, currency_code: currency });
  if (email !== undefined) order.attributes["customer_email"] = email;
  return payload;
}

/** Sends bytes to the endpoint with a signature; the right one by default, none where it is `null`. */
export function sendToEndpoint(
  server: TestServer,
  action: string,
  body: string | Uint8Array,
  { signature = signForOrganization(body), type = "application/vnd.api+json" }: SendOptions = {},
): Promise<TestAnswer<OrganizationAnswer>> {
  return server.call(`/commerce-layer/${action}`, {
    key: null,
    body,
    headers: { "content-type": type, ...(signature === null ? {} : { "X-CommerceLayer-Signature": signature }) },
  });
}

interface SendOptions {
  signature?: string | null;
  type?: string;
}

/** Asks the endpoint as Commerce Layer does. */
export function askEndpoint(
  server: TestServer,
  action: CommerceLayerAction,
  call: OrderCall,
): Promise<TestAnswer<OrganizationAnswer>> {
  return sendToEndpoint(server, action, JSON.stringify(payloadFor(action, call)));
}

/** Where an organization is told what was promised to it. */
export interface OrganizationWebhook {
  url: string;
  /** What came, oldest first. */
  received: { body: string; signature: string | undefined; type: string | undefined }[];
  /** What it answers, unless it forwards. */
  status: number;
  /** Where each is sent on to, byte for byte; its answer is then that one's. */
  forwardTo?: string;
  /** What was answered, in the order in which it was. */
  answers: number[];
  close(): Promise<void>;
}

/** Starts one. */
export async function startOrganizationWebhook(): Promise<OrganizationWebhook> {
  const server = createServer((request, response) => void receive(request, response, webhook));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const webhook: OrganizationWebhook = {
    url: `http://127.0.0.1:${port}/webhook`,
    received: [],
    status: 200,
    answers: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return webhook;
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  webhook: OrganizationWebhook,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const signature = request.headers["x-commercelayer-signature"] as string | undefined;
  const type = request.headers["content-type"];
  webhook.received.push({ body: body.toString(), signature, type });
  const { forwardTo } = webhook;
  if (forwardTo === undefined) webhook.answers.push(webhook.status);
  else {
    const headers = { "content-type": type ?? "", "X-CommerceLayer-Signature": signature ?? "" };
    webhook.answers.push((await fetch(forwardTo, { method: "POST", headers, body })).status);
  }
  response.writeHead(webhook.answers.at(-1) ?? 500).end();
}
