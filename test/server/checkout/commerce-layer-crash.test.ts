/**
 * What Commerce Layer asks for, with the server cut off before or after each of its writes: the same call again, or the
 * webhook, tells how it ended, and it was done once.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Checkout } from "../../../server/checkout/checkout.ts";
import {
  authorizeOrder,
  operateForOrder,
  saveSourceForOrder,
  type OrderAnswer,
  type OrderOperation,
} from "../../../server/checkout/commerce-layer.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { receivePayment } from "../../../server/checkout/operate-payment.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import { createCommerceLayerWebhook } from "../../../server/webhooks/commerce-layer.ts";
import type { OperationType } from "../../../shared/states.ts";
import { dyingStore } from "../../support/dying-store.ts";
import { comeBack, endActions, openExternalCheckout } from "../../support/external-checkout.ts";
import { startExternalEndpoint, type ExternalEndpoint } from "../../support/external-endpoint.ts";
import { eventually, MANUAL, type TestClock } from "../../support/server.ts";

const ORDER = { id: "order-1", amount: 12_900, currency: "EUR", email: "ada@shop.example" };
const COMMERCE_LAYER = { sharedSecret: "5f7c1e0a9b3d48269ce1f0a7", webhookUrl: "https://commerce.example/webhook" };

interface Scene {
  endpoint: ExternalEndpoint;
  checkout: Checkout;
  clock: TestClock;
}

async function withScene<Result>(use: (scene: Scene) => Promise<Result>): Promise<Result> {
  const endpoint = await startExternalEndpoint();
  const opened = await openExternalCheckout(endpoint);
  const checkout = { ...opened.checkout, endpoints: [createCommerceLayerWebhook(COMMERCE_LAYER)] };
  try {
    return await use({ endpoint, checkout, clock: opened.clock });
  } finally {
    await opened.close();
    await endpoint.close();
  }
}

/** Pays an order's session; gives its id and the token of its authorization. */
async function authorize({ checkout }: Scene): Promise<{ sessionId: string; token: string }> {
  const body = { amount: ORDER.amount, currency: "EUR", returnUrl: "https://shop.example/", capture: "manual" };
  const { id: sessionId } = await createSession(checkout, body);
  const { handoff } = await startAttempt(checkout, sessionId, { presentation: "redirect" });
  await comeBack(checkout, new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "");
  return { sessionId, token: tokenIn(await authorizeOrder(checkout, sessionId, ORDER)) };
}

function tokenIn(answer: OrderAnswer): string {
  assert.equal(answer.outcome, "done");
  return "token" in answer ? answer.token : "";
}

/** Runs a call that dies at a write; tells whether it did. */
function hasDied(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    () => true,
  );
}

/** Lets another process do what is due, and the provider end what it promised. */
async function passTime({ checkout, clock, endpoint }: Scene, isPromised: boolean): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    clock.advance(400);
    await runDueWork(checkout);
    if (isPromised) await endActions(checkout, endpoint);
  }
}

const webhooksOf = async ({ checkout }: Scene) =>
  (await checkout.store.listDeliveries({}, { limit: 9 })).items.map(({ payload }) => JSON.parse(payload) as unknown);

async function operateWithDeath(
  type: OperationType,
  { writes, isWritten, isPromised }: { writes: number; isWritten: boolean; isPromised: boolean },
): Promise<boolean> {
  return withScene(async (scene) => {
    const { checkout, endpoint } = scene;
    let { sessionId, token } = await authorize(scene);
    const call = (fields: Partial<OrderOperation> = {}): OrderOperation => ({
      type,
      token,
      order: ORDER,
      requestHash: "first",
      ...fields,
    });
    if (type === "refund") token = tokenIn(await operateForOrder(checkout, call({ type: "capture" })));
    endpoint.done.clear();
    endpoint.behaviour = isPromised ? "promise" : "succeed";
    const wanted = call({ requestHash: "second" });
    const died = await hasDied(
      operateForOrder({ ...checkout, store: dyingStore(checkout.store, writes, isWritten) }, wanted),
    );
    // Commerce Layer, which had no answer, asks again: at once it may be told to wait, and after that what it came to.
    const atOnce = await operateForOrder(checkout, wanted).catch((error: unknown) => error);
    await passTime(scene, isPromised);
    const later = await operateForOrder(checkout, wanted);
    assert.equal(later.outcome, "done", JSON.stringify({ atOnce, later }));
    assert.deepEqual(
      [...endpoint.done.values()].map(({ action }) => action),
      [type],
    );
    const ledger = await checkout.store.readLedger(sessionId);
    const operations = ledger?.payments[0]?.operations.filter((one) => one.type === type);
    assert.deepEqual(
      operations?.map(({ id, status }) => [id, status]),
      [["token" in later ? later.token : "", "succeeded"]],
    );
    const isTold =
      typeof atOnce === "object" && atOnce !== null && "outcome" in atOnce && atOnce.outcome === "promised";
    const told = { success: true, data: { action_id: operations?.[0]?.id } };
    // What was promised is told once; what was answered with its end needs no telling, and is told at most once.
    const webhooks = await webhooksOf(scene);
    assert.deepEqual(webhooks, webhooks.length === 0 && !isTold ? [] : [told]);
    return died;
  });
}

