/**
 * The suite that every gateway passes. A gateway's own test calls `testGateway` with a driver that says how its
 * provider speaks; what is only that provider's is tested beside it.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { after, before, describe, test } from "node:test";
import { GatewayError, VerificationError } from "../../server/errors.ts";
import {
  isMoneyReport,
  type Gateway,
  type ProviderRequest,
  type Trip,
  type Verified,
  type VerifiedNotification,
} from "../../server/gateways/gateway.ts";
import type { PaymentRecord } from "../../server/stores/ledger.ts";
import {
  answerJson,
  answerText,
  answerTooMuch,
  neverAnswer,
  neverEndAnswer,
  redirectTo,
  resetConnection,
  startScriptedProvider,
  type Script,
  type ScriptedProvider,
} from "../support/scripted-provider.ts";
import { makePayment, makeTrip, TRIP_URLS } from "../support/trip.ts";
import {
  channelsOf,
  dropBody,
  forgeSignatures,
  HURRIED_MS,
  OTHER_REMOTE_ID,
  PATIENT_MS,
  REMOTE_ID,
  withReport,
  type Channel,
  type Facts,
  type GatewayDriver,
} from "./gateway-driver.ts";
import { testGatewayFrontDoor } from "./gateway-front-door.ts";
import { testSources } from "./gateway-source.ts";
import { alterations, assertNoSecret, createGateway, factsOf, refusal, tripOf, type Suite } from "./gateway-suite.ts";
import { testActions, testTokens } from "./gateway-token.ts";

const OTHER_REFERENCE = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b";

const FAULTS: Record<string, Script> = {
  "never answers": neverAnswer,
  "never ends its answer": neverEndAnswer,
  "cuts the connection": resetConnection,
  "answers 500 with an XML fault": answerText(500, "text/xml", "<Fault><Code>Sender</Code></Fault>"),
  "answers 503": answerJson(503, { error: "down" }),
  "answers 404": answerJson(404, {}),
  "answers HTML": answerText(200, "text/html", "<html>welcome</html>"),
  "answers nothing": answerText(200, "application/json", ""),
  "answers another shape": answerJson(200, { Success: true, Response: { id: 1 } }),
  "answers null": answerJson(200, null),
  "answers too much": answerTooMuch(2_000_000),
  "sends us elsewhere": redirectTo("/elsewhere"),
};

/** Runs the suite for one gateway. */
export function testGateway(driver: GatewayDriver): void {
  describe(`${driver.type} as a gateway`, () => {
    let provider: ScriptedProvider;
    before(async () => {
      provider = await startScriptedProvider();
    });
    after(() => provider.close());
    const suite: Suite = { driver, provider: () => provider };
    testDescription(suite);
    for (const [name, channel] of channelsOf(driver)) {
      testSignatures(suite, name, channel);
      testBinding(suite, name, channel);
      testWords(suite, name, channel);
    }
    testMissingChannels(suite);
    if (driver.actions !== undefined) testActions(suite, driver.actions);
    if (driver.token !== undefined) testTokens(suite, driver.token);
    testSources(suite);
    if (driver.provider !== undefined) {
      testProviderFaults(suite);
      if (driver.token === undefined) testAnswers(suite, driver.provider);
    }
  });
  testGatewayFrontDoor(driver);
}

type ChannelName = "return" | "notification";

async function verify(gateway: Gateway, name: ChannelName, request: ProviderRequest, trip: Trip) {
  return name === "return"
    ? withReport(await gateway.verifyReturn(request, trip))
    : withReport(await gateway.verifyNotification(request));
}

