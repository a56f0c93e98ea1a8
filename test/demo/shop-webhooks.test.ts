import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { freePort } from "../../demo/free-port.ts";
import { pino } from "pino";
import { Webhook } from "standardwebhooks";
import { startDemo, type Demo } from "../../demo/demo.ts";
import type { Listening } from "../../demo/listen.ts";
import { startShop } from "../../demo/shop/shop.ts";
import type { CheckoutSession, Payment, StartedAttempt } from "../../shared/records.ts";
import { eventually, expectStatus, MANUAL, SECRET_KEY, startTestServer, type TestServer } from "../support/server.ts";
import { postForm } from "./merchant.ts";

const log = pino({ level: "silent" });
const WEBHOOK_SECRET = "the-webhook-secret-of-these-tests";

/** A customer of the shop, without a browser. */
class Customer {
  readonly #shop: string;
  #cookie = "";

  constructor(shop: string) {
    this.#shop = shop;
  }

  /** Orders a mug, and gives what the checkout page tells the element. */
  async order(): Promise<{ sessionId: string; clientSecret: string }> {
    const added = await this.#post("/cart", { sku: "mug", quantity: "1" });
    this.#cookie = added.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const { headers } = await this.#post("/checkout", {});
    const page = await this.read(headers.get("location") ?? "");
    const read = (name: string) => new RegExp(` ${name}="([^"]+)"`).exec(page)?.[1] ?? "";
    return { sessionId: read("session"), clientSecret: read("client-secret") };
  }

