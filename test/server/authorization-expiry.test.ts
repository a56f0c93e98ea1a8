import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { runDueWork } from "../../server/checkout/due-work.ts";
import { operatePayment } from "../../server/checkout/operate-payment.ts";
import { StateError } from "../../server/errors.ts";
import type { Gateway } from "../../server/gateways/gateway.ts";
import { DWOLLA, scriptedDwolla } from "../support/dwolla.ts";
import { openPlayCheckout } from "../support/play-checkout.ts";
import { expectStatus, startTestServer } from "../support/server.ts";

const DAY_SECONDS = 86_400;

/** Opens a checkout whose provider says until when it holds an authorization, and pays a session there. */
async function authorizeFor(t: TestContext, seconds: number, change: (gateway: Gateway) => Gateway = (same) => same) {
  const expiry = { at: "" };
  const play = await openPlayCheckout((gateway) => {
    const until = <Said extends object>(said: Said) => ({ ...said, authorizationExpiresAt: expiry.at });
    return change({
      ...gateway,
      verifyNotification: async (request) => {
        const said = await gateway.verifyNotification(request);
        return "report" in said && said.report.outcome === "authorized"
          ? { ...said, report: until(said.report) }
          : said;
      },
      fetchPayment: async (trip) => {
        const fetched = (await gateway.fetchPayment?.(trip)) ?? "unpaid";
        return typeof fetched === "object" && fetched.outcome === "authorized" ? until(fetched) : fetched;
      },
    });
  });
  t.after(() => play.close());
  expiry.at = new Date(play.clock.now().getTime() + seconds * 1000).toISOString();
  const { id, trip } = await play.begin({ capture: "manual", expiresInSeconds: DAY_SECONDS });
  play.provider.act(trip, "pay");
  await play.notify();
  const read = async () => {
    const ledger = await play.checkout.store.readLedger(id);
    const payment = ledger?.payments[0];
    assert.ok(ledger && payment);
    return { payment, dueAt: ledger.dueAt, status: ledger.session.status };
  };
  return { ...play, expiry, trip, read };
}

describe("an authorization", () => {
  it("expires when its time is over and the provider, asked, knows of nothing else", async (t) => {
    const { checkout, clock, expiry, read } = await authorizeFor(t, 3600);
    const { dueAt, payment } = await read();
    assert.deepEqual([dueAt, payment.authorizationExpiresAt], [expiry.at, expiry.at]);
    clock.advance(3599);
    await runDueWork(checkout);
    assert.equal((await read()).payment.state, "authorization");
    clock.advance(1);
    await runDueWork(checkout);
    const expired = await read();
    assert.deepEqual(
      [expired.payment.state, expired.status, expired.dueAt],
      ["authorization_expired", "complete", undefined],
    );
    const events = await checkout.store.listEvents(0, 100);
    const event = events.find(({ type }) => type === "payment.authorization_expired");
    assert.deepEqual([event?.paymentId, event?.decidedBy], [payment.id, "fetch"]);
    const isRefused = (error: unknown) => error instanceof StateError && error.code === "invalid_state";
    await assert.rejects(operatePayment(checkout, payment.id, { type: "capture" }), isRefused);
  });

  it("is not captured once its time is over, also where nobody has looked yet", async (t) => {
    const { checkout, clock, provider, read } = await authorizeFor(t, 3600);
    clock.advance(3600);
    const { payment } = await read();
    await assert.rejects(operatePayment(checkout, payment.id, { type: "capture" }), /has run out/);
    assert.deepEqual([provider.trips[0]?.captured, (await read()).payment.operations], [0, []]);
  });

  it("goes on where the provider has extended it", async (t) => {
    const { checkout, clock, expiry, read } = await authorizeFor(t, 3600);
    clock.advance(3600);
    expiry.at = new Date(clock.now().getTime() + 60_000).toISOString();
    await runDueWork(checkout);
    const { payment, dueAt } = await read();
    assert.deepEqual([payment.state, payment.authorizationExpiresAt, dueAt], ["authorization", expiry.at, expiry.at]);
    await operatePayment(checkout, payment.id, { type: "capture" });
    assert.equal((await read()).payment.state, "completed");
  });

  it("waits for a provider that cannot be asked, and is what that says then", async (t) => {
    const { checkout, clock, provider, read, trip } = await authorizeFor(t, 3600);
    provider.fault = "before";
    clock.advance(3600);
    await runDueWork(checkout);
    assert.equal((await read()).payment.state, "authorization");
    provider.fault = "none";
    // Taken at the provider itself.
    Object.assign(trip, { state: "completed", captured: 4300 });
    clock.advance(60);
    await runDueWork(checkout);
    const { payment } = await read();
    assert.deepEqual([payment.state, payment.capturedAmount], ["completed", 4300]);
  });

  it("does not expire while it is not known whether it was captured", async (t) => {
    const { checkout, clock, provider, read } = await authorizeFor(t, 3600);
    clock.advance(3599);
    provider.fault = "after";
    const { payment } = await read();
    assert.equal((await operatePayment(checkout, payment.id, { type: "capture" })).isDone, false);
    clock.advance(2);
    await runDueWork(checkout);
    assert.equal((await read()).payment.state, "authorization");
    provider.fault = "none";
    clock.advance(120);
    await runDueWork(checkout);
    const known = await read();
    assert.deepEqual([known.payment.state, known.payment.operations[0]?.status], ["completed", "succeeded"]);
  });

  it("expires where there is nobody to ask, when its time is over", async (t) => {
    const { checkout, clock, read } = await authorizeFor(t, 3600, (gateway) => {
      delete gateway.fetchPayment;
      return gateway;
    });
    clock.advance(3600);
    await runDueWork(checkout);
    const { payment, dueAt } = await read();
    assert.deepEqual([payment.state, dueAt], ["authorization_expired", undefined]);
  });

  it("of PayLater is asked about from time to time, and expires when Dwolla says so", async (t) => {
    const dwolla = scriptedDwolla();
    const server = await startTestServer({ gateways: { account: DWOLLA }, fetch: dwolla.fetch });
    t.after(() => server.close());
    const session = await server.createSession({ currency: "USD", capture: "manual" });
    await server.startAttempt(session);
    const read = async () => (await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`)).body;
    const until = async (state: string): Promise<Payment> => {
      for (let tries = 0; tries < 200; tries += 1) {
        server.clock.advance(DAY_SECONDS / 48);
        const { payment } = await read();
        if (payment?.state === state) return payment;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`it never was ${state}`);
    };
    dwolla.latest().status = "ReadyForApiCheckout";
    server.clock.advance(61);
    const payment = await until("authorization");
    dwolla.latest().status = "Expired";
    await until("authorization_expired");
    const answer = await server.call<{ code: string }>(`/v1/payments/${payment.id}/capture`, { json: {} });
    assert.equal(expectStatus(answer, 409).body.code, "invalid_state");
    assert.equal(dwolla.calls.filter((call) => call.endsWith("/complete")).length, 0);
    const { body } = await server.call<{ data: { type: string }[] }>("/v1/events?limit=100");
    assert.equal(body.data.filter(({ type }) => type === "payment.authorization_expired").length, 1);
  });
});
