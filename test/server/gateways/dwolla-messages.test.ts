import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { VerificationError } from "../../../server/errors.ts";
import { signDwolla } from "../../../server/gateways/dwolla.ts";
import type { Gateway, Report } from "../../../server/gateways/gateway.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import type { Environment } from "../../../shared/states.ts";
import { OTHER_REMOTE_ID, REMOTE_ID, withReport, type Facts, type Fields } from "../../conformance/gateway-driver.ts";
import { makeTrip } from "../../support/trip.ts";
import { asCallback, asReturn, CONFIG, SECRET, writeCallback, writeReturn } from "./dwolla-driver.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/dwolla/${name}`, import.meta.url), "utf8");

function create(environment: Environment = "live"): Gateway {
  const configured = configureGateway(CONFIG, environment);
  assert.equal(configured.issues, undefined);
  const fetch = () => assert.fail("what comes in the provider's name causes no call");
  return configured.create({ id: "dwolla", fetch, now: () => new Date(0) });
}

/** A trip of one cent, as in the seed's examples. */
function tripOf(environment: Environment = "live", capture: "automatic" | "manual" = "automatic") {
  return makeTrip({ amount: 1, environment, capture, currency: "USD" }, { remoteId: REMOTE_ID });
}

function factsOf(environment: Environment, facts: Partial<Facts> = {}): Facts {
  const { reference } = tripOf().attempt;
  return {
    saying: "completed",
    reference,
    remoteId: REMOTE_ID,
    amount: 1,
    currency: "USD",
    environment,
    account: "own",
    ...facts,
  };
}

async function returned(fields: Fields, trip = tripOf()): Promise<Report> {
  const { proof, report } = withReport(await create(trip.session.environment).verifyReturn(asReturn(fields), trip));
  assert.equal(proof, "hint", "what Dwolla does not sign proves nothing");
  return report;
}

async function calledBack(fields: Fields | string, environment: Environment = "live"): Promise<Report> {
  const { proof, report, attempt } = withReport(await create(environment).verifyNotification(asCallback(fields)));
  assert.equal(proof, "hint", "what Dwolla does not sign proves nothing");
  assert.ok("remoteId" in attempt);
  return report;
}

const refuses = (verified: Promise<unknown>, message: RegExp) =>
  assert.rejects(verified, (error) => error instanceof VerificationError && message.test(error.message));

describe("the signature", () => {
  test("is the protocol's own vector", () => {
    assert.equal(
      signDwolla("ac5b910a-7ec1-4b65-9f68-90449ed030f6", 1, SECRET),
      "7d4c5deaf9178faae7c437fd8693fc0b97b1b22b",
    );
  });

  test("is over two decimals without separators, and the id in the case in which it was given", async () => {
    const id = "AC5B910A-7ec1-4b65-9f68-90449ed030f6";
    assert.notEqual(signDwolla(id, 1, SECRET), signDwolla(id.toLowerCase(), 1, SECRET));
    const facts = factsOf("live", { amount: 123_456_700, remoteId: id });
    const { attempt, report } = withReport(await create().verifyNotification(asCallback(writeCallback(facts))));
    assert.deepEqual(attempt, { remoteId: id });
    assert.ok("amount" in report);
    assert.equal(report.amount, 123_456_700);
  });

  test("in upper case is not Dwolla's", () =>
    refuses(
      calledBack({ ...writeCallback(factsOf("live")), Signature: signDwolla(REMOTE_ID, 1, SECRET).toUpperCase() }),
      /signature/,
    ));
});

describe("the seed's callback", () => {
  const seed = fixture("callback.json");
  const resigned = seed.replace("c50e4b2a4c50ad795c3ee31370aec1a563565aa4", signDwolla(REMOTE_ID, 1, SECRET));

  test("is refused as it is: it was signed with another secret", () => refuses(calledBack(seed), /signature/));

  test("is read once it is signed with ours", async () => {
    assert.notEqual(resigned, seed);
    assert.deepEqual(await calledBack(resigned), {
      outcome: "completed",
      remoteId: "1312616",
      remoteState: "Completed",
      amount: 1,
      currency: "USD",
      environment: "live",
    });
  });

  test("is read in the Ruby sample's form, too", async () => {
    const sample = fixture("callback-in-ruby-sample.json");
    const { CheckoutId, Signature } = JSON.parse(sample) as Record<string, string>;
    assert.ok(CheckoutId !== undefined && Signature !== undefined);
    await refuses(calledBack(sample), /signature/);
    const report = await calledBack(sample.replace(Signature, signDwolla(CheckoutId, 1, SECRET)));
    assert.equal(report.remoteId, "3396300");
  });
});

