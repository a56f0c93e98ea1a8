import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConfigError } from "../../server/config.ts";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { CATALOGUE, createFromPage, writeCatalogue } from "../support/catalogue.ts";
import { expectStatus, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

const SESSIONS = "/v1/checkout-sessions";
const RETURN = { returnUrl: `${STOREFRONT}/thanks` };

async function startShop(config: Record<string, unknown> = {}, catalogue?: unknown): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  return startTestServer({ folder, config: { ...(await writeCatalogue(folder, catalogue)), ...config } });
}

describe("a storefront's page", () => {
  let server: TestServer;
  before(async () => {
    server = await startShop({ publicCreationsPerMinute: 1000 });
  });
  after(() => server.close());

  const create = <Body = Problem>(json: unknown, headers?: Record<string, string>) =>
    createFromPage<Body>(server, json, headers);
  const order = (...items: [string, number][]) => ({
    ...RETURN,
    items: items.map(([sku, quantity]) => ({ sku, quantity })),
  });
  const pathsOf = async (json: unknown) =>
    expectStatus(await create(json), 422).body.errors?.map(({ path, message }) => `${path} ${message}`);

  it("creates a session of SKUs that the server prices, and sees it as the customer does", async () => {
    const answer = await createFromPage(server, order(["mug", 2], ["print", 1]));
    const session = expectStatus(answer, 201).body;
    assert.equal(session.amount, 2 * 1900 + 3200 + 500);
    assert.equal(session.currency, "EUR");
    assert.equal(session.shipping, 500);
    assert.deepEqual(session.items[0], {
      sku: "mug",
      name: "Mug",
      description: "Stoneware",
      quantity: 2,
      unitAmount: 1900,
    });
    assert.equal(session.attempts, undefined);
    assert.ok(session.url.startsWith(`${server.url}/checkout/`));
    assert.equal(answer.headers.get("access-control-allow-origin"), STOREFRONT);
    const own = await server.call<CheckoutSession>(`${SESSIONS}/${session.id}`, { key: session.clientSecret });
    assert.equal(expectStatus(own, 200).body.amount, session.amount);
    const events = await server.call<{ data: { decidedBy: string }[] }>("/v1/events");
    assert.equal(events.body.data[0]?.decidedBy, "customer");
  });

  it("names no price", async () => {
    const told = "must be left out: the server names the price";
    assert.deepEqual(
      await pathsOf({ ...order(["mug", 1]), amount: 1, currency: "EUR", shipping: 0, discount: -1, tax: 0 }),
      ["/amount", "/currency", "/shipping", "/discount", "/tax"].map((path) => `${path} ${told}`),
    );
    assert.deepEqual(await pathsOf({ ...RETURN, items: [{ sku: "mug", quantity: 1, unitAmount: 1 }] }), [
      `/items/0/unitAmount ${told}`,
    ]);
    expectStatus(await create({ ...RETURN, amount: 1, currency: "EUR" }), 422);
  });

  it("is told which SKU is unknown and of which it wants too many, also in two lines", async () => {
    assert.deepEqual(await pathsOf(order(["mug", 11], ["lamp", 1], ["print", 2], ["print", 1])), [
      "/items/0/quantity must be at most 10 of mug in all",
      "/items/1/sku is not in the catalogue",
      "/items/3/quantity must be at most 2 of print in all",
    ]);
    for (const quantity of [0, -1, 1.5, "1", 1e9]) {
      expectStatus(await create({ ...RETURN, items: [{ sku: "mug", quantity }] }), 422);
    }
    const { body } = await createFromPage(server, order(["mug", 1], ["mug", 2]));
    assert.deepEqual(
      body.items.map(({ quantity }) => quantity),
      [3],
    );
  });

  it("comes back to a configured storefront only", async () => {
    assert.match(
      String(await pathsOf({ ...order(["mug", 1]), returnUrl: "https://evil.example/" })),
      /^\/returnUrl must be at a configured/,
    );
  });

  it("may not set what is the merchant's to decide", async () => {
    for (const field of [{ orderId: "1" }, { metadata: { a: "b" } }, { customer: {} }, { capture: "manual" }]) {
      const [name] = Object.keys(field);
      assert.deepEqual(await pathsOf({ ...order(["mug", 1]), ...field }), [`/${name} is not a known field`]);
    }
  });

  it("is refused from another site, and without an origin needs the secret key", async () => {
    for (const origin of ["https://evil.example", "null", `${STOREFRONT}.evil.example`]) {
      const answer = await create(order(["mug", 1]), { origin });
      assert.equal(expectStatus(answer, 403).body.code, "forbidden", origin);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
    const none = await server.call<Problem>(SESSIONS, { key: null, json: order(["mug", 1]) });
    assert.equal(expectStatus(none, 401).body.code, "unauthorized");
    const wrong = await create(order(["mug", 1]), { authorization: "Bearer sk_wrong" });
    assert.equal(expectStatus(wrong, 401).body.code, "unauthorized");
  });

  it("gets the same session again under an idempotency key, which nobody else can guess", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const first = expectStatus(await createFromPage(server, order(["mug", 1]), headers), 201);
    const second = expectStatus(await createFromPage(server, order(["mug", 1]), headers), 201);
    assert.deepEqual(second.body, first.body);
    expectStatus(await create(order(["mug", 2]), headers), 422);
    // "cart-1" of one customer is "cart-1" of the next: the answer would carry the first one's client secret.
    for (const key of ["cart-1", "k".repeat(21), ""]) {
      expectStatus(await create(order(["mug", 1]), { "idempotency-key": key }), 422);
    }
  });

  it("does not share an idempotency key with the merchant", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const merchants = await server.call<CheckoutSession>(SESSIONS, {
      json: { amount: 1, currency: "EUR", ...RETURN },
      headers,
    });
    const pages = await createFromPage(server, order(["mug", 1]), headers);
    assert.notEqual(expectStatus(pages, 201).body.id, expectStatus(merchants, 201).body.id);
  });

  it("is told that there is no catalogue where there is none", async () => {
    const bare = await startTestServer();
    const answer = await createFromPage<Problem>(bare, order(["mug", 1]));
    assert.match(expectStatus(answer, 422).body.detail, /no catalogue/);
    await bare.close();
  });
});

