import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { expectStatus, SECRET_KEY, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

const SESSIONS = "/v1/checkout-sessions";

describe("creating a checkout session", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const create = (json: unknown) => server.call<Problem>(SESSIONS, { json });
  const valid = { amount: 4300, currency: "EUR", returnUrl: `${STOREFRONT}/thanks` };
  const pathsOf = async (json: unknown) => {
    const { body } = expectStatus(await create(json), 422);
    assert.equal(body.code, "invalid_input");
    return body.errors?.map(({ path }) => path).sort();
  };

  it("answers the session with its client secret and its plain page", async () => {
    const session = await server.createSession({ orderId: "1001", metadata: { cart: "c1" } });
    assert.match(session.id, /^cs_[\w-]{22,}$/);
    assert.match(session.clientSecret, /^secret_[\w-]{43}$/);
    assert.equal(session.status, "open");
    assert.equal(session.amount, 4300);
    assert.equal(session.cancelUrl, session.returnUrl);
    assert.equal(session.version, 1);
    assert.deepEqual(session.gateways, [{ id: "bank", label: "Bank transfer", presentations: ["redirect"] }]);
    assert.ok(session.url.startsWith(`${server.url}/checkout/`));
    assert.equal(Date.parse(session.expiresAt) - Date.parse(session.createdAt), 86_400_000);
  });

  it("computes the amount from the items, and refuses one that disagrees", async () => {
    const items = [
      { name: "Mug", quantity: 2, unitAmount: 1500 },
      { name: "Print", quantity: 1, unitAmount: 1000 },
    ];
    const totals = { items, shipping: 500, tax: 100, discount: -300 };
    const session = await server.createSession({ ...totals, amount: undefined });
    assert.equal(session.amount, 4300);
    assert.deepEqual(await pathsOf({ ...valid, ...totals, amount: 4299 }), ["/amount"]);
  });

  it("names every offending path at once", async () => {
    const paths = await pathsOf({
      amount: 0.5,
      currency: "eur",
      returnUrl: "https://evil.example/thanks",
      items: [{ name: "", quantity: 0, unitAmount: -1, colour: "red" }],
      discount: 1,
      metadata: { note: "a\u0000b" },
      surprise: true,
    });
    assert.deepEqual(paths, [
      "/amount",
      "/currency",
      "/discount",
      "/items/0/colour",
      "/items/0/name",
      "/items/0/quantity",
      "/items/0/unitAmount",
      "/metadata/note",
      "/returnUrl",
      "/surprise",
    ]);
  });

  it("refuses what is missing, null, unknown or out of bounds", async () => {
    assert.deepEqual(await pathsOf({}), ["/amount", "/currency", "/returnUrl"]);
    assert.deepEqual(await pathsOf({ ...valid, orderId: null }), ["/orderId"]);
    assert.deepEqual(await pathsOf({ ...valid, amount: 1_000_000_000_000 }), ["/amount"]);
    assert.deepEqual(await pathsOf({ ...valid, expiresInSeconds: 9 }), ["/expiresInSeconds"]);
    assert.deepEqual(await pathsOf({ ...valid, gateway: "nowhere" }), ["/gateway"]);
    assert.deepEqual(await pathsOf({ ...valid, capture: "manual" }), ["/capture"]);
    assert.deepEqual(await pathsOf([]), [""]);
    const pairs = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`key${index}`, "x"]));
    assert.deepEqual(await pathsOf({ ...valid, metadata: pairs }), ["/metadata"]);
  });

  it("takes only language tags in which money can be written", async () => {
    for (const locale of ["en-a", "en-x", "de-1996-1996", "en-US-US", "e", "en_US", "", "-"]) {
      assert.deepEqual(await pathsOf({ ...valid, locale }), ["/locale"], locale);
    }
    for (const locale of ["en", "de-CH", "zh-Hant-TW", "ar-EG-u-nu-arab", "sr-Latn-RS"]) {
      const { url } = await server.createSession({ locale });
      expectStatus(await server.call(new URL(url).pathname, { key: null }), 200);
    }
  });

  it("refuses items whose sum would overflow", async () => {
    const items = Array.from({ length: 100 }, () => ({
      name: "Gold",
      quantity: 1_000_000,
      unitAmount: 999_999_999_999,
    }));
    assert.deepEqual(await pathsOf({ ...valid, amount: undefined, items }), ["/items"]);
  });

  for (const url of [
    "http://shop.localhost:4301/thanks",
    "https://shop.localhost:4300/thanks",
    "http://user@shop.localhost:4300/thanks",
    "http://shop.localhost:4300@evil.example/",
    "http://shop.localhost:4300.evil.example/",
    "//shop.localhost:4300/thanks",
    "http:/shop.localhost:4300/thanks",
    "http:\\\\shop.localhost:4300\\thanks",
    "http://shop.localhost:4300\\@evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    " http://shop.localhost:4300/",
    "http://shop.localhost:4300/\n",
    "/thanks",
    "",
  ]) {
    it(`refuses to send the customer to ${JSON.stringify(url)}`, async () => {
      assert.deepEqual(await pathsOf({ ...valid, returnUrl: url }), ["/returnUrl"]);
      assert.deepEqual(await pathsOf({ ...valid, cancelUrl: url }), ["/cancelUrl"]);
    });
  }

  for (const [currency, amount] of [
    ["JPY", 500],
    ["EUR", 1],
    ["KWD", 999_999_999_999],
    ["CLF", 10_000],
  ] as const) {
    it(`takes ${amount} minor units of ${currency}`, async () => {
      assert.equal((await server.createSession({ amount, currency })).amount, amount);
    });
  }
});

