import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutSession, CreatedCheckoutSession } from "../../shared/records.ts";
import { DWOLLA, notifyDwolla, scriptedDwolla, type ScriptedDwolla } from "../support/dwolla.ts";
import { eventually, expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

describe("what time brings", () => {
  let server: TestServer;
  let dwolla: ScriptedDwolla;
  beforeEach(async () => {
    dwolla = scriptedDwolla();
    server = await startTestServer({ gateways: { account: DWOLLA }, fetch: dwolla.fetch });
  });
  afterEach(() => server.close());

  async function begin(fields: Record<string, unknown> = {}): Promise<CreatedCheckoutSession> {
    const session = await server.createSession({ currency: "USD", ...fields });
    await server.startAttempt(session);
    return session;
  }

  async function read({ id }: { id: string }): Promise<CheckoutSession> {
    return (await server.call<CheckoutSession>(`/v1/checkout-sessions/${id}`)).body;
  }

  /** Waits, without a clock, until due work has brought a session to where a test wants it. */
  async function until(
    session: { id: string },
    holds: (session: CheckoutSession) => boolean,
  ): Promise<CheckoutSession> {
    let current = await read(session);
    await eventually(async () => holds((current = await read(session))));
    return current;
  }

  it("asks about an attempt without news, and finds the payment that nobody told", async () => {
    const session = await begin();
    dwolla.latest().status = "Completed";
    assert.equal((await read(session)).status, "open");
    server.clock.advance(61);
    const { payment, status } = await until(session, (current) => current.status === "complete");
    assert.deepEqual([status, payment?.state, payment?.amount], ["complete", "completed", 4300]);
  });

  it("expires a trip after its own time, and leaves the session payable", async () => {
    const session = await begin();
    server.clock.advance(301);
    const { status, attempt } = await until(session, (current) => current.attempt?.state === "expired");
    assert.deepEqual([status, attempt?.state], ["open", "expired"]);
    await server.startAttempt(session);
  });

  it("never expires a session before asking", async () => {
    const session = await begin({ expiresInSeconds: 30 });
    dwolla.latest().status = "Completed";
    server.clock.advance(31);
    const { status, payment } = await read(session);
    assert.deepEqual([status, payment?.late], ["complete", undefined]);
  });

  it("keeps a session open while the provider cannot be asked, and expires it when it can", async () => {
    const session = await begin({ expiresInSeconds: 30 });
    dwolla.fault = "before";
    server.clock.advance(31);
    assert.equal((await read(session)).status, "open");
    dwolla.fault = "none";
    assert.equal((await read(session)).status, "expired");
  });

  /** Finds a session in the list, which does nothing that is due, as reading it would. */
  async function listed(session: { id: string }): Promise<CheckoutSession | undefined> {
    const { body } = await server.call<{ data: CheckoutSession[] }>("/v1/checkout-sessions?limit=100");
    return body.data.find(({ id }) => id === session.id);
  }

  /** Waits for due work alone. */
  async function untilListed(session: { id: string }, status: string): Promise<void> {
    await eventually(async () => (await listed(session))?.status === status);
  }

  it("asks a provider that cannot be asked once a minute, and lets nobody wait behind its sessions", async () => {
    const stuck = await Promise.all(Array.from({ length: 25 }, () => begin({ expiresInSeconds: 30 })));
    const other = await server.createSession({ currency: "USD", expiresInSeconds: 35 });
    dwolla.fault = "before";
    const before = dwolla.calls.length;
    server.clock.advance(36);
    await untilListed(other, "expired");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(dwolla.calls.length - before, stuck.length);
    dwolla.fault = "none";
    server.clock.advance(60);
    for (const session of stuck) await untilListed(session, "expired");
  });

  it("asks once a minute at most where the gateway is no longer configured", async () => {
    const session = await begin({ expiresInSeconds: 30 });
    await server.stop();
    const { folder, clock } = server;
    server = await startTestServer({ gateways: { bank: MANUAL }, folder, clock });
    const version = async () => (await listed(session))?.version ?? 0;
    let before = await version();
    for (const seconds of [31, 61]) {
      clock.advance(seconds);
      await eventually(async () => (await version()) > before);
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await version(), before + 1);
      before += 1;
    }
  });

  it("shows when the provider is asked next", async () => {
    const session = await begin();
    const { attempt } = await read(session);
    assert.equal(attempt?.nextCheckAt, "2026-11-21T12:01:00.000Z");
    server.clock.advance(60);
    const asked = await until(session, (current) => current.attempt?.nextCheckAt !== "2026-11-21T12:01:00.000Z");
    // Five minutes later, and that is when the trip is over.
    assert.equal(asked.attempt?.nextCheckAt, "2026-11-21T12:05:00.000Z");
  });

  it("asks about the live attempt before a new one starts, and refuses when that was paid", async () => {
    const session = await begin();
    dwolla.latest().status = "Completed";
    const answer = await server.call(`/v1/checkout-sessions/${session.id}/attempts`, {
      key: session.clientSecret,
      json: { presentation: "redirect" },
    });
    assert.equal(expectStatus(answer, 409).body["code"], "session_complete");
    assert.equal(dwolla.checkouts.length, 1);
    assert.equal((await read(session)).payment?.state, "completed");
  });

  it("refuses to cancel what was paid, and asks first", async () => {
    const session = await begin();
    dwolla.latest().status = "Completed";
    const answer = await server.call(`/v1/checkout-sessions/${session.id}/cancel`, { json: {} });
    assert.equal(expectStatus(answer, 409).body["code"], "session_complete");
  });

  it("does not believe a callback that the provider, asked, does not confirm", async () => {
    const session = await begin();
    const answer = await notifyDwolla(server, dwolla.latest());
    assert.equal((expectStatus(answer, 409).body as { code: string }).code, "verification_failed");
    assert.equal((await read(session)).attempt?.state, "started");
    dwolla.latest().status = "Completed";
    expectStatus(await notifyDwolla(server, dwolla.latest()), 200);
    assert.equal((await read(session)).payment?.state, "completed");
  });

  it("notes at once that the provider took another amount, where the callback and the answer say so", async () => {
    const session = await begin();
    Object.assign(dwolla.latest(), { status: "Completed", total: "42.99" });
    expectStatus(await notifyDwolla(server, dwolla.latest()), 200);
    const { status, attempt, payment } = await read(session);
    assert.deepEqual([status, attempt?.code, payment], ["open", "amount_mismatch", undefined]);
  });

  it("does not believe a callback over another amount than the provider, asked, says", async () => {
    const session = await begin();
    dwolla.latest().status = "Completed";
    const answer = await notifyDwolla(server, { ...dwolla.latest(), total: "42.99" });
    assert.equal((expectStatus(answer, 409).body as { code: string }).code, "verification_failed");
    assert.equal((await read(session)).attempt?.state, "started");
  });

  it("does not let a failed callback flipped to completed count", async () => {
    await begin();
    const flipped = await notifyDwolla(server, dwolla.latest(), { Status: "Completed", Error: "Insufficient funds" });
    expectStatus(flipped, 409);
  });

  it("calls no provider for a notification that does not verify", async () => {
    await begin();
    const before = dwolla.calls.length;
    expectStatus(await notifyDwolla(server, dwolla.latest(), { Signature: "0".repeat(40) }), 401);
    expectStatus(await notifyDwolla(server, dwolla.latest(), { Amount: 0.01 }), 401);
    assert.equal(dwolla.calls.length, before);
  });

  it("answers 502 when the provider cannot be asked, so that the callback comes again", async () => {
    const session = await begin();
    dwolla.latest().status = "Completed";
    dwolla.fault = "before";
    expectStatus(await notifyDwolla(server, dwolla.latest()), 502);
    dwolla.fault = "none";
    expectStatus(await notifyDwolla(server, dwolla.latest()), 200);
    assert.equal((await read(session)).status, "complete");
  });

  it("ends an attempt at the customer's cancel only after asking", async () => {
    const paid = await begin({ returnUrl: `${STOREFRONT}/thanks` });
    dwolla.latest().status = "Completed";
    const pathname = new URL(dwolla.latest().redirect).pathname.replace("/return/", "/cancel/");
    expectStatus(await server.call(pathname, { key: null }), 303);
    assert.equal((await read(paid)).status, "complete");
  });
});
