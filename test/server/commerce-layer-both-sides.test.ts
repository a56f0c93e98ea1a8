/**
 * Commerce Layer's protocol between two of our servers: a platform whose external gateway leads to the other's endpoint.
 * Everything that passes between them is held to a JSON Schema of the seed (002).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { readExample } from "../support/commerce-layer.ts";
import { ORGANIZATION_SECRET } from "../support/commerce-layer-organization.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, operateExternal, paymentIn, readSession } from "../support/external-shop.ts";
import { expectStatus, startTestServer, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

const ACTIONS = ["authorize", "capture", "void", "refund", "token"];
const ajv = new Ajv2020({ strict: false, allErrors: true });
for (const name of ["request", "answer"]) {
  const file = new URL(`../fixtures/commerce-layer/${name}.schema.json`, import.meta.url);
  ajv.addSchema(JSON.parse(readFileSync(file, "utf8")) as object);
}

/** Fails where something that passes between the two is not as the seed says. */
function assertSeed(schema: string, value: unknown): void {
  const isValid = ajv.validate({ $ref: schema }, value);
  assert.ok(isValid, `${schema}: ${ajv.errorsText(ajv.errors)}: ${JSON.stringify(value)}`);
}

function assertAnswer(action: string, status: number, body: unknown): void {
  const name = status >= 400 ? (status === 401 || action === "token" ? "unread" : "error") : String(status);
  assertSeed(`answer#/$defs/${action === "token" && status < 400 ? "token" : name}`, body);
}

describe("the JSON Schema of the seed", () => {
  it("takes the seed's own examples, and nothing that is altered", () => {
    for (const action of ["authorize", "capture", "void", "refund"]) {
      assertSeed(`request#/$defs/${action}`, readExample(`${action}.request`));
      assertSeed("answer#/$defs/200", readExample(`${action}.success`));
      assertSeed("answer#/$defs/error", readExample(`${action}.error`));
    }
    assertSeed("answer#/$defs/202", readExample("asynchronous.success"));
    assertSeed("answer#/$defs/error", readExample("asynchronous.error"));
    assertSeed("answer#/$defs/webhook", readExample("webhook.success"));
    assertSeed("answer#/$defs/webhook", readExample("webhook.error"));
    assert.throws(() => assertSeed("answer#/$defs/webhook", readExample("capture.success")));
    assert.throws(() => assertSeed("answer#/$defs/202", readExample("capture.success")));
    assert.throws(() => assertSeed("answer#/$defs/200", { success: "true", data: {} }));
    assert.throws(() => assertSeed("request#/$defs/capture", readExample("refund.request")));
  });
});

