import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { CheckoutSession } from "../../shared/records.ts";
import { expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

const HOSTILE = `"><script>alert(1)</script>'&`;

describe("the plain page", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: { ...UNIVERSAL, label: `Card ${HOSTILE}` }, bank: MANUAL } });
  });
  after(() => server.close());

  const open = (url: string) => server.call<string>(new URL(url).pathname, { key: null });
  const pay = (url: string, gateway: string, headers: Record<string, string> = {}) =>
    server.call<string>(new URL(url).pathname, { key: null, form: { gateway }, headers });

  it("shows what is to be paid, and escapes everything", async () => {
    const items = [{ name: HOSTILE, description: HOSTILE, quantity: 2, unitAmount: 2150 }];
    const session = await server.createSession({ items, orderId: HOSTILE });
    const { body, headers } = expectStatus(await open(session.url), 200);
    assert.ok(body.includes("€43.00"));
    assert.ok(!body.includes("<script>"));
    assert.match(
      headers.get("content-security-policy") ?? "",
      /default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:; frame-ancestors 'none'/,
    );
    assert.ok(!(headers.get("content-security-policy") ?? "").includes("script-src"));
  });

  it("allows exactly the style that it carries", async () => {
    const { body, headers } = await open((await server.createSession()).url);
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(headers.get("content-security-policy")?.includes(`'sha256-${hash}'`));
  });

  it("hands over by a form with a visible button", async () => {
    const session = await server.createSession();
    const { body, headers } = expectStatus(await pay(session.url, "card"), 200);
    assert.match(body, /<form id="handoff" method="post" action="http:\/\/provider\.localhost:4302\/universal">/);
    assert.match(body, /name="x_signature" value="[0-9a-f]{64}"/);
    assert.match(body, /<button class="button primary wide">Continue<\/button>/);
    assert.match(headers.get("content-security-policy") ?? "", /form-action 'self' http:; frame-ancestors 'none'/);
  });

  it("shows how to pay by bank transfer, and then that it arrived", async () => {
    const session = await server.createSession({ orderId: "1001" });
    const { headers } = expectStatus(await pay(session.url, "bank"), 303);
    assert.equal(headers.get("location"), session.url);
    const { body } = expectStatus(await open(session.url), 200);
    assert.match(body, /How to pay/);
    const { body: read } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.ok(body.includes(read.payment?.remoteId ?? "nothing"), "the reference must be shown");
    expectStatus(await server.call(`/v1/payments/${read.payment?.id}/receive`, { json: {} }), 200);
    assert.match((await open(session.url)).body, /Paid\. Thank you!/);
  });

  it("tells what became of the last attempt", async () => {
    const session = await server.createSession();
    const { handoff } = await server.startAttempt(session, { gateway: "card" });
    await notifyUniversal(server, handoff, { x_result: "failed" });
    assert.match((await open(session.url)).body, /The payment was declined\. Nothing was taken\./);
  });

  it("refuses a form that another site sends", async () => {
    const session = await server.createSession();
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
      expectStatus(await pay(session.url, "card", headers as Record<string, string>), 403);
    }
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.equal(body.attempt, undefined);
    expectStatus(await pay(session.url, "card", { "sec-fetch-site": "same-origin", origin: "null" }), 200);
  });

  it("says in the customer's words what is wrong", async () => {
    const { body, headers } = expectStatus(await server.call<string>("/checkout/unknown", { key: null }), 404);
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    assert.match(body, /Page not found/);
    const session = await server.createSession();
    await server.call(`/v1/checkout-sessions/${session.id}/cancel`, { json: {} });
    assert.match((await pay(session.url, "card")).body, /This checkout is closed/);
    assert.match((await open(session.url)).body, /This checkout was called off/);
    assert.ok((await open(session.url)).body.includes(`${STOREFRONT}/thanks?checkout_session=${session.id}`));
  });

  it("starts nothing when it is only looked at", async () => {
    const session = await server.createSession();
    await open(session.url);
    await server.call(new URL(session.url).pathname, { key: null, method: "HEAD" });
    const { body } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.deepEqual([body.attempt, body.version], [undefined, 1]);
  });
});
