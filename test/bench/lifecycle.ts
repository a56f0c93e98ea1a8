/**
 * One payment, from the order to the thank-you page, over HTTP:
 *
 * 1. The shop creates a session with the secret key.
 * 2. The page starts an attempt with the client secret.
 * 3. The provider notifies that the customer has paid.
 * 4. The customer's browser comes back, and is sent on to the shop.
 * 5. The page reads the session: it is complete.
 */
import type { CheckoutSession, CreatedCheckoutSession, StartedAttempt } from "../../shared/records.ts";
import { PATHS } from "../../shared/paths.ts";
import type { HttpAnswer, HttpConnection, HttpRequest } from "./http-connection.ts";
import { INSTANT_GATEWAY, SIGNATURE_HEADER, signNotification, type InstantNotification } from "./instant-gateway.ts";

/** The merchant's secret key of the measured servers. */
export const SECRET_KEY = "sk_test_0f8c3b5a9e7d4126b1aa";
/** The one storefront of the measured servers. */
export const STOREFRONT = "https://shop.example";

/** The requests of a lifecycle, in order. */
export const STEPS = ["create", "start", "notify", "return", "read"] as const;
export type Step = (typeof STEPS)[number];

/** Sends one step's request and gives its answer. */
export type Send = (step: Step, request: HttpRequest) => Promise<HttpAnswer>;

const ORDER = {
  amount: 4300,
  currency: "EUR",
  items: [
    { name: "Mug, enamelled", description: "Stoneware, 300 ml", sku: "mug", quantity: 2, unitAmount: 1500 },
    { name: "Tea towel", description: "Linen, 50 × 70 cm", sku: "towel", quantity: 1, unitAmount: 1000 },
  ],
  shipping: 490,
  tax: 110,
  discount: -300,
  returnUrl: `${STOREFRONT}/thanks`,
  cancelUrl: `${STOREFRONT}/cart`,
  customer: { email: "ada@shop.example", name: "Ada Lovelace", reference: "customer-1815" },
  metadata: { basket: "b-10", channel: "web" },
};

/** Pays one order. @throws Error where an answer is not the one that a payment gets */
export async function payOrder(send: Send, orderId: string): Promise<void> {
  const { amount, currency } = ORDER;
  const created = await send("create", post(PATHS.sessions, { ...ORDER, orderId }, SECRET_KEY));
  const session = readAnswer(created, 201) as CreatedCheckoutSession;

  const request = { gateway: INSTANT_GATEWAY, presentation: "redirect" };
  const started = await send("start", post(PATHS.attempts(session.id), request, session.clientSecret));
  const { handoff } = readAnswer(started, 201) as StartedAttempt;
  const { reference = "", return_url: returnUrl = "" } = handoff.fields ?? {};

  const notification: InstantNotification = { reference, remoteId: `money-${reference}`, amount, currency };
  const notify = post(PATHS.notify(INSTANT_GATEWAY), notification);
  notify.headers = { [SIGNATURE_HEADER]: signNotification(notify.body ?? "") };
  expectStatus(await send("notify", notify), 200);

  expectStatus(await send("return", { method: "GET", path: new URL(returnUrl).pathname }), 303);

  const read = await send("read", {
    method: "GET",
    path: PATHS.session(session.id),
    headers: { Authorization: `Bearer ${session.clientSecret}` },
  });
  const { status } = readAnswer(read, 200) as CheckoutSession;
  if (status !== "complete") throw new Error(`a paid session is ${status}`);
}

/** Sends each step over one connection. */
export function sendOver(connection: HttpConnection): Send {
  return (_step, request) => connection.send(request);
}

function post(path: string, value: unknown, key?: string): HttpRequest {
  return {
    method: "POST",
    path,
    body: JSON.stringify(value),
    ...(key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } }),
  };
}

function readAnswer(answer: HttpAnswer, status: number): unknown {
  expectStatus(answer, status);
  return JSON.parse(answer.body) as unknown;
}

function expectStatus({ status, body }: HttpAnswer, expected: number): void {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${body}`);
}
