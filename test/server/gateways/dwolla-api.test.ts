import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { GatewayError } from "../../../server/errors.ts";
import { gatewayAbilities } from "../../../server/gateways/abilities.ts";
import type { Gateway, OperationReport } from "../../../server/gateways/gateway.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import type { CaptureMethod, Environment } from "../../../shared/states.ts";
import { HURRIED_MS, PATIENT_MS, REMOTE_ID } from "../../conformance/gateway-driver.ts";
import {
  answerJson,
  loseAnswerAfter,
  neverAnswer,
  startScriptedProvider,
  type Script,
  type ScriptedProvider,
} from "../../support/scripted-provider.ts";
import { makePayment, makeTrip, TRIP_URLS } from "../../support/trip.ts";
import { CONFIG, refuse, SECRET, stand } from "./dwolla-driver.ts";

const AMOUNT = 4300;
const PATH = `/oauth/rest/offsitegateway/checkouts/${REMOTE_ID}`;
const CHECKOUT = { remoteId: REMOTE_ID, amount: AMOUNT };

let provider: ScriptedProvider;
beforeEach(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.close());

/** The gateway in an environment; Dwolla stands on this machine, which live refuses, so it is reached by its name. */
function create(environment: Environment, config: Record<string, unknown> = {}): Gateway {
  const configured = configureGateway({ ...CONFIG, baseUrl: "https://dwolla.example", ...config }, environment);
  assert.equal(configured.issues, undefined);
  const fetch: typeof globalThis.fetch = (url, options) => {
    assert.ok(typeof url === "string");
    return globalThis.fetch(url.replace("https://dwolla.example", provider.url), options);
  };
  return configured.create({ id: "dwolla", fetch, now: () => new Date("2026-11-21T12:00:00.000Z") });
}

function tripOf(environment: Environment, capture: CaptureMethod = "automatic") {
  return makeTrip({ environment, capture }, { remoteId: REMOTE_ID });
}

function fetchPayment(environment: Environment, capture: CaptureMethod = "automatic") {
  return create(environment).fetchPayment?.(tripOf(environment, capture));
}

async function capture(amount = AMOUNT, timeoutMs = PATIENT_MS): Promise<OperationReport | undefined> {
  const trip = tripOf("test", "manual");
  return create("test", { timeoutMs }).capture?.(makePayment(trip, REMOTE_ID), { operationId: "op_1", amount }, trip);
}

const throws = (asked: Promise<unknown> | undefined, code: string, inDoubt: boolean) =>
  assert.rejects(
    async () => asked,
    (error) => error instanceof GatewayError && error.code === code && error.inDoubt === inDoubt,
  );

test("can be asked and can capture, and cannot void or refund", () => {
  assert.deepEqual(gatewayAbilities(create("test")), ["fetchPayment", "capture"]);
});

describe("starting", () => {
  test("sends the customer to the checkout, which can be paid for five minutes", async () => {
    provider.script(stand("unpaid", CHECKOUT));
    assert.deepEqual(await create("test").start(tripOf("test"), TRIP_URLS), {
      handoff: { method: "GET", url: `https://dwolla.example/payment/checkout/${REMOTE_ID}` },
      remoteId: REMOTE_ID,
      expiresAt: "2026-11-21T12:05:00.000Z",
    });
    const start = await create("test", { lifetimeSeconds: 10 }).start(tripOf("test"), TRIP_URLS);
    assert.equal(start.expiresAt, "2026-11-21T12:00:10.000Z");
    const [request] = provider.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request.path, "/oauth/rest/offsitegateway/checkouts");
    assert.equal(request.contentType, "application/json");
    assert.deepEqual(request.query, {});
  });

  test("throws where the id of the checkout is none", async () => {
    for (const CheckoutId of ["../../evil", "", 7, null]) {
      provider.script(answerJson(200, { Success: true, Message: "Success", Response: { CheckoutId } }));
      await throws(create("test").start(tripOf("test"), TRIP_URLS), "gateway_unavailable", true);
    }
  });

  test("throws gateway_declined without a reason where Dwolla gives none, also with another status", async () => {
    provider.script(answerJson(200, { Success: false, Message: null, Response: null }));
    await assert.rejects(create("test").start(tripOf("test"), TRIP_URLS), /Dwolla refused: it gave no reason/);
    provider.script(answerJson(400, { Success: false, Message: "Invalid application credentials." }));
    await throws(create("test").start(tripOf("test"), TRIP_URLS), "gateway_declined", false);
  });
});

