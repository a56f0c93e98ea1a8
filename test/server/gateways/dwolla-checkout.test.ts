import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { checkoutRequest, DwollaConfig } from "../../../server/gateways/dwolla-checkout.ts";
import type { PayableSession } from "../../../server/gateways/gateway.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import type { SessionRecord } from "../../../server/stores/ledger.ts";
import type { Environment } from "../../../shared/states.ts";
import { makeTrip, TRIP_URLS } from "../../support/trip.ts";
import { CONFIG } from "./dwolla-driver.ts";

const SEED = JSON.parse(
  readFileSync(new URL("../../fixtures/dwolla/create-request.json", import.meta.url), "utf8"),
) as Record<string, unknown> & { purchaseOrder: Record<string, unknown> };

function requestOf(config: Record<string, unknown>, trip = makeTrip(), environment: Environment = "test") {
  const parsed = DwollaConfig.parse({ ...CONFIG, ...config });
  const request = checkoutRequest(parsed, environment, trip, TRIP_URLS);
  return request as Record<string, unknown> & { purchaseOrder: Record<string, unknown> };
}

function pathsOf(session: Partial<SessionRecord> | PayableSession, config: Record<string, unknown> = {}): string[] {
  const configured = configureGateway({ ...CONFIG, ...config }, "test");
  assert.equal(configured.issues, undefined);
  const gateway = configured.create({ id: "dwolla", fetch: globalThis.fetch, now: () => new Date(0) });
  return gateway.checkSession({ ...makeTrip().session, ...session }).map(({ path }) => path);
}

/** A session of one item that adds up. */
function sessionOf(
  item: Partial<SessionRecord["items"][number]>,
  rest: Partial<SessionRecord> = {},
): Partial<SessionRecord> {
  const line = { name: "Mug", quantity: 1, unitAmount: 1000, ...item };
  const { shipping = 0, tax = 0, discount = 0 } = rest;
  return {
    items: [line],
    shipping,
    tax,
    discount,
    amount: line.quantity * line.unitAmount + shipping + tax + discount,
    ...rest,
  };
}

describe("the request that creates a checkout", () => {
  test("is the seed's, but for the notes that the seed made up", () => {
    const trip = makeTrip(
      {
        ...sessionOf({ name: "Some item", description: "This is a description of some item", unitAmount: 1500 }),
        environment: "live",
        metadata: { key1: "some value", key2: "another value" },
      },
      { reference: "foo123", environment: "live" },
    );
    delete trip.session.orderId;
    const config = DwollaConfig.parse({
      ...CONFIG,
      key: SEED["client_id"],
      secret: SEED["client_secret"],
      allowGuestCheckout: true,
      allowFundingSources: true,
      additionalFundingSources: true,
    });
    const request = checkoutRequest(config, "live", trip, {
      ...TRIP_URLS,
      notifyUrl: "http://www.something.com/callback",
      returnUrl: "http://www.something.com/return",
    });
    const { notes, ...purchaseOrder } = SEED.purchaseOrder;
    assert.equal(typeof notes, "string");
    assert.deepEqual(request, { ...SEED, purchaseOrder });
    // The order of the names, too, is the seed's.
    assert.equal(JSON.stringify(request), JSON.stringify({ ...SEED, purchaseOrder }));
  });

  test("carries the merchant's order id in the notes, and ours as Dwolla's", () => {
    const request = requestOf({});
    assert.equal(request["orderId"], makeTrip().attempt.reference);
    assert.equal(request.purchaseOrder["notes"], "Order 1001");
  });

  test("writes sums as decimals without a trace of binary fractions", () => {
    const { purchaseOrder } = requestOf(
      { facilitatorAmount: 7 },
      makeTrip({ ...sessionOf({ quantity: 3, unitAmount: 110 }, { shipping: 29, tax: 10, discount: -1 }) }),
    );
    assert.equal(
      JSON.stringify(purchaseOrder),
      '{"orderItems":[{"name":"Mug","quantity":"3","price":"1.10"}],"destinationId":"812-740-4294","total":3.68,' +
        '"tax":0.1,"discount":-0.01,"shipping":0.29,"notes":"Order 1001","facilitatorAmount":0.07}',
    );
    const dear = requestOf({}, makeTrip({ ...sessionOf({ unitAmount: 999_999_999_999 }) }));
    assert.equal(JSON.stringify(dear.purchaseOrder["total"]), "9999999999.99");
  });

  test("makes one line of a session without items, as Dwolla adds the lines up", () => {
    const session = { items: [], shipping: 0, tax: 0, discount: 0, orderId: "x".repeat(100) };
    assert.deepEqual(requestOf({}, makeTrip(session)).purchaseOrder["orderItems"], [
      { name: `Order ${"x".repeat(94)}`, quantity: "1", price: "43.00" },
    ]);
    const { orderId: _orderId, ...anonymous } = makeTrip(session).session;
    const { attempt } = makeTrip(session);
    assert.deepEqual(requestOf({}, { session: anonymous, attempt }).purchaseOrder["orderItems"], [
      { name: "Order", quantity: "1", price: "43.00" },
    ]);
  });

  test("asks for test mode in test alone, and for PayLater where the session captures by hand", () => {
    assert.equal(requestOf({}, makeTrip(), "test")["test"], "true");
    assert.ok(!("test" in requestOf({}, makeTrip(), "live")));
    assert.equal(requestOf({})["checkoutWithApi"], "false");
    assert.equal(requestOf({}, makeTrip({ capture: "manual" }))["checkoutWithApi"], "true");
  });

  test("leaves out every option that is not configured, and sends off as off", () => {
    const plain = requestOf({});
    for (const name of ["allowGuestCheckout", "allowFundingSources", "additionalFundingSources"]) {
      assert.ok(!(name in plain), name);
    }
    assert.ok(!("facilitatorAmount" in plain.purchaseOrder));
    const off = requestOf({ allowFundingSources: false, additionalFundingSources: "banks", facilitatorAmount: 0 });
    assert.equal(off["allowFundingSources"], "false");
    assert.equal(off["additionalFundingSources"], "banks");
    assert.equal(off.purchaseOrder["facilitatorAmount"], 0);
  });
});