function testDescription(suite: Suite): void {
  const { driver } = suite;

  test("names itself and its origins, and shows no secret", () => {
    const gateway = createGateway(suite);
    assert.equal(gateway.id, "gateway");
    assert.equal(gateway.type, driver.type);
    assert.ok(gateway.label.length > 0 && gateway.presentations.length > 0);
    for (const origin of gateway.origins) assert.equal(new URL(origin).origin, origin);
    assertNoSecret(driver, gateway);
  });

  test("finds nothing wrong with a plain session", () => {
    assert.deepEqual(createGateway(suite).checkSession(tripOf(driver).session), []);
    const { session } = makeTrip({ currency: driver.currency, items: [], shipping: 0, tax: 0, discount: 0 });
    assert.deepEqual(createGateway(suite).checkSession(session), []);
  });

  test("hands over to one of its origins, or to our own page, without showing a secret", async () => {
    const trip = tripOf(driver);
    suite.provider().script(driver.provider?.stand("unpaid", { remoteId: REMOTE_ID, amount: 4300 }) ?? resetConnection);
    const gateway = createGateway(suite);
    const start = await gateway.start(trip, TRIP_URLS);
    const origins = [...gateway.origins, new URL(TRIP_URLS.pageUrl).origin];
    assert.ok(origins.includes(new URL(start.handoff.url).origin), start.handoff.url);
    assert.equal(start.handoff.fields === undefined, start.handoff.method === "GET");
    assertNoSecret(driver, start);
    if (start.report !== undefined) {
      assert.ok(isMoneyReport(start.report) && start.report.outcome === "pending", "nothing is paid at the start");
    }
  });
}

function testSignatures(suite: Suite, name: ChannelName, channel: Channel): void {
  const { driver } = suite;
  const trip = tripOf(driver);
  const facts = factsOf(trip);

  test(`proves a true ${name}, and the same again gives the same`, async () => {
    for (const saying of channel.sayings) {
      const gateway = createGateway(suite);
      const request = channel.encode(channel.write(factsOf(trip, { saying }), driver.secret));
      const verified = await verify(gateway, name, request, trip);
      const { report } = verified;
      assert.deepEqual(structuredClone(await verify(gateway, name, request, trip)), verified);
      assert.deepEqual(JSON.parse(JSON.stringify(verified)), verified, "a report is plain JSON");
      assert.equal(isMoneyReport(report), saying !== "declined");
      if (saying !== "declined") assert.equal(report.outcome, saying);
      if (isMoneyReport(report)) {
        const { amount, currency, environment } = report;
        assert.deepEqual(
          { amount, currency, environment },
          { amount: 4300, currency: driver.currency, environment: "test" },
        );
        assert.notEqual(report.remoteId, "");
      }
    }
  });

  for (const [forgery, request] of Object.entries(forgeSignatures(driver, channel, facts))) {
    test(`refuses a ${name} with ${forgery}`, async () => {
      const error = await refusal(driver, verify(createGateway(suite), name, request, trip));
      assert.ok(error instanceof VerificationError);
      assert.equal(error.code, "signature_invalid");
    });
  }

  for (const [fault, request] of Object.entries(dropBody(channel, channel.write(facts, driver.secret)))) {
    test(`refuses a ${name} with ${fault}`, async () => {
      assert.ok(
        (await refusal(driver, verify(createGateway(suite), name, request, trip))) instanceof VerificationError,
      );
    });
  }

  test(`refuses an empty ${name}`, async () => {
    assert.ok(
      (await refusal(driver, verify(createGateway(suite), name, channel.encode({}), trip))) instanceof
        VerificationError,
    );
  });
}