describe("asking", () => {
  test("names the checkout in the path and the credentials in the query", async () => {
    provider.script(stand("unpaid", CHECKOUT));
    assert.equal(await fetchPayment("test"), "unpaid");
    const [request] = provider.requests;
    assert.equal(request?.method, "GET");
    assert.equal(request.path, PATH);
    assert.deepEqual(request.query, { client_id: CONFIG.key, client_secret: SECRET });
  });

  test("asks nothing about a trip that has no checkout", async () => {
    assert.equal(await create("test").fetchPayment?.(makeTrip()), "unpaid");
    assert.deepEqual(provider.requests, []);
  });

  test("gives the transaction's id in live, and the checkout's in test mode", async () => {
    const money = { outcome: "completed", remoteState: "Completed", amount: AMOUNT, currency: "USD" };
    provider.script(stand("completed", { ...CHECKOUT, transactionId: 69_960 }));
    assert.deepEqual(await fetchPayment("live"), { ...money, remoteId: "69960", environment: "live" });
    assert.deepEqual(await fetchPayment("test"), { ...money, remoteId: REMOTE_ID, environment: "test" });
  });

  test("does not take a live checkout without a transaction for paid", async () => {
    for (const transactionId of [null, 1, "1", "null"]) {
      provider.script(stand("completed", { ...CHECKOUT, transactionId }));
      await throws(fetchPayment("live"), "gateway_unavailable", false);
    }
  });

  test("says authorized while PayLater waits, and keeps the id when it is completed", async () => {
    provider.script(stand("authorized", CHECKOUT));
    const authorized = await fetchPayment("live", "manual");
    assert.ok(typeof authorized === "object");
    assert.equal(authorized.outcome, "authorized");
    assert.equal(authorized.remoteId, REMOTE_ID);
    assert.equal(authorized.remoteState, "ReadyForApiCheckout");
    provider.script(stand("completed", { ...CHECKOUT, transactionId: 69_960 }));
    const completed = await fetchPayment("live", "manual");
    assert.ok(typeof completed === "object");
    assert.equal(completed.outcome, "completed");
    assert.equal(completed.remoteId, REMOTE_ID);
  });

  test("throws where a checkout waits for a capture that its session does not want", async () => {
    provider.script(stand("authorized", CHECKOUT));
    await throws(fetchPayment("test"), "gateway_unavailable", false);
  });

  test("says expired", async () => {
    provider.script(stand("expired", CHECKOUT));
    assert.equal(await fetchPayment("test"), "expired");
  });

  test("throws for a total that is no amount", async () => {
    for (const amount of [-100, 0.1, Number.NaN]) {
      provider.script(stand("completed", { ...CHECKOUT, amount }));
      await throws(fetchPayment("test"), "gateway_unavailable", false);
    }
  });
});

describe("capturing", () => {
  /** Dwolla, with one answer to the completing of a checkout and another to the question after it. */
  function script(completing: Script, asking: Script): void {
    provider.script((request, response) => (request.method === "POST" ? completing : asking)(request, response));
  }

  test("completes the checkout by a POST with the credentials in its body", async () => {
    provider.script(stand("authorized", { ...CHECKOUT, transactionId: 69_960 }));
    assert.deepEqual(await capture(), { status: "succeeded", remoteId: "69960", remoteState: "Completed" });
    const [request] = provider.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request.path, `${PATH}/complete`);
    assert.deepEqual(request.query, {});
    assert.deepEqual(JSON.parse(request.body), { client_id: CONFIG.key, client_secret: SECRET });
    provider.script(stand("authorized", { ...CHECKOUT, transactionId: 1 }));
    assert.equal((await capture())?.remoteId, REMOTE_ID);
  });

  test("refuses a part of the amount before anything is sent", async () => {
    await throws(capture(AMOUNT - 1), "unsupported_operation", false);
    assert.deepEqual(provider.requests, []);
  });

  test("is in doubt where another checkout, amount or mode was completed", async () => {
    for (const checkout of [
      { amount: AMOUNT - 1 },
      { remoteId: REMOTE_ID.replace("f", "e") },
      { environment: "live" as const },
    ]) {
      provider.script(stand("authorized", { ...CHECKOUT, ...checkout }));
      await throws(capture(), "gateway_unavailable", true);
    }
  });

  test("fails with Dwolla's words where it refuses and the checkout is still not completed", async () => {
    script(refuse("The checkout has expired."), stand("expired", CHECKOUT));
    assert.deepEqual(await capture(), {
      status: "failed",
      remoteState: "Expired",
      errorCode: "gateway_declined",
      message: "Dwolla refused: The checkout has expired.",
    });
  });

  test("has succeeded where an earlier answer was lost and the second try is refused", async () => {
    let isCompleted = false;
    const complete = loseAnswerAfter(() => {
      isCompleted = true;
    });
    script(
      (request, response) => (isCompleted ? refuse("Already completed.") : complete)(request, response),
      stand("completed", { ...CHECKOUT, transactionId: 69_960 }),
    );
    await throws(capture(), "gateway_unavailable", true);
    assert.deepEqual(await capture(), { status: "succeeded", remoteId: "69960", remoteState: "Completed" });
  });

  test("stays in doubt where Dwolla refuses and cannot be asked why, or says what it does not have", async () => {
    script(refuse("No."), neverAnswer);
    await throws(capture(AMOUNT, HURRIED_MS), "gateway_unavailable", true);
    script(refuse("No."), stand("unknown", CHECKOUT));
    await throws(capture(), "gateway_unavailable", true);
  });
});