describe("a session", () => {
  test("is paid in dollars alone", () => {
    assert.deepEqual(pathsOf({ currency: "EUR" }), ["/currency"]);
    assert.deepEqual(pathsOf({ currency: "USD" }), []);
  });

  test("is of a cent at least", () => {
    assert.deepEqual(pathsOf(sessionOf({ unitAmount: 1 })), []);
    assert.deepEqual(pathsOf(sessionOf({ unitAmount: 0 })), ["/amount"]);
  });

  test("adds up", () => {
    assert.deepEqual(pathsOf({ amount: 4301 }), ["/amount"]);
    assert.deepEqual(pathsOf({ items: [], amount: 100, shipping: 101, tax: 0, discount: 0 }), ["/amount"]);
    assert.deepEqual(pathsOf({ items: [], amount: 100, shipping: 100, tax: 0, discount: 0 }), []);
  });

  test("has no negative tax, shipping and price, and no positive discount", () => {
    assert.deepEqual(pathsOf(sessionOf({}, { tax: -1 })), ["/tax"]);
    assert.deepEqual(pathsOf(sessionOf({}, { shipping: -1 })), ["/shipping"]);
    assert.deepEqual(pathsOf(sessionOf({}, { discount: 1 })), ["/discount"]);
    assert.deepEqual(pathsOf(sessionOf({ unitAmount: -1 }, { shipping: 100 })), ["/items/0/unitAmount"]);
    assert.deepEqual(pathsOf(sessionOf({ unitAmount: 0 }, { tax: 1, shipping: 1, discount: -1 })), []);
  });

  test("has items of one piece at least, named in 1 to 100 characters, described in at most 200", () => {
    assert.deepEqual(pathsOf(sessionOf({ quantity: 0 }, { shipping: 1 })), ["/items/0/quantity"]);
    assert.deepEqual(pathsOf(sessionOf({ name: "x".repeat(100), description: "x".repeat(200) })), []);
    assert.deepEqual(pathsOf(sessionOf({ name: "x".repeat(101), description: "x".repeat(201) })), [
      "/items/0/name",
      "/items/0/description",
    ]);
    assert.deepEqual(pathsOf(sessionOf({ name: "" })), ["/items/0/name"]);
  });

  test("has an order id that fits into notes of 250 characters", () => {
    assert.deepEqual(pathsOf({ orderId: "x".repeat(244) }), []);
    assert.deepEqual(pathsOf({ orderId: "x".repeat(245) }), ["/orderId"]);
    assert.equal((requestOf({}, makeTrip({ orderId: "x".repeat(244) })).purchaseOrder["notes"] as string).length, 250);
  });

  test("has at most 10 pairs of metadata, with names that start with a letter, and 255 characters on each side", () => {
    const pairs = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
    assert.deepEqual(pathsOf({ metadata: pairs(10) }), []);
    assert.deepEqual(pathsOf({ metadata: pairs(11) }), ["/metadata"]);
    assert.deepEqual(pathsOf({ metadata: { "9x": "v", _: "v", "a/b~c": "v" } }), ["/metadata/9x", "/metadata/_"]);
    assert.deepEqual(pathsOf({ metadata: { a: "x".repeat(255), ["b".repeat(255)]: "v" } }), []);
    assert.deepEqual(pathsOf({ metadata: { "a/b~": "x".repeat(256), ["b".repeat(256)]: "v" } }), [
      "/metadata/a~1b~0",
      `/metadata/${"b".repeat(256)}`,
    ]);
  });

  test("leaves the facilitator at most a quarter", () => {
    assert.deepEqual(pathsOf({}, { facilitatorAmount: 1075 }), []);
    assert.deepEqual(pathsOf({}, { facilitatorAmount: 1076 }), ["/amount"]);
  });

  test("is told every fault at once", () => {
    const session = { currency: "EUR", tax: -1, amount: 1, metadata: { "9x": "v" } };
    assert.deepEqual(pathsOf(session), ["/currency", "/tax", "/amount", "/metadata/9x"]);
  });
});