function testBinding(suite: Suite, name: ChannelName, channel: Channel): void {
  const { driver } = suite;
  const trip = tripOf(driver);
  const other = factsOf(trip, { reference: OTHER_REFERENCE, remoteId: OTHER_REMOTE_ID });

  test(
    name === "return" ? "refuses another attempt's return" : "says which attempt a notification is about",
    async () => {
      const request = channel.encode(channel.write(other, driver.secret));
      const gateway = createGateway(suite);
      if (name === "return") {
        await refusal(driver, gateway.verifyReturn(request, trip));
        return;
      }
      const { attempt } = withReport(await gateway.verifyNotification(request));
      const expected = "reference" in attempt ? { reference: OTHER_REFERENCE } : { remoteId: OTHER_REMOTE_ID };
      assert.deepEqual(attempt, expected);
    },
  );

  const changes: Record<GatewayDriver["named"][number], Partial<Facts>> = {
    amount: { amount: 43 },
    currency: { currency: driver.currency === "EUR" ? "USD" : "EUR" },
    environment: { environment: "live" },
    account: { account: "foreign" },
  };
  for (const fact of driver.named) {
    test(`reports another ${fact} of a ${name} as it is, or refuses it`, async () => {
      const request = channel.encode(channel.write(factsOf(trip, changes[fact]), driver.secret));
      const result = await verify(createGateway(suite), name, request, trip).catch((error: unknown) => error);
      if (result instanceof VerificationError) return;
      const { report } = result as Verified;
      assert.ok(isMoneyReport(report) && fact !== "account");
      assert.equal(report[fact], changes[fact][fact], "never silently what was expected");
    });
  }

  test(`takes no ${name} of which a field was altered, added or dropped for proven, unless it says the same`, async () => {
    for (const saying of channel.sayings) {
      const fields = channel.write(factsOf(trip, { saying }), driver.secret);
      const original = await verify(createGateway(suite), name, channel.encode(fields), trip);
      for (const altered of alterations(fields, channel)) {
        const result = await verify(createGateway(suite), name, channel.encode(altered), trip).catch((e: unknown) => e);
        if (result instanceof VerificationError) continue;
        const verified = result as Verified | VerifiedNotification;
        if (verified.proof === "hint") continue;
        assert.deepEqual(verified, original, `altered to ${inspect(altered)}`);
      }
    }
  });

  test(`does not take a declined ${name} flipped to success for money`, async () => {
    const declined = channel.write(factsOf(trip, { saying: "declined" }), driver.secret);
    const request = channel.encode({ ...declined, [channel.outcomeField]: channel.successWord });
    const gateway = createGateway(suite);
    const result = await verify(gateway, name, request, trip).catch((error: unknown) => error);
    if (result instanceof VerificationError) return;
    assert.equal((result as Verified).proof, "hint");
    // A hint is only as good as the question that follows.
    assert.ok(gateway.fetchPayment !== undefined && driver.provider !== undefined);
    suite.provider().script(driver.provider.stand("unpaid", { remoteId: REMOTE_ID, amount: 4300 }));
    assert.equal(await gateway.fetchPayment(trip), "unpaid");
  });
}

function testWords(suite: Suite, name: ChannelName, channel: Channel): void {
  const { driver } = suite;

  test(`refuses a ${name} that says what the provider's protocol does not have: never paid, never pending`, async () => {
    const trip = tripOf(driver);
    const request = channel.encode(channel.write(factsOf(trip, { saying: "unknown" }), driver.secret));
    await refusal(driver, verify(createGateway(suite), name, request, trip));
  });
}

function testMissingChannels(suite: Suite): void {
  const { driver } = suite;
  const requests: ProviderRequest[] = [
    { method: "GET", query: {}, body: null, contentType: null, headers: {} },
    {
      method: "GET",
      query: { status: "completed", x_result: "completed" },
      body: null,
      contentType: null,
      headers: {},
    },
    { method: "POST", query: {}, body: Buffer.from("{}"), contentType: "application/json", headers: {} },
    {
      method: "POST",
      query: {},
      body: Buffer.from("a=1"),
      contentType: "application/x-www-form-urlencoded",
      headers: {},
    },
  ];

  test("refuses every return and notification that says nothing proven", async () => {
    const gateway = createGateway(suite);
    for (const request of requests) {
      for (const name of ["return", "notification"] as const) {
        assert.ok((await refusal(driver, verify(gateway, name, request, tripOf(driver)))) instanceof VerificationError);
      }
    }
  });
}

