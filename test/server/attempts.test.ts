import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession, CreatedCheckoutSession } from "../../shared/records.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal } from "../support/external-shop.ts";
import { eventually, expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";
import { notifyUniversal, returnFromUniversal, UNIVERSAL } from "../support/universal.ts";

const NONCE = "0123456789abcdef";
const DWOLLA = {
  type: "dwolla",
  key: "key",
  secret: "secret",
  destinationId: "812-713-9234",
  baseUrl: "http://localhost:9",
};

describe("starting an attempt", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL, account: DWOLLA } });
  });
  after(() => server.close());

  const start = (
    session: CreatedCheckoutSession,
    json: unknown,
    headers: Record<string, string> = { origin: STOREFRONT },
  ) =>
    server.call<Problem>(`/v1/checkout-sessions/${session.id}/attempts`, { key: session.clientSecret, json, headers });
  const pathsOf = async (session: CreatedCheckoutSession, json: unknown) =>
    expectStatus(await start(session, json), 422).body.errors?.map(({ path }) => path);

  it("hands the customer over to the gateway with addresses of its own", async () => {
    const session = await server.createSession();
    const { attempt, handoff } = await server.startAttempt(session, { gateway: "card" });
    const other = await server.startAttempt(session, { gateway: "card" });
    assert.deepEqual([attempt.state, attempt.amount, attempt.gateway], ["started", 4300, "card"]);
    assert.deepEqual([handoff.method, handoff.url], ["POST", UNIVERSAL.forwardUrl]);
    assert.match(handoff.fields?.["x_url_complete"] ?? "", new RegExp(`^${server.url}/return/[\\w-]{43}$`));
    assert.notEqual(handoff.fields?.["x_url_complete"], other.handoff.fields?.["x_url_complete"]);
    assert.notEqual(handoff.fields?.["x_reference"], other.handoff.fields?.["x_reference"]);
  });

  it("keeps at most one attempt live", async () => {
    const session = await server.createSession();
    await server.startAttempt(session, { gateway: "card" });
    await server.startAttempt(session, { gateway: "card" });
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.deepEqual(
      body.attempts?.map(({ state }) => state),
      ["superseded", "started"],
    );
  });

  it("keeps at most one attempt live when many start at once", async () => {
    const session = await server.createSession();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => start(session, { gateway: "card", presentation: "redirect" })),
    );
    assert.ok(answers.every(({ status }) => status === 201 || status === 409));
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.equal(body.attempts?.filter(({ state }) => state === "started").length, 1);
  });

  it("needs a gateway where several are offered, and one that is", async () => {
    const session = await server.createSession();
    assert.deepEqual(await pathsOf(session, { presentation: "redirect" }), ["/gateway"]);
    assert.deepEqual(await pathsOf(session, { gateway: "nowhere", presentation: "redirect" }), ["/gateway"]);
    const bound = await server.createSession({ gateway: "card" });
    assert.deepEqual(await pathsOf(bound, { gateway: "bank", presentation: "redirect" }), ["/gateway"]);
    expectStatus(await start(bound, { presentation: "redirect" }), 201);
  });

  it("offers a gateway only what it can take", async () => {
    const { gateways } = await server.createSession({ currency: "EUR" });
    assert.deepEqual(
      gateways.map(({ id }) => id),
      ["card", "bank"],
    );
    const dollars = await server.createSession({ currency: "USD" });
    assert.deepEqual(
      dollars.gateways.map(({ id }) => id),
      ["card", "bank", "account"],
    );
  });

  it("needs a presentation of the gateway, and a nonce for frames and popups", async () => {
    const session = await server.createSession();
    assert.deepEqual(await pathsOf(session, { gateway: "bank", presentation: "iframe", nonce: NONCE }), [
      "/presentation",
    ]);
    assert.deepEqual(await pathsOf(session, { gateway: "card", presentation: "iframe" }), ["/nonce"]);
    assert.deepEqual(await pathsOf(session, { gateway: "card", presentation: "popup", nonce: "short" }), ["/nonce"]);
    expectStatus(await start(session, { gateway: "card", presentation: "iframe", nonce: NONCE }), 201);
  });

  it("frames only for a configured storefront", async () => {
    const session = await server.createSession();
    for (const headers of [{}, { origin: "https://evil.example" }]) {
      const answer = await start(session, { gateway: "card", presentation: "iframe", nonce: NONCE }, headers);
      assert.equal(expectStatus(answer, 403).body.code, "forbidden");
    }
  });

  it("comes back into a frame with a page that tells that one origin, and no result", async () => {
    const session = await server.createSession();
    const { handoff } = await server.startAttempt(session, { gateway: "card", presentation: "iframe", nonce: NONCE });
    const { body, headers } = expectStatus(await returnFromUniversal(server, handoff), 200);
    const page = String(body);
    const csp = headers.get("content-security-policy") ?? "";
    assert.match(csp, new RegExp(`frame-ancestors ${STOREFRONT}(;|$)`));
    assert.match(csp, /script-src 'sha256-[^']+'/);
    assert.ok(!csp.includes("unsafe"));
    const carried = /<script type="application\/json" id="message">(.*?)<\/script>/.exec(page)?.[1] ?? "";
    const { target, messages } = JSON.parse(carried) as { target: string; messages: Record<string, unknown>[] };
    assert.equal(target, STOREFRONT);
    assert.deepEqual(messages.at(-1), {
      source: "offsite-checkout",
      version: 1,
      type: "returned",
      sessionId: session.id,
      nonce: NONCE,
    });
    assert.ok(!/paid|complete|amount/i.test(carried));
  });

  it("refuses to start what is paid, cancelled or expired", async () => {
    const paid = await server.createSession();
    await notifyUniversal(server, (await server.startAttempt(paid, { gateway: "card" })).handoff);
    const cancelled = await server.createSession();
    await server.call(`/v1/checkout-sessions/${cancelled.id}/cancel`, { json: {} });
    const expired = await server.createSession({ expiresInSeconds: 10 });
    server.clock.advance(11);
    for (const [session, code] of [
      [paid, "session_complete"],
      [cancelled, "session_closed"],
      [expired, "session_closed"],
    ] as const) {
      const answer = await start(session, { gateway: "card", presentation: "redirect" });
      assert.equal(expectStatus(answer, 409).body.code, code);
    }
  });

  it("keeps an attempt whose provider cannot be reached as failed, and the session open", async () => {
    const session = await server.createSession({ currency: "USD" });
    const answer = await start(session, { gateway: "account", presentation: "redirect" });
    assert.equal(expectStatus(answer, 502).body.code, "gateway_unavailable");
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.deepEqual([body.status, body.attempt?.state, body.attempt?.code], ["open", "failed", "gateway_unavailable"]);
    await server.startAttempt(session, { gateway: "card" });
  });
});

describe("starting an attempt while money is asked for", () => {
  let endpoint: ExternalEndpoint;
  let server: TestServer;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: endpoint.config } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  it("starts no other trip while the provider is asked for the money, and then knows that it is paid", async () => {
    let release = () => {};
    endpoint.isReleased = new Promise((resolve) => {
      release = resolve;
    });
    const { session, handoff } = await beginExternal(server);
    const back = bringBack(server, handoff);
    await eventually(async () => endpoint.calls.length > 0);
    const startAgain = () =>
      server.call(`/v1/checkout-sessions/${session.id}/attempts`, {
        key: session.clientSecret,
        json: { gateway: "external", presentation: "redirect" },
      });
    const refused = expectStatus(await startAgain(), 409);
    assert.deepEqual([refused.body["code"], refused.headers.get("retry-after")], ["invalid_state", "1"]);
    release();
    expectStatus(await back, 303);
    assert.equal(expectStatus(await startAgain(), 409).body["code"], "session_complete");
    assert.deepEqual(
      endpoint.calls.map(({ action }) => action),
      ["authorize", "capture"],
    );
  });
});