describe("a callback", () => {
  test("takes the amount as a number or as text, and no other form of it", async () => {
    const facts = factsOf("live", { amount: 150_010 });
    for (const Amount of [1500.1, "1500.10", "1500.1"]) {
      const report = await calledBack({ ...writeCallback(facts), Amount });
      assert.ok("amount" in report);
      assert.equal(report.amount, 150_010);
    }
    for (const Amount of ["1,500.10", 1500.101, "1500.101", -1500.1, 1e21, "", null, undefined, true, [1500.1]]) {
      await refuses(calledBack({ ...writeCallback(facts), Amount }), /not all there/);
    }
  });

  test("names the checkout in the place of a transaction that is null, 1 or in test mode", async () => {
    const live = writeCallback(factsOf("live"));
    for (const TransactionId of [null, 1, "1", "null", "", undefined]) {
      assert.equal((await calledBack({ ...live, TransactionId })).remoteId, REMOTE_ID);
    }
    assert.equal((await calledBack({ ...live, TransactionId: "1312616" })).remoteId, "1312616");
    const inTest = { ...writeCallback(factsOf("test")), TransactionId: 1_312_616 };
    assert.equal((await calledBack(inTest, "test")).remoteId, REMOTE_ID);
  });

  test("of another environment is refused", async () => {
    await refuses(calledBack(writeCallback(factsOf("test")), "live"), /TestMode/);
    await refuses(calledBack(writeCallback(factsOf("live")), "test"), /TestMode/);
    for (const TestMode of [undefined, null, "True", "yes", 0]) {
      await refuses(calledBack({ ...writeCallback(factsOf("live")), TestMode }), /TestMode/);
    }
  });

  test("that failed ends the attempt for the reason that it gives", async () => {
    const failed = writeCallback(factsOf("live", { saying: "declined" }));
    assert.deepEqual(await calledBack(failed), {
      outcome: "failed",
      code: "provider_error",
      remoteState: "Failed",
      environment: "live",
    });
    const report = await calledBack({ ...failed, Error: "There are insufficient funds for this transaction." });
    assert.equal(report.outcome, "declined");
    assert.equal((await calledBack({ ...failed, Error: "User Cancelled" })).outcome, "cancelled");
  });

  test("with any other status is refused: never paid, never pending", async () => {
    for (const Status of ["Pending", "completed", "COMPLETED", "", null, undefined]) {
      await refuses(calledBack({ ...writeCallback(factsOf("live")), Status }), /Status/);
    }
  });

  test("that is no plain JSON object is refused", async () => {
    const text = JSON.stringify(writeCallback(factsOf("live")));
    for (const body of [
      "[]",
      "null",
      '"x"',
      "{",
      `${text}${text}`,
      `{"Amount":0.01,${text.slice(1)}`,
      `\uFEFF${text}`,
    ]) {
      await assert.rejects(calledBack(body), VerificationError);
    }
  });
});

describe("the seed's return", () => {
  const seed = Object.fromEntries(new URL(fixture("return-success.txt")).searchParams);
  const resigned = { ...seed, signature: signDwolla(REMOTE_ID, 1, SECRET), orderId: tripOf().attempt.reference };

  test("is refused as it is: it was signed with another secret", () => refuses(returned(seed), /signature/));

  test("is read once it is signed with ours and names our order", async () => {
    assert.deepEqual(await returned(resigned), {
      outcome: "completed",
      remoteId: "1312616",
      remoteState: "Completed",
      amount: 1,
      currency: "USD",
      environment: "live",
    });
    await refuses(returned({ ...resigned, orderId: seed["orderId"] }), /orderId/);
  });

  test("is the same whatever became of the callback", async () => {
    const report = await returned(resigned);
    for (const postback of ["failed", "failure", "", undefined]) {
      const fields = Object.fromEntries(
        Object.entries({ ...resigned, postback }).filter(([, value]) => value !== undefined),
      );
      assert.deepEqual(await returned(fields), report);
    }
  });
});

