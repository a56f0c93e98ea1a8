import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { openStore } from "../../server/stores/index.ts";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { DWOLLA, scriptedDwolla, type ScriptedDwolla } from "../support/dwolla.ts";
import { expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";
import { storeAddress } from "../support/store-address.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

/** Leaves a payment as a crash between the two commits of a refund does. */
async function leaveUnknown(folder: string, { id, sessionId }: Payment, more: object = {}): Promise<void> {
  const store = await openStore(await storeAddress(folder), { log: pino({ level: "silent" }) });
  await store.transact(sessionId, (ledger) => {
    const payment = ledger?.payments.find((candidate) => candidate.id === id);
    assert.ok(ledger && payment);
    const createdAt = "2026-11-21T12:00:00.000Z";
    payment.operations.push({ id: "op_cut", type: "refund", amount: 4300, status: "unknown", createdAt, ...more });
    return { result: undefined, ledger };
  });
  await store.close();
}

describe("what a merchant does with a payment", () => {
  let server: TestServer;
  let dwolla: ScriptedDwolla;
  beforeEach(async () => {
    dwolla = scriptedDwolla();
    const gateways = { bank: MANUAL, account: DWOLLA, card: UNIVERSAL };
    server = await startTestServer({ gateways, fetch: dwolla.fetch });
  });
  afterEach(() => server.close());

  async function payByBank(): Promise<Payment> {
    const session = await server.createSession({ gateway: "bank" });
    await server.startAttempt(session);
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.ok(body.payment);
    return body.payment;
  }

  async function authorize(): Promise<Payment> {
    const session = await server.createSession({ gateway: "account", currency: "USD", capture: "manual" });
    await server.startAttempt(session);
    dwolla.latest().status = "ReadyForApiCheckout";
    server.clock.advance(60);
    for (;;) {
      const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
      if (body.payment !== undefined) return body.payment;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const operate = (payment: Payment, operation: string, json: unknown = {}, headers: Record<string, string> = {}) =>
    server.call<Payment & Problem>(`/v1/payments/${payment.id}/${operation}`, { json, headers });

  it("keeps a bank transfer pending until the merchant has received it", async () => {
    const payment = await payByBank();
    assert.deepEqual([payment.state, payment.balance], ["pending", 0]);
    const { body } = expectStatus(await operate(payment, "receive"), 200);
    assert.deepEqual([body.state, body.capturedAmount, body.balance], ["completed", 4300, 4300]);
    const { body: session } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${payment.sessionId}`);
    assert.equal(session.status, "complete");
    assert.equal(expectStatus(await operate(payment, "receive"), 409).body.code, "invalid_state");
  });

  it("voids a bank transfer that never came, and opens the session again", async () => {
    const payment = await payByBank();
    const { body } = expectStatus(await operate(payment, "void"), 200);
    assert.equal(body.state, "voided");
    assert.deepEqual(
      body.operations.map(({ type, status }) => [type, status]),
      [["void", "succeeded"]],
    );
    const { body: session } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${payment.sessionId}`);
    assert.deepEqual([session.status, session.payment], ["open", undefined]);
  });

  it("refunds in parts, then what is left, and never more than the balance", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    assert.equal(expectStatus(await operate(payment, "refund", { amount: 4301 }), 422).body.code, "amount_too_large");
    const first = expectStatus(await operate(payment, "refund", { amount: 1000 }), 200).body;
    assert.deepEqual([first.state, first.refundedAmount, first.balance], ["partially_refunded", 1000, 3300]);
    const second = expectStatus(await operate(payment, "refund", { amount: 300 }), 200).body;
    assert.deepEqual([second.state, second.refundedAmount, second.balance], ["partially_refunded", 1300, 3000]);
    const rest = expectStatus(await operate(payment, "refund"), 200).body;
    assert.deepEqual([rest.state, rest.refundedAmount, rest.balance], ["refunded", 4300, 0]);
    assert.equal(expectStatus(await operate(payment, "refund"), 409).body.code, "invalid_state");
  });

  it("refuses a body without a media type, rather than refund all for want of an amount", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    const body = new TextEncoder().encode('{"amount":100}');
    const path = `/v1/payments/${payment.id}/refund`;
    const answer = await server.call<Problem>(path, { method: "POST", body });
    assert.equal(expectStatus(answer, 415).body.code, "unsupported_media_type");
    const { body: unchanged } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.equal(unchanged.refundedAmount, 0);
    const { body: whole } = expectStatus(await server.call<Payment>(path, { method: "POST" }), 200);
    assert.equal(whole.refundedAmount, 4300);
  });

  it("refunds once for one Idempotency-Key", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    const key = { "idempotency-key": "refund-1" };
    const first = expectStatus(await operate(payment, "refund", { amount: 100 }, key), 200).body;
    const again = expectStatus(await operate(payment, "refund", { amount: 100 }, key), 200).body;
    assert.deepEqual(again, first);
    // By this it is found again where the process ends before the answer is stored.
    assert.match(first.operations.at(-1)?.keyHash ?? "", /^[0-9a-f]{64}$/);
    assert.equal(
      expectStatus(await operate(payment, "refund", { amount: 200 }, key), 422).body.code,
      "idempotency_key_reused",
    );
  });

  it("never refunds more than was taken, however many ask at once", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    const answers = await Promise.all(Array.from({ length: 10 }, () => operate(payment, "refund", { amount: 2500 })));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const { body } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.deepEqual([body.refundedAmount, body.balance], [2500, 1800]);
  });

  it("authorizes by PayLater and captures once", async () => {
    const payment = await authorize();
    assert.deepEqual([payment.state, payment.capturedAmount], ["authorization", 0]);
    const { body } = expectStatus(await operate(payment, "capture"), 200);
    assert.deepEqual([body.state, body.capturedAmount, body.balance], ["completed", 4300, 4300]);
    assert.equal(expectStatus(await operate(payment, "capture"), 409).body.code, "invalid_state");
    assert.equal(dwolla.calls.filter((call) => call.endsWith("/complete")).length, 1);
  });

  it("keeps a capture in doubt when the answer is lost, and finds that it was done", async () => {
    const payment = await authorize();
    dwolla.fault = "after";
    const { body } = expectStatus(await operate(payment, "capture"), 202);
    assert.deepEqual([body.state, body.operations[0]?.status], ["authorization", "unknown"]);
    assert.equal(expectStatus(await operate(payment, "capture"), 409).body.code, "operation_in_doubt");
    dwolla.fault = "none";
    const { body: found } = expectStatus(await operate(payment, "refresh"), 200);
    assert.deepEqual(
      [found.state, found.capturedAmount, found.operations[0]?.status],
      ["completed", 4300, "succeeded"],
    );
    assert.equal(dwolla.calls.filter((call) => call.endsWith("/complete")).length, 1);
  });

  it("ends the doubt about a capture that was not done, which can then be tried again", async () => {
    const payment = await authorize();
    dwolla.fault = "before";
    expectStatus(await operate(payment, "capture"), 202);
    dwolla.fault = "none";
    server.clock.advance(61);
    const { body } = expectStatus(await operate(payment, "refresh"), 200);
    assert.deepEqual([body.state, body.operations[0]?.status], ["authorization", "failed"]);
    expectStatus(await operate(payment, "capture"), 200);
  });

  it("asks the provider once for one Idempotency-Key", async () => {
    const payment = await authorize();
    const key = { "idempotency-key": "refresh-1" };
    const first = expectStatus(await operate(payment, "refresh", {}, key), 200).body;
    const asked = dwolla.calls.length;
    assert.deepEqual(expectStatus(await operate(payment, "refresh", {}, key), 200).body, first);
    assert.equal(dwolla.calls.length, asked);
  });

  it("takes either the void or the arrival of a bank transfer, when both come at once", async () => {
    for (let round = 0; round < 10; round += 1) {
      const payment = await payByBank();
      const answers = await Promise.all([operate(payment, "void"), operate(payment, "receive")]);
      assert.deepEqual(
        answers.map(({ status }) => status).sort((one, other) => one - other),
        [200, 409],
      );
      const { body } = await server.call<Payment>(`/v1/payments/${payment.id}`);
      assert.ok(body.operations.every(({ status }) => status === "succeeded"));
    }
  });

  it("can be tried again where nobody but the merchant knows, when the first was cut off", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    await server.stop();
    await leaveUnknown(server.folder, payment);
    const { folder, clock } = server;
    server = await startTestServer({ gateways: { bank: MANUAL }, folder, clock });
    assert.equal(expectStatus(await operate(payment, "refund"), 409).body.code, "operation_in_doubt");
    clock.advance(61);
    const { body } = expectStatus(await operate(payment, "refund"), 200);
    assert.deepEqual(
      body.operations.map(({ status }) => status),
      ["failed", "succeeded"],
    );
  });

  it("is tried again by the same Idempotency-Key where nobody but the merchant knows, and answered alike after that", async () => {
    const payment = await payByBank();
    await operate(payment, "receive");
    await server.stop();
    const scope = `merchant /v1/payments/${payment.id}/refund`;
    const keyHash = createHash("sha256").update(`${scope}\nrefund-1`).digest("hex");
    await leaveUnknown(server.folder, payment, { keyHash });
    const { folder, clock } = server;
    server = await startTestServer({ gateways: { bank: MANUAL }, folder, clock });
    const refund = () => operate(payment, "refund", {}, { "idempotency-key": "refund-1" });
    expectStatus(await refund(), 202);
    clock.advance(61);
    const { body } = expectStatus(await refund(), 200);
    assert.deepEqual(
      body.operations.map(({ status }) => status),
      ["failed", "succeeded"],
    );
    assert.deepEqual(expectStatus(await refund(), 200).body, body);
  });

  it("says which operations a gateway cannot do, and that a payment is not known", async () => {
    const session = await server.createSession({ gateway: "card" });
    await notifyUniversal(server, (await server.startAttempt(session)).handoff);
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.ok(body.payment);
    for (const operation of ["capture", "void", "refund", "receive", "refresh"]) {
      const answer = await operate(body.payment, operation);
      assert.equal(expectStatus(answer, 422).body.code, "unsupported_operation", operation);
    }
    expectStatus(await operate({ ...body.payment, id: "pay_unknown" }, "capture"), 404);
  });

  it("lists payments by session, order, gateway and state", async () => {
    const session = await server.createSession({ gateway: "bank", orderId: "1001" });
    await server.startAttempt(session);
    await payByBank();
    const count = async (query: string) =>
      (await server.call<{ data: Payment[] }>(`/v1/payments?${query}`)).body.data.length;
    assert.deepEqual(
      await Promise.all(
        [
          "",
          `sessionId=${session.id}`,
          "orderId=1001",
          "gateway=bank",
          "gateway=card",
          "state=pending",
          "state=completed",
        ].map(count),
      ),
      [2, 1, 1, 2, 0, 2, 0],
    );
    const { body } = await server.call<{ data: { abilities: string[] }[] }>("/v1/gateways");
    assert.deepEqual(
      body.data.map(({ abilities }) => abilities),
      [["void", "refund", "receive"], ["fetchPayment", "capture"], []],
    );
  });
});
