import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession, CreatedCheckoutSession } from "../../shared/records.ts";
import { createFromPage } from "../support/catalogue.ts";
import { expectStatus, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

const KEY = "cart_0123456789abcdefghijklmn";
const OLD_KEY = "cart_old_0123456789abcdefghij";
const ORDER = {
  currency: "EUR",
  items: [{ name: "Mug", quantity: 2, unitAmount: 1900 }],
  shipping: 500,
  discount: -100,
  returnUrl: `${STOREFRONT}/thanks`,
};
const encode = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Signs by hand: the library must not vouch for itself. */
function sign(payload: unknown, options: { key?: string; header?: object; digest?: string } = {}): string {
  const { key = KEY, header = { alg: "HS256" }, digest = "sha256" } = options;
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(digest, key).update(signed).digest("base64url")}`;
}

describe("a signed cart", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ config: { cartKey: [KEY, OLD_KEY], publicCreationsPerMinute: 10_000 } });
  });
  after(() => server.close());

  const soon = (seconds = 3600) => Math.floor(server.clock.now().getTime() / 1000) + seconds;
  const cartOf = (fields: object = {}) => ({ ...ORDER, exp: soon(), ...fields });
  const use = <Body = CreatedCheckoutSession>(cart: string, fields: object = {}, headers = {}) =>
    createFromPage<Body>(server, { cart, ...fields }, headers);
  const pathsOf = async (cart: string, fields: object = {}) =>
    expectStatus(await use<Problem>(cart, fields), 422).body.errors?.map(({ path }) => path);

  it("makes a session of what the merchant signed", async () => {
    const cart = cartOf({ orderId: "1001", customer: { email: "ada@shop.example" }, metadata: { a: "b" } });
    const session = expectStatus(await use(sign(cart)), 201).body;
    assert.equal(session.amount, 4200);
    assert.equal(session.orderId, "1001");
    assert.equal(session.customer, undefined);
    const merchants = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`);
    assert.deepEqual(merchants.body.customer, { email: "ada@shop.example" });
    assert.deepEqual(merchants.body.metadata, { a: "b" });
    assert.ok(!JSON.stringify(merchants.body).includes("digest"));
  });

  it("is taken with the old key while keys are changed", async () => {
    expectStatus(await use(sign(cartOf(), { key: OLD_KEY })), 201);
  });

  it("is refused where one bit differs, and with every algorithm but HS256", async () => {
    const good = sign(cartOf());
    const [header = "", payload = "", signature = ""] = good.split(".");
    const cheap = encode({ ...cartOf(), items: [{ name: "Mug", quantity: 2, unitAmount: 1 }] });
    const forged = {
      "another price": `${header}.${cheap}.${signature}`,
      "another signature": `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      "no signature": `${header}.${payload}.`,
      "alg none": `${encode({ alg: "none" })}.${payload}.`,
      "alg none, signed": sign(cartOf(), { header: { alg: "none" } }),
      "alg in another case": sign(cartOf(), { header: { alg: "hs256" } }),
      HS512: sign(cartOf(), { header: { alg: "HS512" }, digest: "sha512" }),
      HS384: sign(cartOf(), { header: { alg: "HS384" }, digest: "sha384" }),
      RS256: sign(cartOf(), { header: { alg: "RS256" } }),
      "no alg": sign(cartOf(), { header: {} }),
      "an unknown critical header": sign(cartOf(), { header: { alg: "HS256", crit: ["x"], x: 1 } }),
      "an unencoded payload": sign(cartOf(), { header: { alg: "HS256", b64: false, crit: ["b64"] } }),
      "another key": sign(cartOf(), { key: "cart_another_456789abcdefghij" }),
      "an empty key": sign(cartOf(), { key: "" }),
      "too few parts": `${header}.${payload}`,
      "too many parts": `${good}.${signature}`,
      "no JWS": "cart",
    };
    for (const [name, cart] of Object.entries(forged)) {
      const answer = await use<Problem>(cart);
      assert.equal(expectStatus(answer, 401).body.code, "signature_invalid", name);
    }
    expectStatus(await use(good), 201);
  });

  it("needs a time at which it ends, and is refused from then on", async () => {
    assert.deepEqual(await pathsOf(sign({ ...ORDER })), ["/cart/exp"]);
    assert.deepEqual(await pathsOf(sign(cartOf({ exp: soon() * 1000 }))), ["/cart/exp"]);
    const cart = sign(cartOf({ exp: soon(60) }));
    server.clock.advance(59);
    expectStatus(await use(cart), 201);
    server.clock.advance(1);
    assert.equal(expectStatus(await use<Problem>(cart), 409).body.code, "session_closed");
  });

  it("is named the places at fault in it and beside it", async () => {
    const faulty = cartOf({ amount: 1, items: [{ name: "", quantity: 0, unitAmount: 1.5 }], paymentSource: "src_1" });
    assert.deepEqual((await pathsOf(sign(faulty)))?.sort(), [
      "/cart/items/0/name",
      "/cart/items/0/quantity",
      "/cart/items/0/unitAmount",
      "/cart/paymentSource",
    ]);
    assert.deepEqual(await pathsOf(sign(cartOf({ amount: 1 }))), ["/cart/amount"]);
    assert.deepEqual(await pathsOf(sign(cartOf({ returnUrl: "https://evil.example/" }))), ["/cart/returnUrl"]);
    assert.deepEqual(await pathsOf(sign(cartOf({ returnUrl: undefined }))), ["/returnUrl"]);
    assert.deepEqual(await pathsOf(sign(cartOf()), { cancelUrl: "https://evil.example/" }), ["/cancelUrl"]);
    assert.deepEqual(await pathsOf(sign(cartOf()), { amount: 1 }), ["/amount"]);
    assert.deepEqual(await pathsOf(sign('{"currency":"EUR","currency":"USD"}')), ["/cart"]);
    assert.deepEqual(await pathsOf(sign(cartOf({ singleUse: true }))), ["/cart/jti"]);
  });

  it("goes before what the page sends", async () => {
    const fields = { returnUrl: `${STOREFRONT}/elsewhere`, locale: "de" };
    const { body } = expectStatus(await use(sign(cartOf()), fields), 201);
    assert.equal(body.returnUrl, ORDER.returnUrl);
    assert.equal(body.locale, "de");
  });

  it("makes a session each time, and so gives no customer another's client secret", async () => {
    const cart = sign(cartOf());
    const [one, other] = [expectStatus(await use(cart), 201).body, expectStatus(await use(cart), 201).body];
    assert.notEqual(one.id, other.id);
    assert.notEqual(one.clientSecret, other.clientSecret);
  });

  it("for a single use makes one session ever: again, at once, signed anew and after a restart", async () => {
    const jti = randomUUID();
    const cart = () => sign(cartOf({ jti, singleUse: true, exp: soon(600) }));
    const answers = await Promise.all(Array.from({ length: 12 }, () => use(cart())));
    const ids = new Set(answers.map((answer) => expectStatus(answer, 201).body.id));
    assert.equal(ids.size, 1);
    server.clock.advance(5);
    const [headers, signed] = [{ "idempotency-key": randomUUID() }, cart()];
    const again = expectStatus(await use(signed, {}, headers), 201);
    assert.ok(ids.has(again.body.id));
    const replayed = await use(signed, {}, headers);
    assert.equal(replayed.headers.get("idempotent-replayed"), "true");
    assert.deepEqual(replayed.body, again.body);
    await server.stop();
    const { folder, clock } = server;
    server = await startTestServer({ folder, clock, config: { cartKey: KEY, publicCreationsPerMinute: 10_000 } });
    assert.ok(ids.has(expectStatus(await use(cart()), 201).body.id));
    const { body } = await server.call<{ data: { id: string }[] }>("/v1/checkout-sessions?limit=100");
    assert.equal(body.data.filter(({ id }) => ids.has(id)).length, 1);
  });

  it("for a single use is refused where another order has used its jti", async () => {
    const jti = randomUUID();
    expectStatus(await use(sign(cartOf({ jti, singleUse: true }))), 201);
    const other = await use<Problem>(sign(cartOf({ jti, singleUse: true, shipping: 0 })));
    assert.equal(expectStatus(other, 409).body.code, "invalid_state");
  });

  it("is not taken where no key is configured", async () => {
    const bare = await startTestServer();
    const answer = await createFromPage<Problem>(bare, { cart: sign(cartOf(), { key: "" }) });
    assert.match(expectStatus(answer, 422).body.detail, /no cartKey/);
    await bare.close();
  });
});
