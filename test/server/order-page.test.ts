import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { createSecretKey } from "node:crypto";
import { signCart } from "../../server/checkout/signed-cart.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { writeCatalogue } from "../support/catalogue.ts";
import { expectStatus, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

const KEY = "cart_0123456789abcdefghijklmn";

describe("an order as a plain page", () => {
  let server: TestServer;
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    const config = { ...(await writeCatalogue(folder)), cartKey: KEY, publicCreationsPerMinute: 20 };
    server = await startTestServer({ folder, config });
  });
  after(() => server.close());
  // So that the newest session is the last one made.
  beforeEach(() => server.clock.advance(1));

  const show = (query: string) => server.call<string>(`/checkout?${query}`, { key: null });
  const press = (page: string, headers: Record<string, string> = { "sec-fetch-site": "same-origin" }) => {
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const form = new URLSearchParams(fields.map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")]));
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return server.call<string>("/checkout", { key: null, body: form.toString(), headers: { ...type, ...headers } });
  };
  const sessions = async () => {
    const { body } = await server.call<{ data: CheckoutSession[] }>("/v1/checkout-sessions?limit=100");
    return body.data;
  };

  it("shows what several SKUs cost, and makes nothing until its button is pressed", async () => {
    const before = (await sessions()).length;
    const page = expectStatus(await show("sku=mug&quantity=2&sku=print"), 200);
    assert.match(page.body, /€75\.00/);
    assert.match(page.body, /name="robots" content="noindex"/);
    assert.equal((await sessions()).length, before);
    const made = expectStatus(await press(page.body), 303);
    const [session] = await sessions();
    assert.equal(made.headers.get("location"), session?.url);
    assert.equal(session?.amount, 7500);
    assert.equal(session?.returnUrl, `${STOREFRONT}/`);
    expectStatus(await server.call(new URL(session?.url ?? "").pathname, { key: null }), 200);
  });

  it("makes one session however often its button is pressed, also at once", async () => {
    const { body } = await show(`sku=mug&return=${encodeURIComponent(`${STOREFRONT}/thanks`)}`);
    const before = (await sessions()).length;
    const answers = await Promise.all([press(body), press(body), press(body)]);
    const places = new Set(answers.map((answer) => expectStatus(answer, 303).headers.get("location")));
    assert.equal(places.size, 1);
    const all = await sessions();
    assert.equal(all.length, before + 1);
    assert.equal(all[0]?.returnUrl, `${STOREFRONT}/thanks`);
  });

  it("shows a signed cart, and makes its order", async () => {
    const exp = Math.floor(server.clock.now().getTime() / 1000) + 60;
    const cart = { currency: "EUR", items: [{ name: "Lamp", quantity: 1, unitAmount: 9900 }], orderId: "1001", exp };
    const page = expectStatus(await show(`cart=${await signCart(cart, createSecretKey(Buffer.from(KEY)))}`), 200);
    assert.match(page.body, /Order 1001/);
    assert.match(page.body, /€99\.00/);
    expectStatus(await press(page.body), 303);
    assert.equal((await sessions())[0]?.orderId, "1001");
  });

  it("refuses what is unknown, forged or leads elsewhere, as a page", async () => {
    for (const [query, status] of [
      ["sku=lamp", 422],
      ["sku=mug&quantity=1000", 422],
      ["sku=mug&quantity=x", 422],
      ["sku=mug&unitAmount=1", 422],
      ["sku=mug&return=https://evil.example/", 422],
      ["sku=mug&locale=de&locale=en", 422],
      ["cart=a.b.c", 401],
      ["", 422],
    ] as const) {
      const answer = expectStatus(await show(query), status);
      assert.match(answer.headers.get("content-type") ?? "", /text\/html/, query);
    }
  });

  it("takes no form of another site, and none without the key that it gave", async () => {
    const { body } = await show("sku=mug");
    expectStatus(await press(body, { "sec-fetch-site": "cross-site" }), 403);
    expectStatus(await press(body, { origin: STOREFRONT }), 403);
    expectStatus(await press(body.replace(/name="key" value="[^"]*"/, 'name="key" value=""')), 422);
  });

  it("counts as a creation without a key", async () => {
    const { body } = await show("sku=mug");
    let status = 303;
    for (let count = 0; count <= 20 && status === 303; count += 1) ({ status } = await press(body));
    assert.equal(status, 429);
  });
});
