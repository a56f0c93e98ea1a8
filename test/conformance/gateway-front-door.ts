/** The part of the gateways' suite that goes through the server's front door: what a forger and the provider send. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProviderRequest } from "../../server/gateways/gateway.ts";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { startScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";
import { startTestServer, type TestAnswer, type TestServer } from "../support/server.ts";
import {
  channelsOf,
  dropBody,
  forgeSignatures,
  PATIENT_MS,
  type Channel,
  type Facts,
  type GatewayDriver,
} from "./gateway-driver.ts";

const GATEWAY = "shop-gateway";
const AMOUNT = 4300;
const BODY_TYPES = ["application/json", "application/x-www-form-urlencoded"];

/** Runs the suite for one gateway whose provider sends something; the others store what their `start` reports. */
export function testGatewayFrontDoor(driver: GatewayDriver): void {
  describe(`${driver.type} through the front door`, () => {
    let provider: ScriptedProvider;
    let server: TestServer;
    before(async () => {
      provider = await startScriptedProvider();
      server = await startTestServer({ gateways: { [GATEWAY]: driver.config(provider.url, PATIENT_MS) } });
    });
    after(async () => {
      await server.close();
      await provider.close();
    });
    const door: FrontDoor = { driver, server: () => server, provider: () => provider };
    testNotifyAddress(door);
    if (driver.readStart === undefined) return;
    for (const [name, channel] of channelsOf(driver)) testForgeries(door, name, channel);
    testTruth(door);
  });
}

interface FrontDoor {
  driver: GatewayDriver;
  server: () => TestServer;
  provider: () => ScriptedProvider;
}

/** One session on its way to the provider. */
interface Journey {
  session: CreatedCheckoutSession;
  facts: Facts;
  returnUrl: string;
  notifyUrl: string;
}

let checkouts = 0;

/** Creates a session and starts an attempt, as the element would. */
async function setOut({ driver, server, provider }: FrontDoor): Promise<Journey> {
  checkouts += 1;
  const remoteId = `00000000-0000-4000-8000-${String(checkouts).padStart(12, "0")}`;
  if (driver.provider !== undefined) provider().script(driver.provider.stand("unpaid", { remoteId, amount: AMOUNT }));
  const session = await server().createSession({ amount: AMOUNT, currency: driver.currency, gateway: GATEWAY });
  const received = provider().requests.length;
  const { handoff } = await server().startAttempt(session);
  const start = driver.readStart?.(handoff, provider().requests.slice(received));
  assert.ok(start !== undefined);
  const { reference, returnUrl, notifyUrl } = start;
  return {
    session,
    returnUrl,
    notifyUrl,
    facts: {
      saying: "completed",
      reference,
      remoteId: driver.provider === undefined ? undefined : remoteId,
      amount: AMOUNT,
      currency: driver.currency,
      environment: "test",
      account: "own",
    },
  };
}

/** Lets the provider know that the customer paid. */
function pay({ driver, provider }: FrontDoor, { facts }: Journey): void {
  provider().script(
    driver.provider?.stand("completed", { remoteId: facts.remoteId ?? "", amount: AMOUNT }) ?? (() => {}),
  );
}

function addressOf(journey: Journey, name: "return" | "notification"): string {
  return name === "return" ? journey.returnUrl : journey.notifyUrl;
}

/** Sends what came in the provider's name, over HTTP, to one of our addresses. */
function send({ server }: FrontDoor, address: string, request: ProviderRequest): Promise<TestAnswer> {
  const url = new URL(address);
  for (const [name, value] of Object.entries(request.query)) url.searchParams.append(name, value);
  return server().call(`${url.pathname}${url.search}`, {
    method: request.method,
    key: null,
    ...(request.contentType === null ? {} : { headers: { "content-type": request.contentType } }),
    ...(request.body === null ? {} : { body: request.body }),
  });
}

async function paymentsOf({ server }: FrontDoor, { session }: Journey): Promise<Payment[]> {
  const { body } = await server().call<{ data: Payment[] }>(`/v1/payments?sessionId=${session.id}`);
  return body.data;
}

async function statusOf({ server }: FrontDoor, { session }: Journey): Promise<string> {
  return (await server().call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`)).body.status;
}

/** A return always goes on to the shop, whose page asks the server; a notification is refused to its sender. */
function assertRefused(name: "return" | "notification", { status }: TestAnswer): void {
  if (name === "return") assert.ok(status === 303 || status === 415, `got ${status}`);
  else assert.ok(status >= 400 && status < 500, `got ${status}`);
}

function testNotifyAddress(door: FrontDoor): void {
  test("refuses a notification that says nothing, and stores no payment that is taken", async () => {
    for (const contentType of BODY_TYPES) {
      const body = Buffer.from(contentType.endsWith("json") ? "{}" : "a=1");
      const request: ProviderRequest = { method: "POST", query: {}, body, contentType, headers: {} };
      assertRefused("notification", await send(door, `http://server.invalid/notify/${GATEWAY}`, request));
    }
    const { body } = await door.server().call<{ data: Payment[] }>("/v1/payments?state=completed");
    assert.deepEqual(body.data, []);
  });

  test("answers a notification for a gateway that is not configured with 404", async () => {
    const request: ProviderRequest = {
      method: "POST",
      query: {},
      body: Buffer.from("{}"),
      contentType: "application/json",
      headers: {},
    };
    assert.equal((await send(door, "http://server.invalid/notify/nobody", request)).status, 404);
  });
}

