/** The part of the gateways' suite for those whose customer leaves a token, and whose provider ends actions later. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { GatewayError, VerificationError } from "../../server/errors.ts";
import { isMoneyReport } from "../../server/gateways/gateway.ts";
import { neverAnswer } from "../support/scripted-provider.ts";
import {
  CARD_NUMBERS,
  dropBody,
  forgeSignatures,
  REMOTE_ID,
  type Channel,
  type GatewayDriver,
} from "./gateway-driver.ts";
import { alterations, assertNoSecret, createGateway, factsOf, refusal, tripOf, type Suite } from "./gateway-suite.ts";

/** Runs the part of the suite about notifications that end an action. */
export function testActions(suite: Suite, channel: Channel): void {
  const { driver } = suite;
  const trip = tripOf(driver);
  const { signatureField } = channel;

  test("proves how an action ended, and the same again gives the same", async () => {
    for (const saying of channel.sayings) {
      const request = channel.encode(channel.write(factsOf(trip, { saying }), driver.secret));
      const action = await createGateway(suite).verifyNotification(request);
      assert.ok("actionId" in action && action.actionId === REMOTE_ID);
      assert.equal(action.isSuccess, saying === "completed");
      assert.deepEqual(await createGateway(suite).verifyNotification(request), action);
      assert.deepEqual(JSON.parse(JSON.stringify(action)), action, "it is plain JSON");
    }
  });

  const facts = { ...factsOf(trip), remoteId: REMOTE_ID };
  for (const [forgery, request] of Object.entries(forgeSignatures(driver, channel, facts))) {
    test(`refuses the end of an action with ${forgery}`, async () => {
      const error = await refusal(driver, createGateway(suite).verifyNotification(request));
      assert.equal(error.code, "signature_invalid");
    });
  }

  const altered = Object.fromEntries(
    [...alterations(channel.write(facts, driver.secret), channel)].map((fields, index) => [
      `a field altered, added or dropped (${index})`,
      channel.encode(fields),
    ]),
  );
  const faults = { ...dropBody(channel, channel.write(facts, driver.secret)), ...altered };
  test("refuses the end of an action that is not as it was signed", async () => {
    for (const [fault, request] of Object.entries({ ...faults, "nothing in it": channel.encode({}) })) {
      const error = await refusal(driver, createGateway(suite).verifyNotification(request));
      assert.ok(error instanceof VerificationError, fault);
    }
  });

  test("refuses the end of an action whose success is another word than true or false", async () => {
    const { [signatureField]: _signature, ...fields } = channel.write({ ...facts, saying: "unknown" }, driver.secret);
    const signed = channel.write({ ...facts, saying: "unknown" }, driver.secret);
    assert.ok(Object.keys(fields).length > 0);
    await refusal(driver, createGateway(suite).verifyNotification(channel.encode(signed)));
  });
}

/** Words that are no token. */
const NO_TOKENS = ["", " ", "a b", "tok\u00e9", "a\u0000", "x".repeat(256)];
/** Runs the part of the suite about a token with which the money is asked for. */
export function testTokens(suite: Suite, token: NonNullable<GatewayDriver["token"]>): void {
  const { driver } = suite;
  const bring = (text: string) => createGateway(suite).verifyReturn(token.bringBack(text), tripOf(driver));

  test("takes a token that the customer brings back, which proves nothing", async () => {
    for (const text of ["tok_1", "x".repeat(255), "4111111111111112", "12345", "card-4111111111111111x"]) {
      assert.deepEqual(await bring(text), { proof: "token", paymentSourceToken: text });
    }
  });

  test("refuses what is no token, and never repeats a card number", async () => {
    for (const text of [...NO_TOKENS, ...CARD_NUMBERS]) {
      const error = await refusal(driver, bring(text));
      assert.ok(error instanceof VerificationError, text);
      if (text.trim() !== "") assert.ok(!inspect(error, { depth: 10 }).includes(text), "it is in no message");
    }
  });

  test("asks for no money without a token", async () => {
    const asked = suite.provider().requests.length;
    const { session, attempt } = tripOf(driver);
    const { paymentSourceToken: _token, ...without } = attempt;
    assert.equal(await createGateway(suite).fetchPayment?.({ session, attempt: without }), "unpaid");
    assert.equal(suite.provider().requests.length, asked);
  });

  test("asks once where several ask at once, with the attempt's id as the key", async () => {
    const trip = tripOf(driver);
    suite.provider().script(driver.provider?.stand("authorized", { remoteId: REMOTE_ID, amount: 4300 }) ?? neverAnswer);
    const asked = suite.provider().requests.length;
    const gateway = createGateway(suite);
    const [first, second] = await Promise.all([gateway.fetchPayment?.(trip), gateway.fetchPayment?.(trip)]);
    assert.deepEqual(first, second);
    assert.deepEqual(
      suite
        .provider()
        .requests.slice(asked)
        .map(({ headers }) => headers["idempotency-key"]),
      [trip.attempt.id],
    );
  });

  test("reports what the provider declines in its words, without the secret in them", async () => {
    suite.provider().script(driver.provider?.refuse(`Not today. (${driver.secret})`) ?? neverAnswer);
    const report = await createGateway(suite).fetchPayment?.(tripOf(driver));
    assert.ok(typeof report === "object" && report.outcome === "declined");
    assert.match(report.message ?? "", /Not today\./);
    assertNoSecret(driver, report);
  });

  test("reports the amount that the provider names, not the one that we expect", async () => {
    suite.provider().script(driver.provider?.stand("authorized", { remoteId: REMOTE_ID, amount: 43 }) ?? neverAnswer);
    const report = await createGateway(suite).fetchPayment?.(tripOf(driver));
    assert.ok(typeof report === "object" && isMoneyReport(report));
    assert.deepEqual([report.outcome, report.amount, report.remoteId], ["authorized", 43, REMOTE_ID]);
  });

  test("throws for an answer that it does not know: never paid, never pending", async () => {
    suite.provider().script(driver.provider?.stand("unknown", { remoteId: REMOTE_ID, amount: 4300 }) ?? neverAnswer);
    assert.ok((await refusal(driver, ask(suite))) instanceof GatewayError);
  });
}

async function ask(suite: Suite): Promise<unknown> {
  return createGateway(suite).fetchPayment?.(tripOf(suite.driver));
}