describe("a return", () => {
  test("of another checkout or order is refused, though its signature is right", async () => {
    await refuses(returned(writeReturn(factsOf("live", { remoteId: OTHER_REMOTE_ID }))), /checkoutId/);
    await refuses(returned(writeReturn(factsOf("live", { reference: "another" }))), /orderId/);
    const trip = tripOf();
    delete trip.attempt.remoteId;
    await refuses(returned(writeReturn(factsOf("live")), trip), /checkoutId/);
  });

  test("of another environment is refused: the flag is there in test mode alone", async () => {
    await refuses(returned(writeReturn(factsOf("test")), tripOf("live")), /test/);
    await refuses(returned(writeReturn(factsOf("live")), tripOf("test")), /test/);
    await refuses(returned({ ...writeReturn(factsOf("test")), test: "yes" }, tripOf("test")), /test/);
    assert.equal((await returned(writeReturn(factsOf("test")), tripOf("test"))).remoteId, REMOTE_ID);
  });

  test("that failed ends the attempt, and any other status is refused", async () => {
    const fields = writeReturn(factsOf("live", { saying: "declined" }));
    assert.equal((await returned(fields)).outcome, "failed");
    for (const status of ["completed", "Pending", ""]) await refuses(returned({ ...fields, status }), /status/);
  });
});

describe("a PayLater return", () => {
  const { signature, orderId, amount, checkoutId } = writeReturn(factsOf("test"));
  const payLater = { signature, orderId, amount, checkoutId, checkoutWithApi: "true" };

  test("is the hint of an authorization, under the checkout's id", async () => {
    for (const environment of ["test", "live"] as const) {
      assert.deepEqual(await returned(payLater, tripOf(environment, "manual")), {
        outcome: "authorized",
        remoteId: REMOTE_ID,
        remoteState: "checkoutWithApi",
        amount: 1,
        currency: "USD",
        environment,
      });
    }
  });

  test("is refused where the session captures by itself, and so is its opposite", async () => {
    await refuses(returned(payLater, tripOf("test", "automatic")), /checkoutWithApi/);
    await refuses(returned(writeReturn(factsOf("test")), tripOf("test", "manual")), /checkoutWithApi/);
    await refuses(returned({ ...payLater, checkoutWithApi: "false" }, tripOf("test", "manual")), /checkoutWithApi/);
  });

  test("is refused where it names another environment after all", () =>
    refuses(returned({ ...payLater, test: "true" }, tripOf("live", "manual")), /test/));
});

describe("a return with an error", () => {
  test("is the seed's decline for want of money", async () => {
    const seed = Object.fromEntries(new URL(fixture("return-failure.txt")).searchParams);
    const trip = makeTrip({}, { remoteId: OTHER_REMOTE_ID });
    assert.deepEqual(await returned(seed, trip), {
      outcome: "declined",
      code: "gateway_declined",
      remoteState: "failure",
      message: "There are insufficient funds for this transaction",
    });
    await refuses(returned(seed, tripOf("test")), /checkoutId/);
  });

  test("is a cancel, a decline or a fault by each of the seed's eight reasons, and a fault by any other", async () => {
    const reasons = fixture("error-descriptions.txt")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as string);
    assert.equal(reasons.length, 8);
    for (const reason of [...reasons, "Something new", ""]) {
      const report = await returned({ error: "failure", error_description: reason });
      const expected =
        reason === "User Cancelled" ? "cancelled" : reason.startsWith("There are insufficient") ? "declined" : "failed";
      assert.equal(report.outcome, expected, reason);
      assert.equal(
        "code" in report && report.code,
        expected === "failed" ? "provider_error" : expected === "declined" && "gateway_declined",
      );
    }
  });

  test("cannot bring money, whatever else it carries", async () => {
    const fields = { ...writeReturn(factsOf("live")), error: "failure", error_description: "User Cancelled" };
    assert.equal((await returned(fields)).outcome, "cancelled");
    await refuses(returned({ ...fields, error: "" }), /error/);
    await refuses(returned({ ...fields, error: "none" }), /error/);
  });

  test("shows the reason as plain text", async () => {
    const report = await returned({ error: "failure", error_description: `<b>\u0000\u202e${"x".repeat(900)}` });
    assert.ok("message" in report);
    assert.equal(report.message?.length, 500);
    assert.ok(!report.message.includes("\u0000"));
  });
});
