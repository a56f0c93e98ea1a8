import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Payment } from "../../../shared/records.ts";
import { testGateway } from "../../conformance/gateway.ts";
import { PATIENT_MS, REMOTE_ID, type Facts, type Fields } from "../../conformance/gateway-driver.ts";
import { answerJson, startScriptedProvider, type ScriptedProvider } from "../../support/scripted-provider.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { DWOLLA, stand, writeCallback, writeReturn } from "./dwolla-driver.ts";

testGateway(DWOLLA);

describe("Dwolla through the front door", () => {
  let provider: ScriptedProvider;
  let server: TestServer;
  before(async () => {
    provider = await startScriptedProvider();
    server = await startTestServer({ gateways: { dwolla: DWOLLA.config(provider.url, PATIENT_MS) } });
  });
  after(async () => {
    await server.close();
    await provider.close();
  });

  let checkouts = 0;

  /** Starts an attempt of 43.00 USD, and finds what Dwolla was told. */
  async function setOut(fields: Record<string, unknown> = {}) {
    checkouts += 1;
    const remoteId = REMOTE_ID.replace(/.{4}$/, String(checkouts).padStart(4, "0"));
    const checkout = { remoteId, amount: 4300 };
    provider.script(stand("unpaid", checkout));
    const session = await server.createSession({ amount: 4300, currency: "USD", ...fields });
    const { handoff } = await server.startAttempt(session);
    const start = DWOLLA.readStart?.(handoff, provider.requests.slice(-1));
    assert.ok(start !== undefined);
    const { reference, returnUrl } = start;
    const facts: Facts = {
      saying: "completed",
      reference,
      remoteId,
      amount: 4300,
      currency: "USD",
      environment: "test",
      account: "own",
    };
    const payments = async () =>
      (await server.call<{ data: Payment[] }>(`/v1/payments?sessionId=${session.id}`)).body.data;
    const comeBack = (query: Fields) => {
      const search = new URLSearchParams(query as Record<string, string>).toString();
      return server.call(`${new URL(returnUrl).pathname}?${search}`, { key: null });
    };
    return { session, facts, checkout, payments, comeBack };
  }

  test("answers a callback that Dwolla, asked, does not confirm with 409, and one that it cannot be asked about with 502", async () => {
    const { facts, checkout, payments } = await setOut();
    const json = writeCallback(facts);
    assert.equal((await server.call("/notify/dwolla", { key: null, json })).status, 409);
    provider.script(answerJson(503, {}));
    assert.equal((await server.call("/notify/dwolla", { key: null, json })).status, 502);
    assert.deepEqual(await payments(), []);
    provider.script(stand("completed", checkout));
    assert.equal((await server.call("/notify/dwolla", { key: null, json })).status, 200);
    assert.equal((await payments()).length, 1);
  });

  test("authorizes a PayLater checkout when the customer comes back, and captures it as a whole", async () => {
    const { facts, checkout, payments, comeBack } = await setOut({ capture: "manual" });
    const { signature, orderId, amount, checkoutId } = writeReturn(facts);
    provider.script(stand("authorized", checkout));
    await comeBack({ signature, orderId, amount, checkoutId, checkoutWithApi: "true" });
    const [payment] = await payments();
    assert.equal(payment?.state, "authorization");
    assert.equal(payment.remoteId, checkout.remoteId);
    const capture = `/v1/payments/${payment.id}/capture`;
    assert.equal((await server.call(capture, { json: { amount: 4299 } })).status, 422);
    const captured = await server.call<Payment>(capture, { json: {} });
    assert.equal(captured.status, 200);
    assert.equal(captured.body.state, "completed");
    assert.equal((await payments()).length, 1);
  });

  test("lets the customer who cancels at Dwolla try again", async () => {
    const { session, checkout, payments, comeBack } = await setOut();
    const query = { checkoutId: checkout.remoteId, error: "failure", error_description: "User Cancelled" };
    assert.equal((await comeBack(query)).status, 303);
    const { body } = await server.call<{ status: string; attempt: { state: string; message: string } }>(
      `/v1/checkout-sessions/${session.id}`,
    );
    assert.equal(body.status, "open");
    assert.equal(body.attempt.state, "cancelled");
    assert.equal(body.attempt.message, "User Cancelled");
    assert.deepEqual(await payments(), []);
    assert.equal((await server.startAttempt(session)).attempt.state, "started");
  });

  test("names what Dwolla would refuse before anything is sent", async () => {
    const sent = provider.requests.length;
    const answer = await server.call<{ errors: { path: string }[] }>("/v1/checkout-sessions", {
      json: {
        currency: "EUR",
        returnUrl: "http://shop.localhost:4300/thanks",
        items: [{ name: "x".repeat(101), quantity: 1, unitAmount: 100 }],
        metadata: { "9x": "v" },
      },
    });
    assert.equal(answer.status, 422);
    assert.deepEqual(
      answer.body.errors.map(({ path }) => path),
      ["/currency", "/items/0/name", "/metadata/9x"],
    );
    assert.equal(provider.requests.length, sent);
  });
});