function testForgeries(door: FrontDoor, name: "return" | "notification", channel: Channel): void {
  const { driver } = door;

  test(`stores no payment for a ${name} that is not signed, and asks the provider nothing`, async () => {
    const journey = await setOut(door);
    pay(door, journey);
    const asked = door.provider().requests.length;
    const forgeries = {
      ...forgeSignatures(driver, channel, journey.facts),
      ...dropBody(channel, channel.write(journey.facts, driver.secret)),
    };
    for (const [forgery, request] of Object.entries(forgeries)) {
      assertRefused(name, await send(door, addressOf(journey, name), request));
      assert.deepEqual(await paymentsOf(door, journey), [], forgery);
    }
    assert.equal(door.provider().requests.length, asked);
    assert.equal(await statusOf(door, journey), "open");
  });

  const changes: Record<GatewayDriver["named"][number], Partial<Facts>> = {
    amount: { amount: 43 },
    currency: { currency: driver.currency === "EUR" ? "USD" : "EUR" },
    environment: { environment: "live" },
    account: { account: "foreign" },
  };
  for (const fact of driver.named) {
    test(`stores no payment for a signed ${name} with another ${fact}`, async () => {
      const journey = await setOut(door);
      pay(door, journey);
      const fields = channel.write({ ...journey.facts, ...changes[fact] }, driver.secret);
      await send(door, addressOf(journey, name), channel.encode(fields));
      assert.deepEqual(await paymentsOf(door, journey), []);
      assert.equal(await statusOf(door, journey), "open");
    });
  }

  test(`stores no payment for a declined ${name} flipped to success`, async () => {
    const journey = await setOut(door);
    const fields = channel.write({ ...journey.facts, saying: "declined" }, driver.secret);
    const request = channel.encode({ ...fields, [channel.outcomeField]: channel.successWord });
    assertRefused(name, await send(door, addressOf(journey, name), request));
    assert.deepEqual(await paymentsOf(door, journey), []);
  });

  test(`stores no payment for a ${name} in words that the provider does not have`, async () => {
    const journey = await setOut(door);
    pay(door, journey);
    const fields = channel.write({ ...journey.facts, saying: "unknown" }, driver.secret);
    assertRefused(name, await send(door, addressOf(journey, name), channel.encode(fields)));
    assert.deepEqual(await paymentsOf(door, journey), []);
  });

  test(`stores no payment where a declined ${name} is true`, async () => {
    const journey = await setOut(door);
    const { status } = await send(
      door,
      addressOf(journey, name),
      channel.encode(channel.write({ ...journey.facts, saying: "declined" }, driver.secret)),
    );
    assert.equal(status, name === "return" ? 303 : 200);
    assert.deepEqual(await paymentsOf(door, journey), []);
    assert.equal(await statusOf(door, journey), "open");
  });

  test(`answers a true ${name} about an attempt that we do not have, or that is another's, without a payment`, async () => {
    const paid = await setOut(door);
    const dear = await setOut(door);
    pay(door, paid);
    const signed = channel.encode(channel.write(paid.facts, driver.secret));
    if (name === "return") {
      await send(door, dear.returnUrl, signed);
    } else {
      const unknown = { ...paid.facts, reference: "f".repeat(36), remoteId: "99999999-0000-4000-8000-000000000000" };
      const request = channel.encode(channel.write(unknown, driver.secret));
      assert.equal((await send(door, dear.notifyUrl, request)).status, 404);
    }
    assert.deepEqual(await paymentsOf(door, dear), []);
    assert.equal(await statusOf(door, dear), "open");
  });
}

function testTruth(door: FrontDoor): void {
  const { driver } = door;
  const names = channelsOf(driver).map(([name]) => name);
  const orders = [names, names.toReversed(), ...names.map((name) => [name])];

  for (const order of orders) {
    test(`stores exactly one payment for a true ${order.join(" and ")}, each sent twice`, async () => {
      const journey = await setOut(door);
      pay(door, journey);
      for (const name of order) {
        for (let times = 0; times < 2; times += 1) {
          const { status } = await sendTruth(door, journey, name);
          assert.equal(status, name === "return" ? 303 : 200);
          await assertPaidOnce(door, journey);
        }
      }
    });
  }

  test("stores exactly one payment where everything comes at once, several times", async () => {
    const journey = await setOut(door);
    pay(door, journey);
    await Promise.all([...names, ...names, ...names].map((name) => sendTruth(door, journey, name)));
    await assertPaidOnce(door, journey);
  });
}

function sendTruth(door: FrontDoor, journey: Journey, name: "return" | "notification"): Promise<TestAnswer> {
  const channel = name === "return" ? door.driver.returns : door.driver.notifications;
  assert.ok(channel !== undefined);
  return send(door, addressOf(journey, name), channel.encode(channel.write(journey.facts, door.driver.secret)));
}

async function assertPaidOnce(door: FrontDoor, journey: Journey): Promise<void> {
  const payments = await paymentsOf(door, journey);
  assert.equal(payments.length, 1);
  const [payment] = payments;
  assert.equal(payment?.state, "completed");
  assert.equal(payment.amount, AMOUNT);
  assert.equal(payment.currency, door.driver.currency);
  assert.equal(payment.environment, "test");
  assert.equal(await statusOf(door, journey), "complete");
}