describe("creations without a key", () => {
  it("are 60 a minute and address, then wait as long as Retry-After says; the secret key's are not counted", async () => {
    const server = await startShop();
    const create = () => createFromPage<Problem>(server, { ...RETURN, items: [{ sku: "mug", quantity: 1 }] });
    for (let count = 0; count < 60; count += 1) expectStatus(await create(), 201);
    server.clock.advance(20);
    const refused = expectStatus(await create(), 429);
    assert.equal(refused.body.code, "rate_limited");
    assert.equal(refused.headers.get("retry-after"), "40");
    assert.match(refused.headers.get("access-control-expose-headers") ?? "", /Retry-After/);
    await server.createSession();
    server.clock.advance(39);
    expectStatus(await create(), 429);
    server.clock.advance(1);
    expectStatus(await create(), 201);
    await server.close();
  });

  it("are counted for the client behind a trusted proxy, and for the proxy where none is trusted", async () => {
    for (const [trustedProxies, status] of [
      [["127.0.0.0/8", "::1"], 201],
      [[], 429],
    ] as const) {
      const server = await startShop({ publicCreationsPerMinute: 1, trustedProxies });
      const createFor = (address: string) =>
        createFromPage(server, { ...RETURN, items: [{ sku: "mug", quantity: 1 }] }, { "x-forwarded-for": address });
      expectStatus(await createFor("203.0.113.1"), 201);
      expectStatus(await createFor("203.0.113.2"), status);
      expectStatus(await createFor("203.0.113.1"), 429);
      await server.close();
    }
  });
});

describe("the catalogue", () => {
  const amountOf = async (server: TestServer) => {
    const answer = await createFromPage(server, { ...RETURN, items: [{ sku: "mug", quantity: 3 }] });
    return expectStatus(answer, 201).body.amount;
  };

  it("counts as its file is now; a faulty new one is named in the log and the old one stays", async () => {
    const server = await startShop();
    assert.equal(await amountOf(server), 3 * 1900 + 500);
    const [mug] = CATALOGUE.products;
    await writeCatalogue(server.folder, { ...CATALOGUE, products: [{ ...mug, unitAmount: 2000 }] });
    assert.equal(await amountOf(server), 3 * 2000 + 500);
    await writeCatalogue(server.folder, { ...CATALOGUE, products: [{ ...mug, unitAmount: 1.5 }] });
    assert.equal(await amountOf(server), 3 * 2000 + 500);
    const faults = server.log.filter(({ msg }) => msg === "the catalogue stays as it was");
    assert.equal(faults.length, 1);
    assert.match(String(faults[0]?.["reason"]), /\/products\/0\/unitAmount must be an integer/);
    await writeCatalogue(server.folder, { ...CATALOGUE, products: [{ ...mug, unitAmount: 2100 }] });
    assert.equal(await amountOf(server), 3 * 2100 + 500);
    await server.close();
  });

  it("adds tax once for the order, exactly, a half upwards; shipping is taxed and free where it says so", async () => {
    const priced = async (catalogue: Record<string, unknown>) => {
      const server = await startShop({}, { ...CATALOGUE, ...catalogue });
      const answer = await createFromPage(server, { ...RETURN, items: [{ sku: "mug", quantity: 3 }] });
      const { shipping, tax, amount } = expectStatus(answer, 201).body;
      await server.close();
      return { shipping, tax, amount };
    };
    // 5700 × 8.25 % = 470.25; with 500 of shipping 511.5.
    assert.deepEqual(await priced({ tax: { percent: "8.25" } }), { shipping: 500, tax: 470, amount: 6670 });
    assert.deepEqual(await priced({ tax: { percent: "8.25", onShipping: true } }), {
      shipping: 500,
      tax: 512,
      amount: 6712,
    });
    assert.deepEqual(await priced({ tax: "included", shipping: { amount: 500, freeFrom: 5700 } }), {
      shipping: 0,
      tax: 0,
      amount: 5700,
    });
  });

  it("is refused at start with every fault and its path", async () => {
    const product = { sku: "mug", name: "Mug", unitAmount: 1900 };
    const faulty = {
      currency: "euro",
      tax: { percent: "120" },
      shipping: { amount: -1 },
      maxQuantity: 0,
      products: [product, { ...product, name: "", price: 1 }],
      colour: "red",
    };
    await assert.rejects(startShop({}, faulty), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      const paths = error.issues.map(({ path }) => path).sort();
      assert.deepEqual(paths, [
        "/colour",
        "/currency",
        "/maxQuantity",
        "/products/1/name",
        "/products/1/price",
        "/products/1/sku",
        "/shipping/amount",
        "/tax/percent",
      ]);
      return true;
    });
    await assert.rejects(startShop({}, "{"), /catalogue\.json cannot be used/);
    await assert.rejects(startTestServer({ config: { catalogue: "./none.json" } }), /none\.json cannot be used/);
  });
});
