import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { DWOLLA, scriptedDwolla, type ScriptedDwolla } from "../support/dwolla.ts";
import { expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";

describe("the console's page", () => {
  let server: TestServer;
  let dwolla: ScriptedDwolla;
  before(async () => {
    dwolla = scriptedDwolla();
    server = await startTestServer({ gateways: { account: DWOLLA, bank: MANUAL }, fetch: dwolla.fetch });
  });
  after(() => server.close());

  it("lets nothing run in it but its own script, and nobody frame it", async () => {
    const { headers, body } = expectStatus(await server.call<string>("/console", { key: null }), 200);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'sha256-[^']+'; connect-src 'self';/);
    assert.match(policy, /form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.doesNotMatch(body, /<script(?![^>]* src=)|style=|onclick/);
  });

  it("has its script at an address that names just this one", async () => {
    const { body } = await server.call<string>("/console", { key: null });
    const path = /src="(\/console\/[\w-]{43}\.js)"/.exec(body)?.[1] ?? "";
    const { headers } = expectStatus(await server.call(path, { key: null }), 200);
    assert.match(headers.get("cache-control") ?? "", /immutable/);
    assert.equal(headers.get("content-type"), "text/javascript; charset=utf-8");
    expectStatus(await server.call(`/console/${"x".repeat(43)}.js`, { key: null }), 404);
  });

  it("can have the providers of a session asked at once", async () => {
    const session = await server.createSession({ gateway: "account", currency: "USD" });
    await server.startAttempt(session);
    const path = `/v1/checkout-sessions/${session.id}/refresh`;
    dwolla.fault = "before";
    expectStatus(await server.call(path, { json: {} }), 502);
    dwolla.fault = "none";
    assert.equal(expectStatus(await server.call<CheckoutSession>(path, { json: {} }), 200).body.status, "open");
    dwolla.latest().status = "Completed";
    expectStatus(await server.call(path, { json: {}, key: session.clientSecret }), 401);
    const { body } = expectStatus(await server.call<CheckoutSession>(path, { json: {} }), 200);
    assert.deepEqual([body.status, body.payment?.state], ["complete", "completed"]);
    const again = expectStatus(await server.call<Problem>(path, { json: {} }), 422);
    assert.equal(again.body.code, "unsupported_operation");
    expectStatus(await server.call("/v1/checkout-sessions/cs_unknown/refresh", { json: {} }), 404);
  });
});