  async read(path: string): Promise<string> {
    const response = await fetch(this.#shop + path, { headers: { cookie: this.#cookie } });
    assert.equal(response.status, 200);
    return response.text();
  }

  /** Reads how the latest order stands. */
  async badge(): Promise<string> {
    return /class="badge \w+">([^<]+)</.exec(await this.read("/orders"))?.[1] ?? "";
  }

  #post(path: string, fields: Record<string, string>): Promise<Response> {
    const headers = { cookie: this.#cookie };
    return fetch(this.#shop + path, { method: "POST", body: new URLSearchParams(fields), headers, redirect: "manual" });
  }
}

describe("the demo's shop and server", () => {
  let folder: string;
  let demo: Demo;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-demo-"));
    demo = await startDemo({ ports: { shop: 0, server: 0, provider: 0 }, dataFolder: folder, log });
  });
  after(async () => {
    await demo.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("an order whose customer never comes back is paid, though no page of the shop asks the server", async () => {
    const { shop, server, provider } = demo.urls;
    const customer = new Customer(shop);
    const { sessionId, clientSecret } = await customer.order();
    const started = await fetch(`${server}/v1/checkout-sessions/${sessionId}/attempts`, {
      method: "POST",
      headers: { authorization: `Bearer ${clientSecret}`, origin: shop, "content-type": "application/json" },
      body: JSON.stringify({ gateway: "card", presentation: "redirect" }),
    });
    const { handoff } = (await started.json()) as StartedAttempt;
    const page = await postForm(handoff.url, handoff.fields ?? {});
    const paymentId = page.headers.get("location")?.split("/").at(-1) ?? "";
    const chosen = await postForm(`${provider}/payments/${paymentId}/choice`, { choice: "close-tab" });
    assert.ok(chosen.ok);
    // The cart's page never asks the server.
    await eventually(async () => (await customer.read("/cart")).includes("Your cart is empty"));
    assert.equal(await customer.badge(), "Paid");
  });
});

describe("a shop that hears by webhook", () => {
  let shop: Listening;
  let server: TestServer;
  before(async () => {
    const port = await freePort();
    const serverUrl = `http://localhost:${port}`;
    shop = await startShop({
      port: 0,
      serverUrl,
      providerOrigins: [],
      wallet: { providerUrl: "http://localhost:10", gateway: "wallet" },
      commerceLayerSecret: "the-shared-secret-of-these-tests",
      cartKey: "the-cart-key-of-these-tests-0123",
      secretKey: SECRET_KEY,
      webhookSecret: WEBHOOK_SECRET,
      log,
    });
    server = await startTestServer({
      port,
      gateways: { transfer: MANUAL },
      // The library asks for a message of the last five minutes.
      clock: { now: () => new Date(), advance: () => undefined },
      config: {
        storefronts: [shop.url],
        webhooks: [{ url: `${shop.url}/webhooks`, secret: WEBHOOK_SECRET }],
        allowPrivateWebhooks: true,
      },
    });
  });
  after(async () => {
    await server.close();
    await shop.close();
  });

  async function transfer(customer: Customer): Promise<Payment> {
    const { sessionId, clientSecret } = await customer.order();
    const attempts = `/v1/checkout-sessions/${sessionId}/attempts`;
    const headers = { origin: shop.url };
    expectStatus(await server.call(attempts, { key: clientSecret, headers, json: { presentation: "redirect" } }), 201);
    const { payment } = await read(sessionId);
    assert.ok(payment);
    return payment;
  }

  async function read(sessionId: string): Promise<CheckoutSession> {
    return (await server.call<CheckoutSession>(`/v1/checkout-sessions/${sessionId}`)).body;
  }

  /** Sends what the server would, or what somebody makes up. */
  async function send(session: CheckoutSession, { id = "evt_made-up", secret = WEBHOOK_SECRET } = {}): Promise<number> {
    const createdAt = new Date();
    const event = {
      id,
      sequence: 1,
      type: "checkout_session.complete",
      createdAt: createdAt.toISOString(),
      sessionId: session.id,
      decidedBy: "operator",
    };
    const body = JSON.stringify({ type: event.type, timestamp: event.createdAt, data: { event, session } });
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(createdAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret, { format: "raw" }).sign(id, createdAt, body),
    };
    return (await fetch(`${shop.url}/webhooks`, { method: "POST", headers, body })).status;
  }

  test("is told of a refund, for which it never asks, and takes every message of the server", async () => {
    const customer = new Customer(shop.url);
    const { id } = await transfer(customer);
    await server.call(`/v1/payments/${id}/receive`, { json: {} });
    assert.equal(await customer.badge(), "Paid");
    await server.call(`/v1/payments/${id}/refund`, { json: { amount: 100 } });
    await eventually(async () => (await customer.badge()) === "Partly refunded");
    await server.call(`/v1/payments/${id}/refund`, { json: {} });
    await eventually(async () => (await customer.badge()) === "Refunded");
    const list = async (status: string) =>
      (await server.call<{ data: object[] }>(`/v1/webhook-deliveries?status=${status}&limit=100`)).body.data.length;
    await eventually(async () => (await list("due")) === 0);
    assert.equal(await list("dead"), 0);
  });

  test("believes nobody who does not know the secret", async () => {
    const customer = new Customer(shop.url);
    const { sessionId } = await transfer(customer);
    const session = { ...(await read(sessionId)), status: "complete" as const, version: 100 };
    assert.equal(await send(session, { secret: "another-secret-of-somebody-else" }), 401);
    assert.equal(await customer.badge(), "Payment pending");
  });

  test("does what a message tells once, and drops one that another has overtaken", async () => {
    const customer = new Customer(shop.url);
    const { sessionId } = await transfer(customer);
    const pending = await read(sessionId);
    const complete = { ...pending, status: "complete" as const, version: pending.version + 10 };
    assert.equal(await send(complete, { id: "evt_complete" }), 204);
    assert.equal(await customer.badge(), "Paid");
    assert.equal(await send(pending, { id: "evt_overtaken" }), 204);
    assert.equal(await customer.badge(), "Paid");
    // The same id with other content is what no server sends: it shows that the id alone is looked at.
    const expired = { ...complete, status: "expired" as const, version: complete.version + 1 };
    assert.equal(await send(expired, { id: "evt_complete" }), 204);
    assert.equal(await customer.badge(), "Paid");
    assert.equal(await send(expired, { id: "evt_expired" }), 204);
    assert.equal(await customer.badge(), "Expired");
  });

  test("takes a message about an order that it does not know", async () => {
    const { id } = await server.createSession({ returnUrl: `${shop.url}/thanks` });
    assert.equal(await send(await read(id), { id: "evt_unknown" }), 204);
  });
});
