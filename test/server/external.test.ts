/** External payment gateways over HTTP: every row of the seed's authorize, capture, void and refund, on the platform's side. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { bringBack, endAction, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import {
  authorizeExternal,
  beginExternal,
  operateExternal,
  paymentIn,
  paymentOnce,
  readSession,
} from "../support/external-shop.ts";
import { eventually, expectStatus, startTestServer, type TestServer } from "../support/server.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { UNIVERSAL, notifyUniversal } from "../support/universal.ts";

const isSettled = ({ operations }: Payment) => operations.every(({ status }) => status !== "unknown");
const DETAILS = { messages: [{ type: "info", title: "A word", body: "Anything" }], metadata: { foo: "bar" } };

describe("an external payment gateway", () => {
  let endpoint: ExternalEndpoint;
  let server: TestServer;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: endpoint.config, card: UNIVERSAL } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  const begin = (fields: Record<string, unknown> = {}) => beginExternal(server, fields);
  const read = (session: { id: string }) => readSession(server, session);
  const paymentOf = async (session: { id: string }) => paymentIn(await read(session));
  const paidOnce = (session: { id: string }) => paymentOnce(server, session, ({ state }) => state === "completed");
  const authorize = () => authorizeExternal(server);
  const operate = (payment: Payment, operation: string, body: object = {}) =>
    operateExternal(server, payment, operation, body);
  const actions = () => endpoint.calls.map(({ action }) => action);

  describe("synchronously", () => {
    it("sends the customer to the provider's page with what that needs", async () => {
      const { handoff } = await begin();
      const url = new URL(handoff.url);
      assert.equal(handoff.method, "GET");
      assert.equal(`${url.origin}${url.pathname}`, endpoint.config["frameUrl"]);
      assert.deepEqual([...url.searchParams.keys()].sort(), [
        "amount_cents",
        "cancel_url",
        "currency",
        "reference",
        "return_url",
      ]);
      assert.deepEqual([url.searchParams.get("amount_cents"), url.searchParams.get("currency")], ["12900", "EUR"]);
    });

    it("authorizes with the token and captures at once where the session is to be paid at once", async () => {
      const { session, handoff } = await begin();
      expectStatus(await bringBack(server, handoff), 303);
      const { status, payment, attempt } = await read(session);
      assert.deepEqual(
        [status, attempt?.state, payment?.state, payment?.capturedAmount, payment?.balance],
        ["complete", "settled", "completed", 12_900, 12_900],
      );
      assert.deepEqual(actions(), ["authorize", "capture"]);
      const [authorization, capture] = endpoint.calls;
      assert.ok(authorization?.isSigned === true && capture?.isSigned === true);
      assert.equal(authorization.key, attempt?.id);
      assert.equal(authorization.payload.data.attributes["payment_source_token"], "tok_of_the_customer");
      assert.equal(capture.key, payment?.operations[0]?.id);
      assert.equal(capture.payload.data.attributes["token"], payment?.remoteId);
      assert.equal(payment?.remoteId, `authorize-${attempt?.id}`);
      assert.equal(payment?.operations[0]?.remoteId, `capture-${capture.key}`);
      assert.equal(payment?.operationDue, undefined);
    });

    it("keeps messages and metadata for the merchant, and shows them to no customer", async () => {
      const { session, handoff } = await begin();
      await bringBack(server, handoff);
      const payment = await paymentOf(session);
      assert.deepEqual(payment.remoteDetails, DETAILS);
      assert.deepEqual(payment.operations[0]?.remoteDetails, DETAILS);
      const path = `/v1/checkout-sessions/${session.id}`;
      const { body } = await server.call<CheckoutSession>(path, { key: session.clientSecret });
      assert.ok(body.payment);
      assert.ok(!JSON.stringify(body).includes("foo") && !JSON.stringify(body).includes("A word"));
    });

    it("authorizes, captures a part, refunds twice in part and refuses a third", async () => {
      const { payment } = await authorize();
      assert.deepEqual([payment.state, payment.amount, payment.capturedAmount], ["authorization", 12_900, 0]);
      const captured = expectStatus(await operate(payment, "capture", { amount: 9900 }), 200).body;
      assert.deepEqual([captured.state, captured.capturedAmount, captured.balance], ["completed", 9900, 9900]);
      const first = expectStatus(await operate(payment, "refund", { amount: 5000 }), 200).body;
      assert.deepEqual([first.state, first.refundedAmount, first.balance], ["partially_refunded", 5000, 4900]);
      const second = expectStatus(await operate(payment, "refund", { amount: 4000 }), 200).body;
      assert.deepEqual([second.state, second.refundedAmount, second.balance], ["partially_refunded", 9000, 900]);
      assert.equal(expectStatus(await operate(payment, "refund", { amount: 901 }), 422).body.code, "amount_too_large");
      assert.deepEqual(actions(), ["authorize", "capture", "refund", "refund"]);
      const [, capture, refund] = endpoint.calls;
      assert.deepEqual(
        [...endpoint.done.values()].map(({ amount }) => amount),
        [12_900, 9900, 5000, 4000],
      );
      assert.equal(capture?.payload.data.type, "authorizations");
      assert.equal(refund?.payload.data.type, "captures");
      assert.equal(refund?.payload.data.attributes["token"], `capture-${capture?.key}`);
      assert.equal(refund?.payload.data.attributes["amount_cents"], 9900);
      assert.ok(endpoint.calls.every(({ isSigned }) => isSigned));
    });

    it("voids an authorization as a whole", async () => {
      const { payment } = await authorize();
      const { body } = expectStatus(await operate(payment, "void"), 200);
      assert.deepEqual([body.state, body.capturedAmount], ["authorization_voided", 0]);
      assert.deepEqual(actions(), ["authorize", "void"]);
    });

    it("includes the default relationships, or those that the configuration names", async () => {
      const customer = {
        email: "ada@shop.example",
        reference: "c-1",
        billingAddress: { line1: "1 Rue", city: "Paris", country: "FR" },
        shippingAddress: { line1: "2 Rue", city: "Paris", country: "FR" },
      };
      const items = [{ name: "Mug", sku: "mug", quantity: 3, unitAmount: 4300 }];
      const { handoff } = await begin({ items, customer });
      await bringBack(server, handoff);
      assert.deepEqual(
        endpoint.calls[0]?.payload.included.map(({ type }) => type),
        ["orders", "markets", "line_items", "skus", "addresses", "addresses", "customers"],
      );
      await server.stop();
      const gateways = { external: { ...endpoint.config, externalIncludes: ["order.customer"] }, card: UNIVERSAL };
      server = await startTestServer({ gateways, clock: server.clock });
      await bringBack(server, (await begin({ items, customer })).handoff);
      assert.deepEqual(
        endpoint.calls.at(-1)?.payload.included.map(({ type }) => type),
        ["orders", "customers"],
      );
    });
  });

  describe("that refuses", () => {
    it("ends the attempt with its words, and lets the customer try again", async () => {
      endpoint.behaviour = "refuse";
      const { session, handoff } = await begin();
      expectStatus(await bringBack(server, handoff), 303);
      const { status, attempt, payments } = await read(session);
      assert.deepEqual(
        [status, attempt?.state, attempt?.code, attempt?.message, attempt?.remoteState, payments],
        ["open", "declined", "gateway_declined", "Your error message", "YOUR-ERROR-CODE", []],
      );
      endpoint.behaviour = "succeed";
      await bringBack(server, (await server.startAttempt(session, { gateway: "external" })).handoff, "tok_2");
      assert.equal((await paymentOf(session)).state, "completed");
    });

    for (const operation of ["capture", "void", "refund"]) {
      it(`leaves the payment as it was when it refuses a ${operation}, with code and message`, async () => {
        const { payment } = await authorize();
        if (operation === "refund") expectStatus(await operate(payment, "capture"), 200);
        endpoint.behaviour = "refuse";
        const { body } = expectStatus(await operate(payment, operation), 402);
        assert.equal(body.code, "gateway_declined");
        const after = (await server.call<Payment>(`/v1/payments/${payment.id}`)).body;
        assert.equal(after.state, operation === "refund" ? "completed" : "authorization");
        const last = after.operations.at(-1);
        assert.deepEqual(
          [last?.type, last?.status, last?.errorCode, last?.message],
          [operation, "failed", "YOUR-ERROR-CODE", "Your error message"],
        );
      });
    }

    it("leaves an authorization that it will not capture at once to the merchant", async () => {
      const { session, handoff } = await begin();
      endpoint.provider.script((request, response) => {
        const isCapture = request.path === "/capture";
        const data = { transaction_token: `t-${request.path}`, amount_cents: 12_900 };
        const error = { code: "no", message: "Not now" };
        response.writeHead(isCapture ? 402 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(isCapture ? { success: false, data, error } : { success: true, data }));
      });
      await bringBack(server, handoff);
      const payment = await paymentOf(session);
      assert.deepEqual([payment.state, payment.operationDue], ["authorization", undefined]);
      assert.deepEqual([payment.operations.length, payment.operations[0]?.status], [1, "failed"]);
    });
  });

  describe("asynchronously", () => {
    it("keeps an authorization pending until the webhook ends it, and then captures", async () => {
      endpoint.behaviour = "promise";
      const { session, handoff } = await begin();
      await bringBack(server, handoff);
      const { status, payment, attempt } = await read(session);
      assert.deepEqual([status, payment?.state, attempt?.state], ["pending", "pending", "settled"]);
      assert.equal(JSON.stringify(await read(session)).includes("action-"), false);
      server.clock.advance(7200);
      assert.equal((await read(session)).status, "pending");
      assert.deepEqual(actions(), ["authorize"], "what is promised is not asked for again");
      endpoint.behaviour = "succeed";
      const actionId = `action-${attempt?.id}`;
      const data = {
        message: "Done",
        avs_code: "Y",
        fraud_review: "accepted",
        amount_cents: 1,
        transaction_token: "x",
      };
      expectStatus(await endAction(server, actionId, { data }), 200);
      const paid = await paidOnce(session);
      const { status: after } = await read(session);
      assert.deepEqual(
        [after, paid.state, paid.amount, paid.capturedAmount, paid.remoteId],
        ["complete", "completed", 12_900, 12_900, payment?.remoteId],
      );
      assert.deepEqual(paid.remoteDetails, { ...DETAILS, message: "Done", avs_code: "Y", fraud_review: "accepted" });
      assert.deepEqual(actions(), ["authorize", "capture"]);
    });

    it("opens the session again when the webhook says that the authorization failed", async () => {
      endpoint.behaviour = "promise";
      const { session, handoff } = await begin();
      await bringBack(server, handoff);
      const { attempt } = await read(session);
      expectStatus(await endAction(server, `action-${attempt?.id}`, { isSuccess: false }), 200);
      const { status, attempt: ended, payments } = await read(session);
      assert.deepEqual(
        [status, ended?.state, ended?.message, payments?.map(({ state }) => state)],
        ["open", "declined", "The card has expired", ["failed"]],
      );
    });

    for (const operation of ["capture", "void", "refund"]) {
      const done = { capture: "completed", void: "authorization_voided", refund: "refunded" }[operation];
      it(`finishes a ${operation} when its webhook says that it succeeded`, async () => {
        const { payment } = await authorize();
        if (operation === "refund") expectStatus(await operate(payment, "capture"), 200);
        endpoint.behaviour = "promise";
        const { body: promised } = expectStatus(await operate(payment, operation), 202);
        const pending = promised.operations.at(-1);
        assert.equal(pending?.status, "pending");
        assert.equal(expectStatus(await operate(payment, "refund"), 409).body.code, "operation_in_doubt");
        const data = { message: "Done", error_detail: "none", amount_cents: 1, transaction_token: "x" };
        expectStatus(await endAction(server, `action-${pending?.id}`, { data }), 200);
        const { body } = await server.call<Payment>(`/v1/payments/${payment.id}`);
        const ended = body.operations.at(-1);
        assert.deepEqual(
          [body.state, ended?.status, ended?.amount, ended?.message, ended?.remoteDetails],
          [done, "succeeded", 12_900, "Done", { ...DETAILS, error_detail: "none" }],
        );
        assert.equal(ended?.remoteId, pending?.remoteId);
      });

      it(`leaves the payment as it was when the webhook says that a ${operation} failed`, async () => {
        const { payment } = await authorize();
        if (operation === "refund") expectStatus(await operate(payment, "capture"), 200);
        const { body: before } = await server.call<Payment>(`/v1/payments/${payment.id}`);
        endpoint.behaviour = "promise";
        const { body: promised } = expectStatus(await operate(payment, operation), 202);
        const actionId = `action-${promised.operations.at(-1)?.id}`;
        expectStatus(await endAction(server, actionId, { isSuccess: false }), 200);
        const { body } = await server.call<Payment>(`/v1/payments/${payment.id}`);
        const ended = body.operations.at(-1);
        assert.deepEqual(
          [body.state, body.balance, ended?.status, ended?.errorCode, ended?.message],
          [before.state, before.balance, "failed", "expired_card", "The card has expired"],
        );
      });
    }
  });

  describe("that does not answer", () => {
    it("is asked again with the same key, and the money counts once, where it had authorized", async () => {
      endpoint.behaviour = "lose answer";
      const { session, handoff } = await begin();
      expectStatus(await bringBack(server, handoff), 303);
      const { status, attempt } = await read(session);
      assert.deepEqual([status, attempt?.state], ["open", "started"]);
      endpoint.behaviour = "succeed";
      server.clock.advance(61);
      assert.equal((await paidOnce(session)).capturedAmount, 12_900);
      assert.deepEqual(actions(), ["authorize", "authorize", "capture"]);
      assert.equal(endpoint.calls[0]?.key, endpoint.calls[1]?.key);
      assert.deepEqual(endpoint.calls[0]?.payload, endpoint.calls[1]?.payload, "the same call, to the letter");
      assert.equal(endpoint.done.size, 2);
    });

    it("is asked again with the same key where it broke down", async () => {
      endpoint.behaviour = "break down";
      const { session, handoff } = await begin();
      await bringBack(server, handoff);
      assert.equal(endpoint.done.size, 0);
      endpoint.behaviour = "succeed";
      server.clock.advance(61);
      await paidOnce(session);
    });

    it("never takes another word than true for a success", async () => {
      const { session, handoff } = await begin();
      for (const success of ["true", "false", 1, null]) {
        endpoint.provider.script((_request, response) => {
          const data = { transaction_token: "t", amount_cents: 12_900 };
          response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ success, data }));
        });
        await bringBack(server, handoff);
        server.clock.advance(61);
        assert.deepEqual((await read(session)).payments, []);
      }
    });

    for (const [behaviour, operation, state] of [
      ["lose answer", "capture", "completed"],
      ["break down", "capture", "completed"],
      ["lose answer", "void", "authorization_voided"],
      ["lose answer", "refund", "refunded"],
    ] as const) {
      it(`is sent a ${operation} in doubt again with the same key, and never as a new one (${behaviour})`, async () => {
        const { session, payment } = await authorize();
        if (operation === "refund") expectStatus(await operate(payment, "capture"), 200);
        endpoint.behaviour = behaviour;
        const { body } = expectStatus(await operate(payment, operation), 202);
        assert.equal(body.operations.at(-1)?.status, "unknown");
        const code = expectStatus(await operate(payment, "void"), 409).body.code;
        assert.equal(code, "operation_in_doubt");
        endpoint.behaviour = "succeed";
        server.clock.advance(61);
        expectStatus(await operate(payment, "refresh"), 200);
        const settled = await paymentOnce(server, session, isSettled);
        assert.deepEqual([settled.state, settled.operations.at(-1)?.status], [state, "succeeded"]);
        const keys = endpoint.calls.filter(({ action }) => action === operation).map(({ key }) => key);
        assert.equal(keys.length, 2);
        assert.equal(new Set(keys).size, 1);
        const [first, again] = endpoint.calls.filter(({ action }) => action === operation);
        assert.deepEqual(first?.payload, again?.payload, "the same call, to the letter");
      });
    }

    it("stays in doubt for as long as it does not answer, and says no in the end", async () => {
      const { session, payment } = await authorize();
      endpoint.behaviour = "break down";
      expectStatus(await operate(payment, "capture"), 202);
      server.clock.advance(61);
      const { body } = expectStatus(await operate(payment, "refresh"), 200);
      assert.equal(body.operations[0]?.status, "unknown");
      endpoint.behaviour = "refuse";
      server.clock.advance(600);
      expectStatus(await operate(payment, "refresh"), 200);
      const ended = await paymentOnce(server, session, isSettled);
      assert.deepEqual([ended.state, ended.operations[0]?.status], ["authorization", "failed"]);
      endpoint.behaviour = "succeed";
      assert.equal(expectStatus(await operate(payment, "void"), 200).body.state, "authorization_voided");
    });

    for (const onDuplicate of ["hold", "refund"]) {
      it(`never captures what it had authorized when the customer has paid elsewhere meanwhile (${onDuplicate})`, async () => {
        await server.close();
        const gateways = { external: endpoint.config, card: UNIVERSAL };
        server = await startTestServer({ gateways, config: { onDuplicate } });
        endpoint.behaviour = "lose answer";
        const { session, handoff } = await begin();
        await bringBack(server, handoff);
        endpoint.behaviour = "break down";
        await notifyUniversal(server, (await server.startAttempt(session, { gateway: "card" })).handoff);
        endpoint.behaviour = "succeed";
        server.clock.advance(61);
        const wanted = onDuplicate === "hold" ? "authorization" : "authorization_voided";
        await eventually(async () => (await read(session)).payments?.[1]?.state === wanted);
        const { payments = [] } = await read(session);
        assert.deepEqual(
          payments.map(({ gateway, capturedAmount }) => [gateway, capturedAmount]),
          [
            ["card", 12_900],
            ["external", 0],
          ],
        );
        assert.equal(payments[1]?.duplicateOf, payments[0]?.id);
        assert.ok(!actions().includes("capture"));
      });
    }

    it("keeps an operation in doubt that was done over another amount than was asked", async () => {
      const { payment } = await authorize();
      endpoint.provider.script((_request, response) => {
        const data = { transaction_token: "t", amount_cents: 1 };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ success: true, data }));
      });
      const { body } = expectStatus(await operate(payment, "capture"), 202);
      assert.deepEqual([body.state, body.operations[0]?.status], ["authorization", "unknown"]);
    });
  });

  describe("whose customer brings back a token", () => {
    it("authorizes once, however often the customer comes back, and with whatever token", async () => {
      const { session, handoff } = await begin();
      await Promise.all([bringBack(server, handoff), bringBack(server, handoff), bringBack(server, handoff, "other")]);
      await bringBack(server, handoff, "other");
      assert.equal((await read(session)).payments?.length, 1);
      assert.deepEqual(actions(), ["authorize", "capture"]);
    });

    it("authorizes nothing for an attempt that another has taken over, or for a session that is over", async () => {
      const { session, handoff } = await begin();
      await server.startAttempt(session, { gateway: "external" });
      expectStatus(await bringBack(server, handoff), 303);
      const paid = await begin();
      const second = await server.startAttempt(paid.session, { gateway: "card" });
      await notifyUniversal(server, second.handoff);
      assert.equal((await read(paid.session)).status, "complete");
      expectStatus(await bringBack(server, paid.handoff), 303);
      const cancelled = await begin();
      await server.call(`/v1/checkout-sessions/${cancelled.session.id}/cancel`, { json: {} });
      expectStatus(await bringBack(server, cancelled.handoff), 303);
      assert.deepEqual(actions(), []);
    });

    it("counts no authorization of another amount", async () => {
      endpoint.provider.script((_request, response) => {
        const data = { transaction_token: "t", amount_cents: 12_800 };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ success: true, data }));
      });
      const { session, handoff } = await begin();
      await bringBack(server, handoff);
      const { status, attempt, payments } = await read(session);
      assert.deepEqual([status, attempt?.code, payments], ["open", "amount_mismatch", []]);
    });

    it("never writes a card number down, in the store or in the log, and never shows a token", async () => {
      const { session, handoff } = await begin();
      expectStatus(await bringBack(server, handoff, "4111111111111111"), 303);
      assert.deepEqual(actions(), []);
      await bringBack(server, handoff, "tok_shown_to_nobody");
      assert.equal((await paymentOf(session)).state, "completed");
      const events = await server.call("/v1/events?limit=100");
      const shown = JSON.stringify([await read(session), events.body, server.log]);
      assert.ok(!shown.includes("tok_shown_to_nobody"));
      const folder = join(server.folder, "data");
      const entries = isOnPostgres ? [] : await readdir(folder, { withFileTypes: true });
      const names = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
      const files = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
      assert.ok(!`${shown}${files.join("")}`.includes("4111111111111111"));
    });
  });
});
