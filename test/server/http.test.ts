import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import type { Problem } from "../../shared/problems.ts";
import { SECRET_KEY, startTestServer, STOREFRONT, type TestRequest, type TestServer } from "../support/server.ts";

const SESSIONS = "/v1/checkout-sessions";
const JSON_TYPE = { "content-type": "application/json" };
const VALID = JSON.stringify({ amount: 100, currency: "EUR", returnUrl: `${STOREFRONT}/` });

describe("the HTTP interface", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  async function assertProblem(path: string, request: TestRequest, status: number, code: string): Promise<Problem> {
    const answer = await server.call<Problem>(path, request);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.body.code, code);
    assert.equal(answer.body.status, status);
    assert.equal(answer.body.requestId, answer.headers.get("x-request-id"));
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    return answer.body;
  }

  const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) => ({
    method: "POST",
    body,
    headers,
  });

  for (const [what, body] of [
    ["no JSON", "{"],
    ["an empty body", ""],
    ["a repeated key", '{"amount":1,"amount":100}'],
    ["a repeated key spelled otherwise", String.raw`{"amount":1,"\u0061mount":100}`],
    ["a byte order mark", `\uFEFF${VALID}`],
    ["ill-formed UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["nesting of 17 levels", `${"[".repeat(17)}${"]".repeat(17)}`],
    ["nesting of 30 000 levels", "[".repeat(30_000)],
    ["an integer that would be rounded", '{"amount":9007199254740993}'],
    ["a number beyond all", '{"amount":1e999}'],
    ["a comment", `${VALID}// x`],
    ["__proto__", '{"__proto__":{"amount":1}}'],
  ] as const) {
    it(`refuses ${what} as malformed`, async () => {
      await assertProblem(SESSIONS, post(body), 400, "malformed_request");
    });
  }

  it("refuses a lone surrogate and control characters as invalid", async () => {
    for (const orderId of [String.raw`\ud800`, String.raw`a\u0000`, String.raw`a\u009f`]) {
      const body = `${VALID.slice(0, -1)},"orderId":"${orderId}"}`;
      const problem = await assertProblem(SESSIONS, post(body), 422, "invalid_input");
      assert.deepEqual(
        problem.errors?.map(({ path }) => path),
        ["/orderId"],
      );
    }
  });

  it("refuses other media types, character sets and encodings", async () => {
    for (const headers of [
      { "content-type": "text/plain" },
      { "content-type": "application/x-www-form-urlencoded" },
      { "content-type": "application/json; charset=latin1" },
      { "content-type": "application/jsonp" },
      { ...JSON_TYPE, "content-encoding": "gzip" },
    ]) {
      await assertProblem(SESSIONS, post(VALID, headers), 415, "unsupported_media_type");
    }
    await assertProblem(
      SESSIONS,
      post(gzipSync(VALID), { ...JSON_TYPE, "content-encoding": "gzip" }),
      415,
      "unsupported_media_type",
    );
  });

  it("refuses a body larger than 64 KiB and takes one of exactly that size", async () => {
    const padded = (size: number) => VALID + " ".repeat(size - VALID.length);
    assert.equal((await server.call(SESSIONS, post(padded(65_536)))).status, 201);
    await assertProblem(SESSIONS, post(padded(65_537)), 413, "payload_too_large");
  });

  it("refuses repeated, unknown and wrong parameters", async () => {
    await assertProblem(`${SESSIONS}?limit=1&limit=2`, {}, 400, "malformed_request");
    await assertProblem(`${SESSIONS}?orderId=%ff`, {}, 400, "malformed_request");
    for (const query of ["limit=0", "limit=101", "limit=x", "colour=red"]) {
      const problem = await assertProblem(`${SESSIONS}?${query}`, {}, 422, "invalid_input");
      assert.equal(problem.errors?.[0]?.path, `/${query.split("=")[0]}`);
    }
    await assertProblem(`${SESSIONS}?after=%2e%2e`, {}, 422, "invalid_input");
  });

  it("tells a wrong path from a wrong method", async () => {
    await assertProblem("/v1/nothing", {}, 404, "not_found");
    await assertProblem("/V1/payments", {}, 404, "not_found");
    await assertProblem(SESSIONS, { method: "DELETE" }, 405, "method_not_allowed");
    await assertProblem("/offsite-checkout.js", { method: "POST", json: {} }, 405, "method_not_allowed");
  });

  it("is alive and ready", async () => {
    assert.equal((await server.call("/healthz", { key: null })).status, 200);
    assert.equal((await server.call("/readyz", { key: null })).status, 200);
  });

  it("sets the safe headers on every answer", async () => {
    for (const path of ["/healthz", SESSIONS, "/v1/nothing", "/checkout/x", "/return/x"]) {
      const { headers } = await server.call(path);
      assert.equal(headers.get("cache-control"), "no-store", path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("referrer-policy"), "no-referrer", path);
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/, path);
    }
  });

  it("serves the element to any page, and says so when nothing changed", async () => {
    const { status, headers } = await server.call("/offsite-checkout.js", { key: null });
    assert.equal(status, 200);
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.equal(headers.get("content-type"), "text/javascript; charset=utf-8");
    const etag = headers.get("etag") ?? "";
    const again = await server.call("/offsite-checkout.js", {
      key: null,
      headers: { "if-none-match": etag, "cache-control": "max-age=0" },
    });
    assert.equal(again.status, 304);
  });

  it("serves one build of the element, and its words, for ever under an address that names them", async () => {
    const short = await server.call<string>("/offsite-checkout.js", { key: null });
    const version = (short.headers.get("etag") ?? "").replaceAll('"', "");
    const pinned = await server.call(`/offsite-checkout.${version}.js`, { key: null });
    assert.equal(pinned.status, 200);
    assert.match(pinned.headers.get("cache-control") ?? "", /max-age=31536000, immutable/);
    assert.equal(pinned.headers.get("access-control-allow-origin"), "*");
    assert.equal(pinned.headers.get("cross-origin-resource-policy"), "cross-origin");
    await assertProblem("/offsite-checkout.0000000000000000.js", {}, 404, "not_found");
    const build = /\.(\w{12})\.json/.exec(short.body)?.[1] ?? "";
    for (const [name, caching] of [
      [`de.${build}`, /max-age=31536000, immutable/],
      [`he.${build}`, /max-age=31536000, immutable/],
      ["de.another", /max-age=300/],
    ] as const) {
      const words = await server.call<{ language: string }>(`/offsite-checkout.${name}.json`, { key: null });
      assert.equal(words.headers.get("content-type"), "application/json; charset=utf-8");
      assert.match(words.headers.get("cache-control") ?? "", caching, name);
      assert.equal(words.headers.get("access-control-allow-origin"), "*");
      assert.equal(words.body.language, name.slice(0, 2));
    }
    await assertProblem("/offsite-checkout.xx.another.json", {}, 404, "not_found");
  });

  it("lets only configured storefronts call from a page", async () => {
    const preflight = (origin: string) =>
      server.call(SESSIONS, {
        method: "OPTIONS",
        key: null,
        headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
      });
    const allowed = await preflight(STOREFRONT);
    assert.equal(allowed.headers.get("access-control-allow-origin"), STOREFRONT);
    assert.match(allowed.headers.get("access-control-allow-headers") ?? "", /authorization/i);
    for (const origin of [
      `${STOREFRONT}.evil.example`,
      "http://shop.localhost",
      "null",
      "http://SHOP.localhost:4300",
    ]) {
      assert.equal((await preflight(origin)).headers.get("access-control-allow-origin"), null, origin);
    }
    const refused = await server.call(`${SESSIONS}/cs_x`, { key: "x", headers: { origin: STOREFRONT } });
    assert.equal(refused.status, 404);
    assert.equal(refused.headers.get("access-control-allow-origin"), STOREFRONT, "errors must be readable too");
  });

  it("builds addresses from its configuration, whatever the Host header says", async () => {
    const text = await raw(
      server,
      `POST ${SESSIONS} HTTP/1.1\r\nHost: good.example:fake@evil.example\r\nAuthorization: Bearer ${SECRET_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${VALID.length}\r\nConnection: close\r\n\r\n${VALID}`,
    );
    assert.match(text, /201 Created/);
    assert.ok(text.includes(`"url":"${server.url}/checkout/`) && !text.includes("evil.example"));
  });

  it("answers what is no HTTP, and headers beyond 16 KiB, with a problem", async () => {
    assert.match(await raw(server, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/);
    const long = `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`;
    assert.match(await raw(server, long), /^HTTP\/1\.1 431 /);
  });

  it("answers an address that cannot be read with a problem, and reads an absolute one", async () => {
    const target = (text: string) => raw(server, `GET ${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    for (const unreadable of ["http://[::1", "http://x:99999999/healthz", "nonsense"]) {
      assert.match(await target(unreadable), /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/, unreadable);
    }
    assert.match(await target("http://anything.example/healthz"), /^HTTP\/1\.1 200 /);
    assert.ok(!server.log.some(({ level }) => Number(level) >= 50));
  });

  it("keeps secrets and personal data out of the log", async () => {
    const session = await server.createSession({ customer: { email: "ada.secret@example.com", name: "Ada Lovelace" } });
    await server.call(`${SESSIONS}/${session.id}`, { key: session.clientSecret });
    await server.call("/return/sometoken?x_message=private", { key: null });
    const text = JSON.stringify(server.log);
    for (const secret of [SECRET_KEY, session.clientSecret, "ada.secret", "Lovelace", "sometoken", "x_message"]) {
      assert.ok(!text.includes(secret), secret);
    }
  });
});

/** Sends bytes as they are, and gives all that comes back. */
function raw(server: TestServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), "localhost");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}