describe("the configuration", () => {
  const faultsOf = (config: Record<string, unknown>, environment: Environment = "test") =>
    configureGateway({ ...CONFIG, ...config }, environment).issues?.map(({ path }) => path);

  test("names each fault with its path", () => {
    for (const destinationId of ["812-740-429", "813-740-4294", "8127404294", "812-740-42940", ""]) {
      assert.deepEqual(faultsOf({ destinationId }), ["/destinationId"]);
    }
    assert.deepEqual(faultsOf({ allowGuestCheckout: true }), ["/allowGuestCheckout"]);
    assert.deepEqual(faultsOf({ allowGuestCheckout: true, allowFundingSources: false }), ["/allowGuestCheckout"]);
    assert.equal(faultsOf({ allowGuestCheckout: true, allowFundingSources: true }), undefined);
    assert.deepEqual(faultsOf({ key: "", secret: "" }), ["/key", "/secret"]);
    assert.deepEqual(
      faultsOf({ lifetimeSeconds: 0, facilitatorAmount: 0.5, additionalFundingSources: "credit" })?.sort(),
      ["/additionalFundingSources", "/facilitatorAmount", "/lifetimeSeconds"],
    );
    assert.deepEqual(faultsOf({ baseUrl: "https://dwolla.example/?a=1" }), ["/baseUrl"]);
  });

  test("takes only a public https address in live, and Dwolla's own by default", () => {
    assert.deepEqual(faultsOf({ baseUrl: "http://127.0.0.1:4302" }, "live"), ["/baseUrl"]);
    assert.equal(faultsOf({ baseUrl: "http://127.0.0.1:4302" }), undefined);
    assert.equal(faultsOf({}, "live"), undefined);
    const { baseUrl, lifetimeSeconds, presentations } = DwollaConfig.parse(CONFIG);
    assert.equal(baseUrl, "https://www.dwolla.com");
    assert.equal(lifetimeSeconds, 300);
    assert.deepEqual(presentations, ["redirect", "popup"]);
    assert.equal(
      DwollaConfig.parse({ ...CONFIG, baseUrl: "http://127.0.0.1:4302//" }).baseUrl,
      "http://127.0.0.1:4302",
    );
  });
});
