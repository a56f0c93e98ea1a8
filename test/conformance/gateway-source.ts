/** The part of the gateways' suite for those that can save what a customer has paid with, and charge it again. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { GatewayError } from "../../server/errors.ts";
import { isMoneyReport, type Gateway, type Trip } from "../../server/gateways/gateway.ts";
import { neverAnswer, resetConnection, type Script } from "../support/scripted-provider.ts";
import { makePayment } from "../support/trip.ts";
import { CARD_NUMBERS, HURRIED_MS, REMOTE_ID, type GatewayDriver } from "./gateway-driver.ts";
import { assertNoSecret, createGateway, refusal, tripOf, type Suite } from "./gateway-suite.ts";

type SourceGateway = Gateway & Required<Pick<Gateway, "createPaymentSource" | "chargePaymentSource">>;

/** Runs the part of the suite about saved sources; for a gateway without the methods it sees that there is neither. */
export function testSources(suite: Suite): void {
  const { driver } = suite;
  const { sources } = driver;
  test(`can ${sources === undefined ? "neither save nor charge" : "save and charge"} what was paid with`, () => {
    const gateway = createGateway(suite);
    assert.equal(gateway.createPaymentSource !== undefined, sources !== undefined);
    assert.equal(gateway.chargePaymentSource !== undefined, sources !== undefined);
  });
  if (sources !== undefined) {
    testSaving(suite, sources);
    testCharging(suite, sources);
  }
}

type Sources = NonNullable<GatewayDriver["sources"]>;

function create(suite: Suite, timeoutMs?: number): SourceGateway {
  return createGateway(suite, undefined, timeoutMs) as SourceGateway;
}

function testSaving(suite: Suite, sources: Sources): void {
  const { driver } = suite;
  const save = (script: Script, timeoutMs?: number) => {
    suite.provider().script(script);
    const customer = { reference: "c-1", email: "ada@shop.example" };
    const trip = tripOf(driver);
    return create(suite, timeoutMs).createPaymentSource(
      makePayment(trip, REMOTE_ID),
      { sourceId: "src_1", customer },
      trip,
    );
  };

  test("saves what a payment was made with, with the source's id as the key", async () => {
    const asked = suite.provider().requests.length;
    const saved = await save(sources.save("tok_saved", "cus_1"));
    assert.deepEqual(saved, { paymentSourceToken: "tok_saved", customerToken: "cus_1" });
    const keys = suite
      .provider()
      .requests.slice(asked)
      .map((request) => sources.keyOf(request));
    assert.deepEqual(keys, ["src_1"]);
  });

  test("throws, without doubt, where the provider will not have it saved", async () => {
    const script = driver.provider?.refuse(`Not this one. (${driver.secret})`) ?? neverAnswer;
    const error = await refusal(driver, save(script));
    assert.ok(error instanceof GatewayError);
    assert.deepEqual([error.code, error.inDoubt], ["gateway_declined", false]);
    assert.match(error.message, /Not this one\./);
  });

  test("is in doubt whether it was saved where no answer came", async () => {
    for (const script of [resetConnection, neverAnswer]) {
      const error = await refusal(driver, save(script, HURRIED_MS));
      assert.ok(error instanceof GatewayError && error.inDoubt);
    }
  });

  test("refuses a card number in the place of a token, and what is no token, and never repeats it", async () => {
    for (const text of [...CARD_NUMBERS, "", "a b", "x".repeat(256)]) {
      for (const script of [sources.save(text), sources.save("tok_saved", text)]) {
        const error = await refusal(driver, save(script));
        assert.ok(error instanceof GatewayError && !error.inDoubt, text);
        if (text.trim() !== "") assert.ok(!inspect(error, { depth: 10 }).includes(text), "it is in no message");
      }
    }
  });
}

function testCharging(suite: Suite, sources: Sources): void {
  const { driver } = suite;
  const trip = (): Trip => {
    const { session, attempt } = tripOf(driver);
    const { presentation: _presentation, ...charged } = attempt;
    const saved = { paymentSource: "src_1", paymentSourceToken: "tok_saved", customerToken: "cus_1" };
    return { session, attempt: { ...charged, ...saved } };
  };
  const charge = (script: Script | undefined, timeoutMs?: number) => {
    suite.provider().script(script ?? neverAnswer);
    return create(suite, timeoutMs).chargePaymentSource(trip());
  };
  const stand = (amount: number) => driver.provider?.stand("authorized", { remoteId: REMOTE_ID, amount });

  test("charges a source with its token, and the attempt's id as the key", async () => {
    const asked = suite.provider().requests.length;
    const report = await charge(stand(4300));
    assert.ok(isMoneyReport(report) && report.outcome !== "pending");
    const { attempt } = trip();
    assert.deepEqual(
      [report.remoteId, report.amount, report.currency, report.environment],
      [REMOTE_ID, attempt.amount, attempt.currency, attempt.environment],
    );
    const [request, ...others] = suite.provider().requests.slice(asked);
    assert.ok(request !== undefined && others.length === 0);
    assert.equal(sources.keyOf(request), attempt.id);
    assert.ok(request.body.includes("tok_saved"));
  });

  test("sends the same charge again as it was", async () => {
    const asked = suite.provider().requests.length;
    await charge(stand(4300));
    await charge(stand(4300));
    const [first, second] = suite.provider().requests.slice(asked);
    assert.deepEqual([first?.body, first?.path], [second?.body, second?.path]);
  });

  test("reports the amount that was charged, not the one that we expect", async () => {
    const report = await charge(stand(43));
    assert.ok(isMoneyReport(report));
    assert.equal(report.amount, 43);
  });

  test("reports a charge that the provider declines in its words, without the secret in them", async () => {
    const report = await charge(driver.provider?.refuse(`Not today. (${driver.secret})`));
    assert.ok(!isMoneyReport(report));
    assert.match(report.message ?? "", /Not today\./);
    assertNoSecret(driver, report);
  });

  test("is in doubt about a charge whose answer never came, or that it does not know", async () => {
    const unknown = driver.provider?.stand("unknown", { remoteId: REMOTE_ID, amount: 4300 });
    for (const script of [resetConnection, neverAnswer, unknown]) {
      const error = await refusal(driver, charge(script, HURRIED_MS));
      assert.ok(error instanceof GatewayError && error.inDoubt);
    }
  });
}