describe("what Commerce Layer asks for is done once", () => {
  for (const type of ["capture", "void", "refund"] as const) {
    for (const isPromised of [false, true]) {
      for (const isWritten of [false, true]) {
        const how = `${isPromised ? "asynchronously" : "synchronously"}, a write is ${isWritten ? "the last" : "lost"}`;
        it(`whichever write of a ${type} the process dies at: ${how}`, async () => {
          let writes = 1;
          while (writes < 20 && (await operateWithDeath(type, { writes, isWritten, isPromised }))) writes += 1;
          assert.ok(writes >= 3 && writes < 20, `it died at ${writes - 1} writes`);
        });
      }
    }
  }
});

/** Refunds a bank transfer, of which no provider could tell what a process that died has done. */
async function refundTransferWithDeath(writes: number, isWritten: boolean): Promise<boolean> {
  return withScene(async ({ checkout: external, clock }) => {
    const bank = configureGateway(MANUAL, "test").create?.({ id: "bank", fetch: globalThis.fetch, now: clock.now });
    assert.ok(bank);
    const checkout = { ...external, gateways: new Map([["bank", bank]]) };
    const body = { amount: ORDER.amount, currency: "EUR", returnUrl: "https://shop.example/" };
    const { id } = await createSession(checkout, body);
    await startAttempt(checkout, id, { presentation: "redirect" });
    const pending = await authorizeOrder(checkout, id, ORDER);
    assert.equal(pending.outcome, "promised");
    const token = "token" in pending ? pending.token : "";
    await receivePayment(checkout, token);
    const wanted: OrderOperation = { type: "refund", token, amount: 1000, order: ORDER, requestHash: "refund" };
    const died = await hasDied(
      operateForOrder({ ...checkout, store: dyingStore(checkout.store, writes, isWritten) }, wanted),
    );
    clock.advance(61);
    const first = await operateForOrder(checkout, wanted);
    assert.deepEqual([first.outcome, await operateForOrder(checkout, wanted)], ["done", first]);
    const payment = (await checkout.store.readLedger(id))?.payments[0];
    assert.equal(payment?.refundedAmount, 1000);
    return died;
  });
}

describe("a refund that only the merchant can know of is noted once", () => {
  for (const isWritten of [false, true]) {
    it(`whichever write the process dies at: a write is ${isWritten ? "the last" : "lost"}`, async () => {
      let writes = 1;
      while (writes < 20 && (await refundTransferWithDeath(writes, isWritten))) writes += 1;
      assert.ok(writes >= 3 && writes < 20, `it died at ${writes - 1} writes`);
    });
  }
});

/** Saves what an order was paid with; gives the source's id. */
async function saveSource(scene: Scene): Promise<string> {
  const { sessionId } = await authorize(scene);
  const saved = await saveSourceForOrder(scene.checkout, sessionId, { orderId: ORDER.id, email: ORDER.email });
  scene.endpoint.done.clear();
  scene.endpoint.calls.length = 0;
  return saved.id;
}

async function chargeWithDeath(writes: number, isWritten: boolean): Promise<boolean> {
  return withScene(async (scene) => {
    const { checkout, endpoint, clock } = scene;
    const source = await saveSource(scene);
    const order = { ...ORDER, id: "order-2", amount: 500 };
    const dying = { ...checkout, store: dyingStore(checkout.store, writes, isWritten) };
    const died = await hasDied(authorizeOrder(dying, source, order));
    // Before, the call that was cut off could still be under way.
    clock.advance(61);
    const first = await authorizeOrder(checkout, source, order);
    await passTime(scene, false);
    const later = await authorizeOrder(checkout, source, order);
    assert.deepEqual([first.outcome, later], ["done", first]);
    assert.deepEqual([...endpoint.done.values()], [{ action: "authorize", amount: 500 }]);
    const { items } = await checkout.store.listSessions({ orderId: order.id }, { limit: 9 });
    assert.equal(items.length, 1);
    return died;
  });
}

describe("an order with a saved source is charged once", () => {
  for (const isWritten of [false, true]) {
    it(`whichever write the process dies at: a write is ${isWritten ? "the last" : "lost"}`, async () => {
      let writes = 1;
      while (writes < 20 && (await chargeWithDeath(writes, isWritten))) writes += 1;
      assert.ok(writes >= 4 && writes < 20, `it died at ${writes - 1} writes`);
    });
  }

  it("by one of two processes, and by the other when the first can no longer be at it", () =>
    withScene(async (scene) => {
      const { checkout, endpoint, clock } = scene;
      const source = await saveSource(scene);
      const order = { ...ORDER, id: "order-2", amount: 500 };
      const gateway = configureGateway(endpoint.config, "test").create?.({
        id: "external",
        fetch: globalThis.fetch,
        now: clock.now,
      });
      assert.ok(gateway);
      const other = { ...checkout, gateways: new Map([["external", gateway]]) };
      let release = () => {};
      endpoint.isReleased = new Promise((resolve) => {
        release = resolve;
      });
      const first = authorizeOrder(checkout, source, order);
      await eventually(async () => endpoint.calls.length > 0);
      await assert.rejects(authorizeOrder(other, source, order), { code: "idempotency_key_in_use" });
      assert.equal(endpoint.calls.length, 1);
      clock.advance(61);
      const second = authorizeOrder(other, source, order);
      await eventually(async () => endpoint.calls.length > 1);
      release();
      assert.deepEqual([(await first).outcome, await second], ["done", await first]);
      assert.equal(new Set(endpoint.calls.map(({ key }) => key)).size, 1);
      const { items } = await checkout.store.listSessions({ orderId: order.id }, { limit: 9 });
      assert.deepEqual(
        items.map(({ payments }) => payments.length),
        [1],
      );
    }));
});