describe("who sees a session", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it("needs the secret key to create, list and cancel", async () => {
    const session = await server.createSession();
    for (const key of [null, session.clientSecret, `${SECRET_KEY}x`, "x"]) {
      for (const [path, method] of [
        [SESSIONS, "POST"],
        [SESSIONS, "GET"],
        [`${SESSIONS}/${session.id}/cancel`, "POST"],
        ["/v1/payments", "GET"],
        ["/v1/gateways", "GET"],
      ] as const) {
        const answer = await server.call<Problem>(path, { key, method, ...(method === "POST" ? { json: {} } : {}) });
        assert.equal(expectStatus(answer, 401).body.code, "unauthorized", `${method} ${path}`);
        assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      }
    }
  });

  it("shows the browser neither customer nor metadata nor all attempts and payments", async () => {
    const session = await server.createSession({ customer: { email: "ada@example.com" }, metadata: { note: "n" } });
    await server.startAttempt(session);
    const { body } = await server.call(`${SESSIONS}/${session.id}`, { key: session.clientSecret });
    assert.equal(body["id"], session.id);
    for (const field of [
      "customer",
      "metadata",
      "attempts",
      "payments",
      "clientSecret",
      "clientSecretHash",
      "pageToken",
    ]) {
      assert.ok(!(field in body), field);
    }
    const { body: whole } = await server.call<CheckoutSession>(`${SESSIONS}/${session.id}`);
    assert.deepEqual(whole.customer, { email: "ada@example.com" });
    assert.equal(whole.attempts?.length, 1);
    assert.equal(whole.payments?.length, 1);
  });

  it("gives somebody else's session and an unknown one the same answer", async () => {
    const mine = await server.createSession();
    const theirs = await server.createSession();
    const strip = ({ requestId: _requestId, ...problem }: Problem) => problem;
    const foreign = await server.call<Problem>(`${SESSIONS}/${theirs.id}`, { key: mine.clientSecret });
    const unknown = await server.call<Problem>(`${SESSIONS}/cs_unknown`, { key: mine.clientSecret });
    assert.equal(foreign.status, 404);
    assert.deepEqual(strip(foreign.body), strip(unknown.body));
  });

  it("stores the client secret only as a hash", { skip: isOnPostgres }, async () => {
    const { readdir, readFile } = await import("node:fs/promises");
    const session = await server.createSession();
    await server.call(SESSIONS, {
      json: { amount: 100, currency: "EUR", returnUrl: STOREFRONT },
      headers: { "idempotency-key": "secret-1" },
    });
    const files = await readdir(`${server.folder}/data`, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      const text = await readFile(`${file.parentPath}/${file.name}`, "latin1");
      assert.ok(!text.includes(session.clientSecret) && !text.includes("secret_"), file.name);
    }
  });

  it("lists sessions newest first, by order and in pages", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      ids.unshift((await server.createSession({ orderId: "list-1" })).id);
      server.clock.advance(1);
    }
    const first = await server.call<{ data: CheckoutSession[]; next: string }>(`${SESSIONS}?orderId=list-1&limit=2`);
    assert.deepEqual(
      first.body.data.map(({ id }) => id),
      ids.slice(0, 2),
    );
    await server.createSession({ orderId: "list-1" });
    const rest = await server.call<{ data: CheckoutSession[]; next: null }>(
      `${SESSIONS}?orderId=list-1&limit=2&after=${first.body.next}`,
    );
    assert.deepEqual(
      rest.body.data.map(({ id }) => id),
      ids.slice(2),
    );
    assert.equal(rest.body.next, null);
  });
});
