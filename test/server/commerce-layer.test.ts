/** Commerce Layer's external payment gateway with this server as the endpoint: every row of the seed's actions (002). */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import {
  askEndpoint,
  ORGANIZATION_SECRET,
  payloadFor,
  sendToEndpoint,
  signForOrganization,
  type OrderCall,
} from "../support/commerce-layer-organization.ts";
import { bringBack, endAction, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, paymentIn, paymentOnce, readSession } from "../support/external-shop.ts";
import { expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

describe("the endpoint for Commerce Layer", () => {
  let provider: ExternalEndpoint;
  let server: TestServer;
  beforeEach(async () => {
    provider = await startExternalEndpoint();
    server = await startTestServer({
      gateways: { external: provider.config, card: UNIVERSAL, bank: MANUAL },
      config: {
        allowPrivateWebhooks: true,
        commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: "http://127.0.0.1:9/webhook" },
      },
    });
  });
  afterEach(async () => {
    await server.close();
    await provider.close();
  });

  const ask = (action: Parameters<typeof askEndpoint>[1], call: OrderCall) => askEndpoint(server, action, call);
  const events = async () =>
    (await server.call<{ data: { type: string; sessionId: string }[] }>("/v1/events?limit=100")).body.data.map(
      ({ type }) => type,
    );
  const actions = () => provider.calls.map(({ action }) => action);
  const paymentOf = async (session: { id: string }): Promise<Payment> => paymentIn(await readSession(server, session));

  async function paidByCard(fields: Record<string, unknown> = {}): Promise<CreatedCheckoutSession> {
    const session = await server.createSession({ amount: 12_900, ...fields });
    const { handoff } = await server.startAttempt(session, { gateway: "card" });
    await notifyUniversal(server, handoff);
    return session;
  }

  /** A session whose money is authorized, and its order answered. */
  async function authorized(): Promise<{ session: CreatedCheckoutSession; token: string }> {
    const { session, handoff } = await beginExternal(server, { capture: "manual" });
    expectStatus(await bringBack(server, handoff), 303);
    const { body } = expectStatus(await ask("authorize", { token: session.id }), 200);
    return { session, token: body.data?.transaction_token ?? "" };
  }

  describe("authorize", () => {
    it("answers an order that names a paid session with the payment and its amount", async () => {
      const session = await paidByCard();
      const { body } = expectStatus(await ask("authorize", { token: session.id }), 200);
      const payment = await paymentOf(session);
      assert.deepEqual(body, {
        success: true,
        data: {
          transaction_token: payment.id,
          amount_cents: 12_900,
          metadata: {
            checkout_session: session.id,
            payment: payment.id,
            gateway: "card",
            gateway_reference: payment.remoteId,
          },
        },
      });
    });

    it("answers an authorization, and the same call again the same", async () => {
      const { session, token } = await authorized();
      assert.equal(token, (await paymentOf(session)).id);
      assert.equal((await ask("authorize", { token: session.id })).body.data?.transaction_token, token);
      assert.equal((await events()).filter((type) => type === "commerce_layer.bound").length, 1);
    });

    it("promises what is pending", async () => {
      const session = await server.createSession({ amount: 12_900 });
      await server.startAttempt(session, { gateway: "bank" });
      const { body } = expectStatus(await ask("authorize", { token: session.id }), 202);
      const payment = await paymentOf(session);
      assert.deepEqual([body.success, body.data?.action_id, body.data?.amount_cents], [true, payment.id, 12_900]);
    });

    it("says why a session is not paid, in its own codes", async () => {
      const open = await server.createSession({ amount: 12_900 });
      const { body } = expectStatus(await ask("authorize", { token: open.id }), 409);
      assert.deepEqual(body, {
        success: false,
        data: { transaction_token: open.id, amount_cents: 12_900 },
        error: { code: "invalid_state", message: "the checkout session is not paid" },
      });
      const { handoff } = await server.startAttempt(open, { gateway: "card" });
      await notifyUniversal(server, handoff, { x_result: "failed", x_message: "No money" });
      assert.equal(expectStatus(await ask("authorize", { token: open.id }), 402).body.error?.code, "gateway_declined");
      await server.call(`/v1/checkout-sessions/${open.id}/cancel`, { json: {} });
      assert.equal(expectStatus(await ask("authorize", { token: open.id }), 409).body.error?.code, "session_closed");
      const nobody = expectStatus(await ask("authorize", { token: "cs_unknown" }), 404);
      assert.equal(nobody.body.error?.code, "not_found");
    });

    it("counts nothing for an order over another amount, in another currency or of another environment", async () => {
      const session = await paidByCard();
      const before = await events();
      const codeOf = async (call: Partial<OrderCall>) =>
        expectStatus(await ask("authorize", { token: session.id, ...call }), 409).body.error?.code;
      assert.equal(await codeOf({ total: 12_899 }), "amount_mismatch");
      assert.equal(await codeOf({ total: 1_290_000 }), "amount_mismatch");
      assert.equal(await codeOf({ currency: "USD" }), "currency_mismatch");
      assert.equal(await codeOf({ mode: "live" }), "environment_mismatch");
      assert.deepEqual(await events(), before);
    });

    it("lets one session pay for one order, whichever names it first", async () => {
      const session = await paidByCard();
      const orders = ["order-1", "order-2", "order-3"];
      const answers = await Promise.all(orders.map((orderId) => ask("authorize", { token: session.id, orderId })));
      assert.deepEqual(
        answers.map(({ status }) => status).toSorted((one, other) => one - other),
        [200, 409, 409],
      );
      const owner = orders[answers.findIndex(({ status }) => status === 200)];
      await server.stop();
      server = await startTestServer({
        folder: server.folder,
        gateways: { card: UNIVERSAL },
        config: {
          allowPrivateWebhooks: true,
          commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: "http://127.0.0.1:9/webhook" },
        },
      });
      for (const orderId of orders) {
        expectStatus(await ask("authorize", { token: session.id, orderId }), orderId === owner ? 200 : 409);
      }
    });

    it("shows the customer nothing of the order", async () => {
      const { session, token } = await authorized();
      await ask("capture", { token });
      const path = `/v1/checkout-sessions/${session.id}`;
      const text = JSON.stringify((await server.call(path, { key: session.clientSecret })).body);
      assert.ok(!text.includes("commerceLayer") && !text.includes("wBXVhKzrnq"));
    });
  });

  describe("capture, void and refund", () => {
    it("captures a part, refunds twice in part and refuses a third, and all amounts add up", async () => {
      const { session, token } = await authorized();
      const captured = expectStatus(await ask("capture", { token, amount: 9900 }), 200).body.data;
      const first = expectStatus(await ask("refund", { token: captured?.transaction_token ?? "", amount: 5000 }), 200);
      const again = { token: captured?.transaction_token ?? "", amount: 4000 };
      const second = expectStatus(await ask("refund", again), 200).body.data;
      const third = expectStatus(await ask("refund", { ...again, amount: 901 }), 422).body;
      assert.deepEqual(third.error?.code, "amount_too_large");
      assert.deepEqual(third.data, { transaction_token: again.token, amount_cents: 901 });
      const payment = await paymentOf(session);
      assert.deepEqual(
        payment.operations.map(({ id, type, amount, status }) => [id, type, amount, status]),
        [
          [captured?.transaction_token, "capture", 9900, "succeeded"],
          [first.body.data?.transaction_token, "refund", 5000, "succeeded"],
          [second?.transaction_token, "refund", 4000, "succeeded"],
        ],
      );
      assert.deepEqual([payment.capturedAmount, payment.refundedAmount, payment.balance], [9900, 9000, 900]);
      assert.deepEqual(actions(), ["authorize", "capture", "refund", "refund"]);
    });

    it("captures and refunds all that there is where no amount is named", async () => {
      const { session, token } = await authorized();
      const { body } = expectStatus(await ask("capture", { token, amount: null }), 200);
      assert.equal(body.data?.amount_cents, 12_900);
      expectStatus(await ask("refund", { token: body.data?.transaction_token ?? "", amount: null }), 200);
      assert.equal((await paymentOf(session)).state, "refunded");
    });

    it("voids once, whatever the call is called", async () => {
      const { session, token } = await authorized();
      const { body } = expectStatus(await ask("void", { token }), 200);
      assert.equal(body.data?.amount_cents, 12_900);
      const again = expectStatus(await ask("void", { token, note: "another call" }), 200);
      assert.equal(again.body.data?.transaction_token, body.data?.transaction_token);
      assert.equal((await paymentOf(session)).state, "authorization_voided");
      assert.equal(expectStatus(await ask("capture", { token }), 409).body.error?.code, "invalid_state");
      assert.deepEqual(actions(), ["authorize", "void"]);
    });

    it("takes money that was captured already, by the gateway or the merchant, for the capture that is asked for", async () => {
      const session = await paidByCard();
      const token = (await ask("authorize", { token: session.id })).body.data?.transaction_token ?? "";
      const { body } = expectStatus(await ask("capture", { token }), 200);
      assert.deepEqual([body.data?.transaction_token, body.data?.amount_cents], [token, 12_900]);
      assert.equal(
        expectStatus(await ask("capture", { token, amount: 100 }), 422).body.error?.code,
        "unsupported_operation",
      );
      const other = await authorized();
      await server.call(`/v1/payments/${other.token}/capture`, { json: {} });
      const merchants = expectStatus(await ask("capture", { token: other.token }), 200).body.data;
      assert.equal(merchants?.transaction_token, (await paymentOf(other.session)).operations[0]?.id);
      expectStatus(await ask("capture", { token: other.token, amount: 100 }), 409);
      assert.deepEqual(actions(), ["authorize", "capture"]);
    });

    it("says what the provider refused, and takes the same call again for a new try", async () => {
      const { session, token } = await authorized();
      provider.behaviour = "refuse";
      const { body } = expectStatus(await ask("capture", { token }), 402);
      assert.deepEqual(body.error, { code: "gateway_declined", message: "Your error message" });
      assert.deepEqual(body.data, { transaction_token: token, amount_cents: 12_900 });
      provider.behaviour = "succeed";
      expectStatus(await ask("capture", { token }), 200);
      assert.deepEqual(
        (await paymentOf(session)).operations.map(({ status }) => status),
        ["failed", "succeeded"],
      );
    });

    it("promises what the provider is working on, and what is in doubt", async () => {
      const { session, token } = await authorized();
      provider.behaviour = "promise";
      const { body } = expectStatus(await ask("capture", { token }), 202);
      const [capture] = (await paymentOf(session)).operations;
      assert.deepEqual([body.data?.action_id, body.data?.transaction_token], [capture?.id, capture?.id]);
      assert.equal(expectStatus(await ask("void", { token }), 409).body.error?.code, "operation_in_doubt");
      await endAction(server, `action-${capture?.id}`);
      expectStatus(await ask("capture", { token }), 200);
      provider.behaviour = "lose answer";
      const refund = { token: capture?.id ?? "", amount: 100 };
      const doubt = expectStatus(await ask("refund", refund), 202).body.data;
      assert.equal(doubt?.action_id, (await paymentOf(session)).operations[1]?.id);
      assert.equal(expectStatus(await ask("refund", refund), 202).body.data?.action_id, doubt?.action_id);
    });

    it("acts on nothing but what an order of its own pays with", async () => {
      const foreign = await paidByCard();
      const payment = await paymentOf(foreign);
      for (const token of [
        payment.id,
        payment.remoteId,
        `card:test:${payment.remoteId}`,
        "pay_unknown",
        "op_unknown",
      ]) {
        assert.equal(expectStatus(await ask("refund", { token }), 404).body.error?.code, "not_found", token);
      }
      const { token } = await authorized();
      expectStatus(await ask("capture", { token, orderId: "another-order" }), 409);
      assert.equal((await ask("capture", { token, currency: "USD" })).body.error?.code, "currency_mismatch");
      const capture = expectStatus(await ask("capture", { token }), 200).body.data?.transaction_token ?? "";
      expectStatus(await ask("void", { token: capture }), 404);
    });

    it("says which gateway cannot do what is asked", async () => {
      const session = await paidByCard();
      const token = (await ask("authorize", { token: session.id })).body.data?.transaction_token ?? "";
      const { body } = expectStatus(await ask("refund", { token }), 422);
      assert.equal(body.error?.code, "unsupported_operation");
    });
  });

  describe("the same call again", () => {
    it("is carried out once, at the same time and long after", async () => {
      const { session, token } = await authorized();
      const capture = (await ask("capture", { token })).body.data?.transaction_token ?? "";
      const refund = { token: capture, amount: 1000 };
      const answers = await Promise.all([ask("refund", refund), ask("refund", refund), ask("refund", refund)]);
      const done = answers.filter(({ status }) => status === 200);
      assert.ok(done.length >= 1);
      for (const { status, body } of answers) {
        assert.ok(status === 200 || body.error?.code === "idempotency_key_in_use", JSON.stringify(body));
      }
      server.clock.advance(100 * 86_400);
      const { body } = expectStatus(await ask("refund", refund), 200);
      assert.deepEqual(body, done[0]?.body);
      assert.equal((await paymentOf(session)).refundedAmount, 1000);
      expectStatus(await ask("refund", { ...refund, note: "another call" }), 200);
      assert.equal((await paymentOf(session)).refundedAmount, 2000);
    });
  });

  describe("a call that is not as it must be", () => {
    it("changes nothing with a signature that is missing, wrong or of other bytes", async () => {
      const session = await paidByCard();
      const before = await events();
      const body = JSON.stringify(payloadFor("authorize", { token: session.id }));
      const forged = [
        null,
        "",
        "x",
        signForOrganization(`${body} `),
        signForOrganization(body, "another-shared-secret-of-24"),
      ];
      for (const signature of [...forged, Buffer.from(signForOrganization(body), "base64").toString("hex")]) {
        for (const action of ["authorize", "capture", "void", "refund", "token"]) {
          const answer = expectStatus(await sendToEndpoint(server, action, body, { signature }), 401).body;
          assert.deepEqual([answer.success, answer.error?.code], [false, "signature_invalid"]);
          assert.equal(answer.data, undefined);
        }
      }
      for (const text of ["", "{"]) {
        expectStatus(await sendToEndpoint(server, "authorize", text, { signature: "x" }), 401);
      }
      expectStatus(await sendToEndpoint(server, "authorize", body, { type: "text/plain" }), 415);
      expectStatus(await sendToEndpoint(server, "authorize", body, { type: "text/plain", signature: "x" }), 401);
      expectStatus(await sendToEndpoint(server, "authorize", body, { type: "application/octet-stream" }), 401);
      assert.deepEqual(await events(), before);
    });

    it("is refused in the protocol's shape", async () => {
      const payload = payloadFor("authorize", { token: "cs_1" });
      const without = (change: (copy: typeof payload) => void) => {
        const copy = structuredClone(payload);
        change(copy);
        return JSON.stringify(copy);
      };
      const bodies: [string, string | Uint8Array, number, string][] = [
        ["authorize", "{", 400, "malformed_request"],
        ["authorize", '{"data":1,"data":2}', 400, "malformed_request"],
        ["authorize", new Uint8Array([0x22, 0xff, 0x22]), 400, "malformed_request"],
        ["authorize", "[]", 422, "invalid_input"],
        ["authorize", without((copy) => (copy.included = [])), 422, "invalid_input"],
        ["authorize", without((copy) => copy.included.push(...copy.included)), 422, "invalid_input"],
        ["authorize", without((copy) => delete copy.included[0]?.attributes["currency_code"]), 422, "invalid_input"],
        ["authorize", without((copy) => (copy.data.type = "authorizations")), 422, "invalid_input"],
        ["authorize", without((copy) => (copy.data.attributes["payment_source_token"] = 1)), 422, "invalid_input"],
        ["refund", JSON.stringify(payloadFor("refund", { token: "op_1", amount: -1 })), 422, "invalid_input"],
        ["capture", JSON.stringify(payloadFor("capture", { token: "pay_1", amount: 1.5 })), 422, "invalid_input"],
        ["authorize", "x".repeat(1_048_577), 413, "payload_too_large"],
      ];
      for (const [action, body, status, code] of bodies) {
        const answer = expectStatus(await sendToEndpoint(server, action, body), status).body;
        assert.deepEqual([answer.success, answer.error?.code], [false, code]);
      }
      const { body } = await server.call<{ success: boolean; error: { code: string } }>("/commerce-layer/refund");
      assert.deepEqual([body.success, body.error.code], [false, "method_not_allowed"]);
      assert.ok(!JSON.stringify(server.log).includes(ORGANIZATION_SECRET));
    });

    it("may be as large as an order with many lines is", async () => {
      const session = await paidByCard();
      const payload = payloadFor("authorize", { token: session.id });
      const line = payload.included.find(({ type }) => type === "line_items");
      assert.ok(line);
      for (let index = 0; index < 400; index += 1) payload.included.push({ ...line, id: `line-${index}` });
      const body = JSON.stringify(payload);
      assert.ok(body.length > 2 * 65_536);
      expectStatus(await sendToEndpoint(server, "authorize", body), 200);
    });

    it("has nobody to answer it where Commerce Layer is not configured", async () => {
      const plain = await startTestServer();
      try {
        const { body } = expectStatus(await askEndpoint(plain, "authorize", { token: "cs_1" }), 404);
        assert.equal(body.error?.code, "not_found");
      } finally {
        await plain.close();
      }
    });
  });

  describe("token", () => {
    it("saves what was paid with at the gateway, once", async () => {
      const customer = { email: "ada@shop.example", reference: "c-1" };
      const { session, handoff } = await beginExternal(server, { customer });
      await bringBack(server, handoff);
      await paymentOnce(server, session, ({ state }) => state === "completed");
      assert.equal(expectStatus(await ask("token", { token: session.id }), 409).body.error?.code, "invalid_state");
      expectStatus(await ask("authorize", { token: session.id }), 200);
      const { body } = expectStatus(await ask("token", { token: session.id }), 200);
      assert.match(body.data?.payment_source_token ?? "", /^src_/);
      assert.equal(body.data?.customer_token, "c-1");
      assert.deepEqual((await ask("token", { token: session.id })).body, body);
      expectStatus(await ask("token", { token: session.id, orderId: "another-order" }), 409);
      assert.equal(actions().filter((action) => action === "token").length, 1);
    });

    it("takes the order's e-mail address where the session names no customer", async () => {
      const { session, handoff } = await beginExternal(server);
      await bringBack(server, handoff);
      expectStatus(await ask("authorize", { token: session.id }), 200);
      const { body } = expectStatus(await ask("token", { token: session.id }), 200);
      assert.deepEqual(Object.keys(body.data ?? {}), ["payment_source_token"]);
    });

    it("says that a gateway cannot", async () => {
      const session = await paidByCard();
      await ask("authorize", { token: session.id });
      const { body } = expectStatus(await ask("token", { token: session.id }), 422);
      assert.equal(body.error?.code, "unsupported_operation");
    });
  });
});
