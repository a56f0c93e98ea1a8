import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CheckoutSession, CreatedCheckoutSession, Handoff, Payment } from "../../../shared/records.ts";
import { expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../../support/server.ts";
import { notifyUniversal, returnFromUniversal, UNIVERSAL, universalMessage } from "../../support/universal.ts";

describe("settling", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL } });
  });
  after(() => server.close());

  async function begin(
    fields: Record<string, unknown> = {},
  ): Promise<{ session: CreatedCheckoutSession; handoff: Handoff }> {
    const session = await server.createSession(fields);
    const { handoff } = await server.startAttempt(session, { gateway: "card" });
    return { session, handoff };
  }

  async function read({ id }: { id: string }): Promise<CheckoutSession & { attempts: object[]; payments: Payment[] }> {
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${id}`);
    return body as CheckoutSession & { attempts: object[]; payments: Payment[] };
  }

  for (const order of [
    ["notify"],
    ["return"],
    ["notify", "return"],
    ["return", "notify"],
    ["notify", "notify", "return", "return"],
  ]) {
    it(`takes one payment from ${order.join(", then ")}`, async () => {
      const { session, handoff } = await begin();
      for (const way of order) {
        if (way === "notify") expectStatus(await notifyUniversal(server, handoff), 200);
        else expectStatus(await returnFromUniversal(server, handoff), 303);
      }
      const { status, payments, payment, attempt } = await read(session);
      assert.equal(status, "complete");
      assert.equal(payments.length, 1);
      assert.equal(attempt?.state, "settled");
      assert.equal(payment?.state, "completed");
      assert.equal(payment?.amount, 4300);
      assert.equal(payment?.capturedAmount, 4300);
      assert.equal(payment?.balance, 4300);
      assert.equal(payment?.remoteState, "completed");
    });
  }

  it("takes one payment when return and notification come many times at once", async () => {
    const { session, handoff } = await begin();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? notifyUniversal(server, handoff) : returnFromUniversal(server, handoff),
      ),
    );
    const { status, payments, version } = await read(session);
    assert.deepEqual([status, payments.length], ["complete", 1]);
    assert.equal(version, (await read(session)).version);
  });

  it("sends the customer to the shop with the session's id, and never with a result", async () => {
    const { session, handoff } = await begin({ returnUrl: `${STOREFRONT}/thanks?order=1&checkout_session=x#top` });
    const { headers } = expectStatus(await returnFromUniversal(server, handoff), 303);
    assert.equal(headers.get("location"), `${STOREFRONT}/thanks?order=1&checkout_session=${session.id}#top`);
  });

  it("leaves no payment of a declined attempt, and lets the customer try again", async () => {
    const { session, handoff } = await begin();
    expectStatus(
      await notifyUniversal(server, handoff, { x_result: "failed", x_message: "Insufficient <b>funds</b>" }),
      200,
    );
    const declined = await read(session);
    assert.equal(declined.status, "open");
    assert.equal(declined.payments.length, 0);
    assert.equal(declined.attempt?.state, "declined");
    assert.equal(declined.attempt?.code, "gateway_declined");
    const again = await server.startAttempt(session, { gateway: "card" });
    expectStatus(await notifyUniversal(server, again.handoff), 200);
    assert.equal((await read(session)).status, "complete");
  });

  it("ends the attempt and not the session when the customer cancels", async () => {
    const { session, handoff } = await begin({ cancelUrl: `${STOREFRONT}/cart` });
    const cancelPath = new URL(handoff.fields?.["x_url_cancel"] ?? "").pathname;
    const { headers } = expectStatus(await server.call(cancelPath, { key: null }), 303);
    assert.equal(headers.get("location"), `${STOREFRONT}/cart?checkout_session=${session.id}`);
    const { status, attempt, payments } = await read(session);
    assert.deepEqual([status, attempt?.state, payments.length], ["open", "cancelled", 0]);
  });

  it("sends a customer who has paid to the shop as one who comes back, also from the cancel address", async () => {
    for (const x_result of ["completed", "pending"]) {
      const { session, handoff } = await begin({ cancelUrl: `${STOREFRONT}/cart` });
      await notifyUniversal(server, handoff, { x_result });
      const cancelPath = new URL(handoff.fields?.["x_url_cancel"] ?? "").pathname;
      const { headers } = expectStatus(await server.call(cancelPath, { key: null }), 303);
      assert.equal(headers.get("location"), `${STOREFRONT}/thanks?checkout_session=${session.id}`);
    }
    const framed = await server.createSession();
    const { handoff } = await server.startAttempt(framed, {
      gateway: "card",
      presentation: "iframe",
      nonce: "0123456789abcdef",
    });
    await notifyUniversal(server, handoff);
    const { pathname } = new URL(handoff.fields?.["x_url_cancel"] ?? "");
    const { body } = expectStatus(await server.call<string>(pathname, { key: null }), 200);
    assert.ok(body.includes('"type":"returned"') && !body.includes("Nothing was paid"));
  });

  it("counts money that comes after the customer had cancelled", async () => {
    const { session, handoff } = await begin();
    await server.call(new URL(handoff.fields?.["x_url_cancel"] ?? "").pathname, { key: null });
    await notifyUniversal(server, handoff);
    assert.equal((await read(session)).status, "complete");
  });

  for (const [last, status, state] of [
    ["completed", "complete", "completed"],
    ["failed", "open", "failed"],
  ] as const) {
    it(`keeps a pending payment until it is ${last}`, async () => {
      const { session, handoff } = await begin();
      await notifyUniversal(server, handoff, { x_result: "pending" });
      const pending = await read(session);
      assert.deepEqual([pending.status, pending.payment?.state, pending.payment?.balance], ["pending", "pending", 0]);
      const refused = await server.call(`/v1/checkout-sessions/${session.id}/attempts`, {
        key: session.clientSecret,
        json: { gateway: "card", presentation: "redirect" },
      });
      assert.equal(expectStatus(refused, 409).body["code"], "invalid_state");
      await notifyUniversal(server, handoff, { x_result: last });
      const settled = await read(session);
      assert.equal(settled.status, status);
      assert.deepEqual(
        settled.payments.map((payment) => payment.state),
        [state],
      );
    });
  }

  for (const [field, value, code] of [
    ["x_amount", "42.99", "amount_mismatch"],
    ["x_currency", "USD", "currency_mismatch"],
    ["x_test", "false", "environment_mismatch"],
  ] as const) {
    it(`never counts a success with another ${field}`, async () => {
      const { session, handoff } = await begin();
      expectStatus(await notifyUniversal(server, handoff, { [field]: value }), 200);
      const { status, attempt, payments } = await read(session);
      assert.deepEqual([status, attempt?.state, attempt?.code, payments.length], ["open", "failed", code, 0]);
    });
  }

  it("holds a second payment of a session as a duplicate", async () => {
    const { session, handoff: first } = await begin();
    const { handoff: second } = await server.startAttempt(session, { gateway: "card" });
    await notifyUniversal(server, second);
    await notifyUniversal(server, first);
    const { status, payment, payments } = await read(session);
    assert.equal(status, "complete");
    assert.equal(payments.length, 2);
    assert.deepEqual(
      payments.map(({ duplicateOf }) => duplicateOf),
      [undefined, payments[0]?.id],
    );
    assert.equal(payment?.id, payments[0]?.id);
  });

  it("refuses a remote id that belongs to another order's payment", async () => {
    const { handoff: cheap } = await begin({ amount: 100 });
    const { session, handoff: dear } = await begin();
    expectStatus(await notifyUniversal(server, cheap, { x_gateway_reference: "shared-1" }), 200);
    const answer = await notifyUniversal(server, dear, { x_gateway_reference: "shared-1" });
    assert.equal((expectStatus(answer, 409).body as { code: string }).code, "verification_failed");
    assert.equal((await read(session)).payments.length, 0);
  });

  it("ignores another order's signed return", async () => {
    const { handoff: cheap } = await begin({ amount: 100 });
    const { session, handoff: dear } = await begin({ amount: 100 });
    const replayed = { ...cheap, fields: { ...cheap.fields, x_url_complete: dear.fields?.["x_url_complete"] ?? "" } };
    expectStatus(await returnFromUniversal(server, replayed), 303);
    const { status, attempt } = await read(session);
    assert.deepEqual([status, attempt?.state], ["open", "started"]);
    const line = server.log.find(({ msg }) => msg === "a return could not be verified");
    assert.match(String(line?.["requestId"]), /^[0-9a-f-]{36}$/);
  });

  it("answers an authentic notification about nothing that is known with 404", async () => {
    const { handoff } = await begin();
    expectStatus(await notifyUniversal(server, handoff, { x_reference: "order-500" }), 404);
    expectStatus(await notifyUniversal(server, handoff, {}, "nowhere"), 404);
  });

  it("refuses a return or cancel in a media type that no provider sends", async () => {
    const { session, handoff } = await begin();
    const path = new URL(handoff.fields?.["x_url_complete"] ?? "").pathname;
    const request = { key: null, body: "x", headers: { "content-type": "text/plain" } };
    expectStatus(await server.call(path, request), 415);
    expectStatus(await server.call(path.replace("/return/", "/cancel/"), request), 415);
    assert.equal((await read(session)).attempt?.state, "started");
  });

  it("lets a customer go on whose return cannot be read, and changes nothing", async () => {
    const { session, handoff } = await begin();
    const path = new URL(handoff.fields?.["x_url_complete"] ?? "").pathname;
    for (const query of ["x_result=completed&x_result=failed", "x_message=caf%E9"]) {
      const { headers } = expectStatus(await server.call(`${path}?${query}`, { key: null }), 303);
      assert.equal(new URL(headers.get("location") ?? "").searchParams.get("checkout_session"), session.id);
    }
    assert.equal((await read(session)).attempt?.state, "started");
  });

  it("answers a repeated parameter with 400 and changes nothing", async () => {
    const { session } = await begin();
    const body = "x_result=completed&x_result=failed";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expectStatus(await server.call("/notify/card", { key: null, body, headers }), 400);
    assert.equal((await read(session)).attempt?.state, "started");
  });

  it("counts money that comes after the session expired or was cancelled, and says that it was late", async () => {
    const { session: expired, handoff: first } = await begin({ expiresInSeconds: 60 });
    const { session: cancelled, handoff: second } = await begin();
    expectStatus(await server.call(`/v1/checkout-sessions/${cancelled.id}/cancel`, { json: {} }), 200);
    server.clock.advance(61);
    assert.equal((await read(expired)).status, "expired");
    for (const [session, handoff] of [
      [expired, first],
      [cancelled, second],
    ] as const) {
      expectStatus(await notifyUniversal(server, handoff), 200);
      const { status, payment } = await read(session);
      assert.deepEqual([status, payment?.late, payment?.state], ["complete", true, "completed"]);
    }
  });

  it("changes nothing for HEAD and prefetch", async () => {
    const { session, handoff } = await begin();
    const path = new URL(handoff.fields?.["x_url_cancel"] ?? "").pathname;
    await server.call(path, { key: null, method: "HEAD" });
    await server.call(path, { key: null, headers: { "sec-purpose": "prefetch;prerender" } });
    assert.equal((await read(session)).attempt?.state, "started");
  });

  it("takes no POST for a prefetch: what it acknowledges is settled", async () => {
    const { session, handoff } = await begin();
    const form = universalMessage(handoff);
    expectStatus(await server.call("/notify/card", { key: null, form, headers: { purpose: "prefetch" } }), 200);
    assert.equal((await read(session)).status, "complete");
  });

  it("keeps everything over a restart", async () => {
    const { session, handoff } = await begin();
    await notifyUniversal(server, handoff);
    const before = await read(session);
    const { folder, clock } = server;
    await server.stop();
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL }, folder, clock });
    const { url: _now, ...after } = await read(session);
    const { url: _then, ...expected } = before;
    assert.deepEqual(after, expected);
    await returnFromUniversal(server, handoff);
    assert.equal((await read(session)).payments.length, 1);
  });
});
