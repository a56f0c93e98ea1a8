import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configureGateway } from "../../../server/gateways/index.ts";
import { gatewayAbilities } from "../../../server/gateways/abilities.ts";
import type { Gateway } from "../../../server/gateways/gateway.ts";
import { testGateway } from "../../conformance/gateway.ts";
import { makePayment, makeTrip, TRIP_URLS } from "../../support/trip.ts";

testGateway({
  type: "manual",
  config: () => ({ type: "manual" }),
  secret: "a manual payment has no secret",
  currency: "EUR",
  named: [],
});

function create(config: Record<string, unknown> = {}): Gateway {
  const configured = configureGateway({ type: "manual", ...config }, "test");
  assert.equal(configured.issues, undefined);
  return configured.create({ id: "bank", fetch: globalThis.fetch, now: () => new Date(0) });
}

const TRIP = makeTrip({ currency: "EUR", amount: 123_450 });

describe("a manual payment", () => {
  test("is pending from the start, under the attempt's own reference", async () => {
    assert.deepEqual(await create().start(TRIP, TRIP_URLS), {
      handoff: { method: "GET", url: TRIP_URLS.pageUrl },
      report: {
        outcome: "pending",
        remoteId: TRIP.attempt.reference,
        remoteState: "pending",
        amount: 123_450,
        currency: "EUR",
        environment: "test",
      },
    });
  });

  test("is received, voided and refunded by the merchant alone, at once", async () => {
    const gateway = create();
    const payment = makePayment(TRIP, TRIP.attempt.reference);
    const request = { operationId: "op_1", amount: 100 };
    assert.deepEqual(gatewayAbilities(gateway), ["void", "refund", "receive"]);
    for (const operation of ["void", "refund"] as const) {
      const report = await gateway[operation]?.(payment, request, TRIP);
      assert.equal(report?.status, "succeeded");
      assert.equal(report.remoteId, "op_1");
    }
  });
});

describe("the instructions", () => {
  test("name amount and reference where nothing is configured", () => {
    const text = create().instructions?.(TRIP, undefined) ?? "";
    assert.ok(text.includes("€1,234.50") && text.includes(TRIP.attempt.reference), text);
  });

  test("come in the nearest language, with the amount written as that language does", () => {
    const gateway = create({ instructions: { de: "{amount} an {reference}", "pt-BR": "pt {amount}", en: "en" } });
    const inLocale = (locale: string | undefined) => gateway.instructions?.(TRIP, locale)?.replaceAll(/\s/g, " ");
    assert.equal(inLocale("de"), `1.234,50 € an ${TRIP.attempt.reference}`);
    assert.equal(inLocale("de-AT"), inLocale("de"));
    assert.equal(inLocale("DE"), inLocale("de"));
    assert.equal(inLocale("pt-PT"), "pt € 1.234,50");
    assert.equal(inLocale("fr"), "en");
    assert.equal(inLocale(undefined), "en");
    assert.equal(create({ instructions: { fr: "fr" } }).instructions?.(TRIP, "de"), "fr");
  });

  test("fill each placeholder once and read nothing into what they fill in", () => {
    const trip = makeTrip({}, { reference: "{amount}$&" });
    const gateway = create({ instructions: { en: "{reference} {reference} {other}" } });
    assert.equal(gateway.instructions?.(trip, "en"), "{amount}$& {amount}$& {other}");
  });
});

describe("the configuration", () => {
  const pathsOf = (config: Record<string, unknown>) =>
    configureGateway({ type: "manual", ...config }, "test").issues?.map(({ path }) => path);

  test("names each fault with its path", () => {
    assert.deepEqual(pathsOf({ presentations: ["iframe"] }), ["/presentations/0"]);
    assert.deepEqual(pathsOf({ presentations: [] }), ["/presentations"]);
    assert.deepEqual(pathsOf({ presentations: ["redirect", "redirect"] }), ["/presentations"]);
    assert.deepEqual(pathsOf({ instructions: {} }), ["/instructions"]);
    assert.deepEqual(pathsOf({ instructions: { en: "" } }), ["/instructions/en"]);
    assert.deepEqual(pathsOf({ instructions: { "en-a": "no such tag" } }), ["/instructions/en-a"]);
    assert.deepEqual(pathsOf({ label: "", instruction: { en: "typo" } })?.sort(), ["/instruction", "/label"]);
    assert.deepEqual(pathsOf({}), undefined);
  });
});