function testProviderFaults(suite: Suite): void {
  const { driver } = suite;
  const trip = tripOf(driver, "manual");
  const payment = makePayment(trip, REMOTE_ID);
  const operation = { operationId: "op_1", amount: 4300 };
  const captured: PaymentRecord = {
    ...payment,
    state: "completed",
    capturedAmount: 4300,
    balance: 4300,
    operations: [
      { id: "op_0", type: "capture", amount: 4300, status: "succeeded", remoteId: "r_0", createdAt: payment.createdAt },
    ],
  };
  const calls = {
    start: (gateway: Gateway) => gateway.start(tripOf(driver), TRIP_URLS),
    fetchPayment: (gateway: Gateway) => gateway.fetchPayment?.(tripOf(driver)),
    capture: (gateway: Gateway) => gateway.capture?.(payment, operation, trip),
    void: (gateway: Gateway) => gateway.void?.(payment, operation, trip),
    refund: (gateway: Gateway) => gateway.refund?.(captured, operation, trip),
  };
  const described = createGateway(suite, "http://provider.invalid");

  for (const call of ["start", "fetchPayment", "capture", "void", "refund"] as const) {
    if (described[call] === undefined || (call === "start" && driver.token !== undefined)) continue;
    const isQuestion = call === "fetchPayment" && driver.token === undefined;
    const ask = async (gateway: Gateway) => calls[call](gateway);
    describe(`${call} throws gateway_unavailable`, () => {
      for (const [fault, script] of Object.entries(FAULTS)) {
        test(`where the provider ${fault}`, async () => {
          suite.provider().script(script);
          const timeoutMs = script === neverAnswer || script === neverEndAnswer ? HURRIED_MS : PATIENT_MS;
          const error = await refusal(driver, ask(createGateway(suite, suite.provider().url, timeoutMs)));
          assert.ok(error instanceof GatewayError);
          assert.equal(error.code, "gateway_unavailable");
          assert.equal(error.inDoubt, !isQuestion && fault !== "answers 404", "says whether it may be done");
        });
      }

      test("where the provider is gone", async () => {
        const gone = await startScriptedProvider();
        await gone.close();
        const error = await refusal(driver, ask(createGateway(suite, gone.url)));
        assert.ok(error instanceof GatewayError);
        assert.equal(error.code, "gateway_unavailable");
        assert.equal(error.inDoubt, false, "nobody was there to do it");
      });
    });
  }
}

function testAnswers(suite: Suite, scripts: NonNullable<GatewayDriver["provider"]>): void {
  const { driver } = suite;

  test("throws gateway_declined with the provider's words where it refuses to start, and without the secret in them", async () => {
    suite.provider().script(scripts.refuse(`Total cannot be less than $.01. (${driver.secret})`));
    const error = await refusal(driver, createGateway(suite).start(tripOf(driver), TRIP_URLS));
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, "gateway_declined");
    assert.match(error.message, /Total cannot be less than \$\.01\./);
    assert.equal(error.inDoubt, false);
  });

  const fetchPayment = async () => createGateway(suite).fetchPayment?.(tripOf(driver));

  test("fetches unpaid and paid, and throws for a remote state that it does not know", async () => {
    const fetchAs = (standing: Parameters<typeof scripts.stand>[0]) => {
      suite.provider().script(scripts.stand(standing, { remoteId: REMOTE_ID, amount: 4300 }));
      return fetchPayment();
    };
    assert.equal(await fetchAs("unpaid"), "unpaid");
    const paid = await fetchAs("completed");
    assert.ok(typeof paid === "object" && paid.outcome === "completed");
    assert.ok((await refusal(driver, fetchAs("unknown"))) instanceof GatewayError);
  });

  test("fetches the amount that the provider names, not the one that we expect", async () => {
    suite.provider().script(scripts.stand("completed", { remoteId: REMOTE_ID, amount: 43 }));
    const paid = await fetchPayment();
    assert.ok(typeof paid === "object" && isMoneyReport(paid));
    assert.equal(paid.amount, 43);
  });

  test("refuses what the provider says about another checkout", async () => {
    suite.provider().script(scripts.stand("completed", { remoteId: OTHER_REMOTE_ID, amount: 4300 }));
    assert.ok((await refusal(driver, fetchPayment())) instanceof GatewayError);
  });
}