describe("a platform whose external gateway is another server's endpoint", () => {
  let provider: ExternalEndpoint;
  let endpoint: TestServer;
  let platform: TestServer;
  let spoken: { action: string; status: number }[];
  beforeEach(async () => {
    spoken = [];
    provider = await startExternalEndpoint();
    endpoint = await startTestServer({
      gateways: { external: provider.config, card: UNIVERSAL },
      config: {
        allowPrivateWebhooks: true,
        commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: "http://127.0.0.1:9/webhook" },
      },
    });
    const urls = Object.fromEntries(
      ACTIONS.map((action) => [`${action}Url`, `${endpoint.url}/commerce-layer/${action}`]),
    );
    const external = { type: "external", sharedSecret: ORGANIZATION_SECRET, frameUrl: `${endpoint.url}/page`, ...urls };
    platform = await startTestServer({ gateways: { external }, fetch: listen });
  });
  afterEach(async () => {
    await platform.close();
    await endpoint.close();
    await provider.close();
  });

  /** Calls over HTTP, and holds what passes to the seed. */
  async function listen(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    const action = new URL(url).pathname.split("/").at(-1) ?? "";
    assertSeed(`request#/$defs/${action}`, JSON.parse(init?.body as string));
    assertAnswer(action, response.status, await response.clone().json());
    spoken.push({ action, status: response.status });
    return response;
  }

  /** The session at the endpoint that the platform's customer pays by, over 129.00. */
  async function paidAtEndpoint(gateway: "card" | "external"): Promise<CreatedCheckoutSession> {
    if (gateway === "external") {
      const { session, handoff } = await beginExternal(endpoint, { capture: "manual" });
      expectStatus(await bringBack(endpoint, handoff), 303);
      return session;
    }
    const session = await endpoint.createSession({ amount: 12_900 });
    await notifyUniversal(endpoint, (await endpoint.startAttempt(session, { gateway })).handoff);
    return session;
  }

  async function order(token: string, fields: Record<string, unknown> = {}): Promise<CheckoutSession> {
    const { session, handoff } = await beginExternal(platform, fields);
    expectStatus(await bringBack(platform, handoff, token), 303);
    return readSession(platform, session);
  }

  const operate = (payment: Payment, operation: string, body: object = {}) =>
    operateExternal(platform, payment, operation, body);
  const amountsOf = ({ capturedAmount, refundedAmount, balance }: Payment) => [capturedAmount, refundedAmount, balance];

  it("pays at once with money that the endpoint's gateway has taken", async () => {
    const own = await paidAtEndpoint("card");
    const { status, payment } = await order(own.id);
    assert.deepEqual([status, payment?.state, payment?.capturedAmount], ["complete", "completed", 12_900]);
    assert.equal(payment?.remoteId, paymentIn(await readSession(endpoint, own)).id);
    assert.deepEqual(spoken, [
      { action: "authorize", status: 200 },
      { action: "capture", status: 200 },
    ]);
  });

  it("authorizes, captures a part, refunds twice in part and is refused a third; both sides add up", async () => {
    const own = await paidAtEndpoint("external");
    const payment = paymentIn(await order(own.id, { capture: "manual" }));
    assert.equal(payment.state, "authorization");
    expectStatus(await operate(payment, "capture", { amount: 9900 }), 200);
    expectStatus(await operate(payment, "refund", { amount: 5000 }), 200);
    const { body } = expectStatus(await operate(payment, "refund", { amount: 4000 }), 200);
    expectStatus(await operate(payment, "refund", { amount: 901 }), 422);
    const remote = paymentIn(await readSession(endpoint, own));
    assert.deepEqual(
      [amountsOf(body), amountsOf(remote)],
      [
        [9900, 9000, 900],
        [9900, 9000, 900],
      ],
    );
    assert.deepEqual(
      body.operations.map(({ remoteId }) => remoteId),
      remote.operations.map(({ id }) => id),
    );
  });

  it("voids", async () => {
    const own = await paidAtEndpoint("external");
    const payment = paymentIn(await order(own.id, { capture: "manual" }));
    expectStatus(await operate(payment, "void"), 200);
    assert.equal(paymentIn(await readSession(endpoint, own)).state, "authorization_voided");
  });

  it("is told why an order is not paid, and why an operation is refused", async () => {
    const unpaid = await endpoint.createSession({ amount: 12_900 });
    assert.equal((await order(unpaid.id)).attempt?.state, "declined");
    const cheap = await endpoint.createSession({ amount: 100 });
    await notifyUniversal(endpoint, (await endpoint.startAttempt(cheap, { gateway: "card" })).handoff);
    const { attempt, payments } = await order(cheap.id);
    assert.deepEqual([attempt?.remoteState, payments], ["amount_mismatch", []]);
    const own = await paidAtEndpoint("external");
    const payment = paymentIn(await order(own.id, { capture: "manual" }));
    assert.equal((await order(own.id)).attempt?.state, "declined");
    for (const operation of ["capture", "void"]) {
      provider.behaviour = "refuse";
      expectStatus(await operate(payment, operation), 402);
    }
    provider.behaviour = "succeed";
    expectStatus(await operate(payment, "capture"), 200);
    provider.behaviour = "refuse";
    expectStatus(await operate(payment, "refund"), 402);
    assert.deepEqual(
      spoken.map(({ status }) => status),
      [409, 409, 200, 409, 402, 402, 200, 402],
    );
  });

  it("saves what was paid with", async () => {
    const { session: own, handoff } = await beginExternal(endpoint, { customer: { reference: "c-1" } });
    await bringBack(endpoint, handoff);
    const payment = paymentIn(await order(own.id, { customer: { email: "ada@shop.example" } }));
    const saved = await platform.call("/v1/payment-sources", { json: { paymentId: payment.id, consent: true } });
    expectStatus(saved, 201);
    assert.deepEqual(spoken.at(-1), { action: "token", status: 200 });
  });
});
