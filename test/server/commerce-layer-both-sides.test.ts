/**
 * Commerce Layer's protocol between two of our servers: a platform whose external gateway leads to the other's endpoint.
 * Everything that passes between them is held to a JSON Schema of the seed (002).
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { readExample } from "../support/commerce-layer.ts";
import { assertAnswer, assertSeed } from "../support/commerce-layer-seed.ts";
import {
  ORGANIZATION_SECRET,
  startOrganizationWebhook,
  type OrganizationWebhook,
} from "../support/commerce-layer-organization.ts";
import { bringBack, endAction, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, operateExternal, paymentIn, paymentOnce, readSession } from "../support/external-shop.ts";
import { expectStatus, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

const ACTIONS = ["authorize", "capture", "void", "refund", "token"];
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
  let relay: OrganizationWebhook;
  let endpoint: TestServer;
  let platform: TestServer;
  let spoken: { action: string; status: number }[];
  beforeEach(async () => {
    spoken = [];
    provider = await startExternalEndpoint();
    relay = await startOrganizationWebhook();
    endpoint = await startTestServer({
      gateways: { external: provider.config, card: UNIVERSAL },
      config: {
        allowPrivateWebhooks: true,
        commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: relay.url },
      },
    });
    const urls = Object.fromEntries(
      ACTIONS.map((action) => [`${action}Url`, `${endpoint.url}/commerce-layer/${action}`]),
    );
    const external = { type: "external", sharedSecret: ORGANIZATION_SECRET, frameUrl: `${endpoint.url}/page`, ...urls };
    platform = await startTestServer({ gateways: { external }, fetch: listen });
    relay.forwardTo = `${platform.url}/notify/external`;
  });
  afterEach(async () => {
    await platform.close();
    await endpoint.close();
    await relay.close();
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

  /** Lets the endpoint's provider end what it had promised last, and waits until the platform has been told. */
  async function end(isSuccess: boolean): Promise<void> {
    const told = relay.answers.length;
    const { key } = provider.calls.at(-1) ?? {};
    expectStatus(await endAction(endpoint, `action-${key}`, { isSuccess, data: { cvv_code: "M" } }), 200);
    for (let tries = 0; relay.answers.length === told; tries += 1) {
      assert.ok(tries < 500, "no webhook came");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual([relay.answers.at(-1), relay.answers.length], [200, told + 1]);
    assertSeed("answer#/$defs/webhook", JSON.parse(relay.received.at(-1)?.body ?? ""));
  }

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

  describe("what is not done at once", () => {
    for (const isSuccess of [true, false]) {
      const how = isSuccess ? "done" : "refused";

      it(`is an authorization that is promised, and then ${how}`, async () => {
        provider.behaviour = "promise";
        const own = await paidAtEndpoint("external");
        const pending = await order(own.id, { capture: "manual" });
        assert.deepEqual([pending.status, pending.payment?.state], ["pending", "pending"]);
        await end(isSuccess);
        const { status, payments = [] } = await readSession(platform, pending);
        const remote = (await readSession(endpoint, own)).payments ?? [];
        const state = isSuccess ? "authorization" : "failed";
        assert.deepEqual([status, payments.map((one) => one.state)], [isSuccess ? "complete" : "open", [state]]);
        assert.deepEqual(
          remote.map((one) => one.state),
          [state],
        );
      });

      for (const type of ["capture", "void", "refund"] as const) {
        it(`is a ${type} that is promised, and then ${how}`, async () => {
          const own = await paidAtEndpoint("external");
          const payment = paymentIn(await order(own.id, { capture: "manual" }));
          if (type === "refund") expectStatus(await operate(payment, "capture", { amount: 9900 }), 200);
          const before = paymentIn(await readSession(platform, { id: payment.sessionId }));
          provider.behaviour = "promise";
          expectStatus(await operate(payment, type, type === "refund" ? { amount: 5000 } : {}), 202);
          expectStatus(await operate(payment, type), 409);
          assert.deepEqual(spoken.at(-1), { action: type, status: 202 });
          await end(isSuccess);
          const after = paymentIn(await readSession(platform, { id: payment.sessionId }));
          const remote = paymentIn(await readSession(endpoint, own));
          const wanted = { capture: "completed", void: "authorization_voided", refund: "partially_refunded" }[type];
          assert.deepEqual([after.state, remote.state], isSuccess ? [wanted, wanted] : [before.state, before.state]);
          assert.deepEqual(amountsOf(after), amountsOf(remote));
          const operation = after.operations.at(-1);
          assert.deepEqual(
            [operation?.status, operation?.errorCode],
            isSuccess ? ["succeeded", undefined] : ["failed", "expired_card"],
          );
        });
      }
    }

    it("is an order that is paid at once, at a provider that only ever promises", async () => {
      provider.behaviour = "promise";
      const own = await paidAtEndpoint("external");
      const pending = await order(own.id);
      await end(true);
      await paymentOnce(platform, pending, ({ operations }) => operations[0]?.status === "pending");
      await end(true);
      const { status, payment } = await readSession(platform, pending);
      assert.deepEqual([status, payment?.state, payment?.capturedAmount], ["complete", "completed", 12_900]);
      assert.deepEqual(
        spoken.map((one) => `${one.action} ${one.status}`),
        ["authorize 202", "capture 202"],
      );
    });
  });

  it("saves what was paid with", async () => {
    const { session: own, handoff } = await beginExternal(endpoint, { customer: { reference: "c-1" } });
    await bringBack(endpoint, handoff);
    const payment = paymentIn(await order(own.id, { customer: { email: "ada@shop.example" } }));
    const saved = await platform.call("/v1/payment-sources", { json: { paymentId: payment.id, consent: true } });
    expectStatus(saved, 201);
    assert.deepEqual(spoken.at(-1), { action: "token", status: 200 });
    const { body } = await platform.call<CheckoutSession>("/v1/checkout-sessions", {
      json: { amount: 500, currency: "EUR", returnUrl: `${STOREFRONT}/`, paymentSource: saved.body["id"] },
    });
    assert.deepEqual([body.status, body.payment?.capturedAmount], ["complete", 500]);
    assert.deepEqual(
      spoken.slice(-2).map((one) => `${one.action} ${one.status}`),
      ["authorize 200", "capture 200"],
    );
    assert.equal([...provider.done.values()].filter(({ action }) => action === "capture").length, 2);
  });

  it("is told that what was paid with cannot be saved", async () => {
    const payment = paymentIn(
      await order((await paidAtEndpoint("external")).id, { customer: { email: "ada@shop.example" } }),
    );
    provider.behaviour = "refuse";
    const refused = await platform.call("/v1/payment-sources", { json: { paymentId: payment.id, consent: true } });
    expectStatus(refused, 402);
    assert.deepEqual(spoken.at(-1), { action: "token", status: 402 });
    const byCard = paymentIn(
      await order((await paidAtEndpoint("card")).id, { customer: { email: "ada@shop.example" } }),
    );
    const unable = await platform.call("/v1/payment-sources", { json: { paymentId: byCard.id, consent: true } });
    expectStatus(unable, 402);
    assert.deepEqual(spoken.at(-1), { action: "token", status: 422 });
    assert.deepEqual((await platform.call<{ data: unknown[] }>("/v1/payment-sources")).body.data, []);
  });
});
