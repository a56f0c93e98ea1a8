import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pino } from "pino";
import type { Listening } from "../../demo/listen.ts";
import { linesOf, totalsOf } from "../../demo/shop/order.ts";
import { startShop } from "../../demo/shop/shop.ts";

const SECRET_KEY = "the-secret-key-of-these-tests";
// Nobody listens on the discard port.
const SERVER = "http://localhost:9";

let shop: Listening;
before(async () => {
  shop = await startShop({
    port: 0,
    serverUrl: SERVER,
    providerOrigins: ["http://localhost:10"],
    secretKey: SECRET_KEY,
    wallet: { providerUrl: "http://localhost:10", gateway: "wallet" },
    commerceLayerSecret: "the-shared-secret-of-these-tests",
    cartKey: "the-cart-key-of-these-tests-0123",
    webhookSecret: "the-webhook-secret-of-these-tests",
    log: pino({ level: "silent" }),
  });
});
after(() => shop.close());

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(shop.url + path, { method: "POST", body: new URLSearchParams(fields), headers, redirect: "manual" });
}

/** Puts mugs into a new cart and gives its cookie. */
async function fillCart(quantity: string): Promise<string> {
  const response = await post("/cart", { sku: "mug", quantity });
  assert.equal(response.status, 303);
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function read(path: string, cookie = ""): Promise<string> {
  return (await fetch(shop.url + path, { headers: { cookie } })).text();
}

test("knows a visitor by a cookie that scripts and other sites cannot use", async () => {
  const response = await post("/cart", { sku: "mug", quantity: "1" });
  const cookie = response.headers.getSetCookie()[0] ?? "";
  assert.match(cookie, /^shop_visitor=[\w-]{22};/);
  assert.match(cookie, /httponly/i);
  assert.match(cookie, /samesite=lax/i);
});

test("keeps each visitor's cart apart", async () => {
  const cookie = await fillCart("3");
  assert.match(await read("/cart", cookie), /\$54\.00/);
  assert.match(await read("/cart"), /Your cart is empty/);
});

test("adds shipping to small orders only", () => {
  assert.deepEqual(totalsOf(linesOf(new Map([["mug", 3]]))), { goods: 5400, shipping: 500, total: 5900 });
  assert.deepEqual(
    totalsOf(
      linesOf(
        new Map([
          ["candle", 1],
          ["mug", 2],
        ]),
      ),
    ),
    { goods: 6000, shipping: 0, total: 6000 },
  );
  assert.deepEqual(totalsOf([]), { goods: 0, shipping: 0, total: 0 });
});

test("prices by its own list, whatever the form says", async () => {
  const response = await post("/cart", { sku: "mug", quantity: "1", price: "1" });
  assert.match(await read("/cart", response.headers.getSetCookie()[0]?.split(";")[0]), /\$23\.00/);
  assert.deepEqual(linesOf(new Map([["nothing", 1]])), []);
});

test("refuses a quantity that is none", async () => {
  for (const quantity of ["-1", "1.5", "1e2", "", "101"]) {
    assert.equal((await post("/cart", { sku: "mug", quantity })).status, 400, quantity);
  }
});

test("refuses forms from other sites, those on another port among them", async () => {
  for (const site of ["cross-site", "same-site"]) {
    assert.equal((await post("/cart", { sku: "mug", quantity: "1" }, { "sec-fetch-site": site })).status, 403, site);
  }
});

test("allows on its pages the server's script, the providers' frames, and no inline script", async () => {
  const response = await fetch(shop.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' http:\/\/localhost:9;/);
  assert.match(policy, /frame-src http:\/\/localhost:10 http:\/\/localhost:9;/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.doesNotMatch(await response.text(), /<script(?! type="module" src=)| style=| on\w+=/);
});

test("says so where the server does not answer, keeps the cart and never shows the key", async () => {
  const cookie = await fillCart("1");
  const response = await post("/checkout", {}, { cookie });
  const page = await response.text();
  assert.equal(response.status, 503);
  assert.match(page, /Payments are not available/);
  assert.ok(!page.includes(SECRET_KEY));
  assert.match(await read("/cart", cookie), /\$23\.00/);
});
