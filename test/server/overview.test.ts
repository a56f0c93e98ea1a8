import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { Statistics } from "../../shared/statistics.ts";
import { expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

describe("the merchant's view over everything", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL } });
  });
  after(() => server.close());

  async function pay(fields: Record<string, unknown>): Promise<Payment> {
    const session = await server.createSession({ gateway: "card", ...fields });
    const { handoff } = await server.startAttempt(session);
    await notifyUniversal(server, handoff);
    const { payment } = (await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`)).body;
    assert.ok(payment);
    return payment;
  }

  it("sums up the payments of the last days by state and currency, for the merchant alone", async () => {
    await pay({});
    await pay({ amount: 700 });
    await pay({ amount: 500, currency: "JPY" });
    server.clock.advance(2 * 86_400);
    await pay({});
    const { body } = expectStatus(await server.call("/v1/statistics?days=3"), 200);
    const { from, to, data } = Statistics.parse(body);
    assert.deepEqual([from, to], ["2026-11-21", "2026-11-23"]);
    assert.deepEqual(data.map((sum) => Object.values(sum).join(" ")).sort(), [
      "2026-11-21 completed EUR 2 5000",
      "2026-11-21 completed JPY 1 500",
      "2026-11-23 completed EUR 1 4300",
    ]);
    const { body: today } = expectStatus(await server.call("/v1/statistics?days=1"), 200);
    assert.equal(Statistics.parse(today).data.length, 1);
    expectStatus(await server.call("/v1/statistics?days=0"), 422);
    expectStatus(await server.call("/v1/statistics?days=91"), 422);
    expectStatus(await server.call("/v1/statistics", { key: null }), 401);
    expectStatus(await server.call("/v1/statistics", { key: "sk_test_somebody_elses_key_000000" }), 401);
  });

  it("finds a session by every name that it has, and by nothing less than a whole one", async () => {
    const customer = { email: "grace@shop.example", reference: "customer-9" };
    const payment = await pay({ orderId: "order-77", customer });
    const other = await pay({ orderId: "order-78", customer: { ...customer, email: "other@shop.example" } });
    const search = async (text: string) => {
      const answer = await server.call<{ data: CheckoutSession[] }>(`/v1/search?text=${encodeURIComponent(text)}`);
      return expectStatus(answer, 200).body.data.map(({ id }) => id);
    };
    const own = [payment.sessionId];
    for (const text of [payment.sessionId, payment.id, payment.remoteId, "order-77", customer.email]) {
      assert.deepEqual(await search(text), own, text);
    }
    assert.deepEqual((await search("customer-9")).sort(), [payment.sessionId, other.sessionId].sort());
    for (const text of ["order-7", payment.id.slice(0, -1), "nobody", "💶"]) assert.deepEqual(await search(text), []);
    expectStatus(await server.call("/v1/search?text="), 422);
    expectStatus(await server.call("/v1/search?text=order-77", { key: null }), 401);
  });
});
