import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { carryOutDueOperation } from "../../../server/checkout/due-operation.ts";
import { changeSession } from "../../../server/checkout/settle.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { GatewayError } from "../../../server/errors.ts";
import type { Gateway } from "../../../server/gateways/gateway.ts";
import type { PaymentRecord } from "../../../server/stores/ledger.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";
import type { PlayTrip } from "../../support/play-gateway.ts";

describe("an operation that is due by itself", () => {
  let play: PlayCheckout;
  afterEach(() => play.close());

  async function readPayment(sessionId: string): Promise<PaymentRecord> {
    const payment = (await play.checkout.store.readLedger(sessionId))?.payments[0];
    assert.ok(payment);
    return payment;
  }

  it("is done by one of two that find it due, and what that one puts off stays put off", async () => {
    const suspended = new GatewayError("circuit_open", "calls are suspended");
    play = await openPlayCheckout((gateway) => ({ ...gateway, capture: () => Promise.reject(suspended) }));
    const { id, trip } = await play.begin({ capture: "manual", expiresInSeconds: 3600 });
    play.provider.act(trip, "pay");
    await play.notify();
    await changeSession(play.checkout, id, "operator", (change) => {
      const [payment] = change.ledger.payments;
      assert.ok(payment);
      payment.operationDue = { type: "capture", at: change.time };
      change.record("payment.authorization", { payment });
    });
    const found = await readPayment(id);
    await carryOutDueOperation(play.checkout, found);
    const putOff = await readPayment(id);
    assert.equal(putOff.operations[0]?.errorCode, "circuit_open");
    assert.ok(putOff.operationDue !== undefined && putOff.operationDue.at > (found.operationDue?.at ?? ""));
    // The other one has read the payment before.
    await carryOutDueOperation(play.checkout, found);
    const { operations, operationDue } = await readPayment(id);
    assert.deepEqual([operations.length, operationDue], [1, putOff.operationDue]);
    const events = await play.checkout.store.listEvents(0, 100);
    assert.ok(!events.some(({ type }) => type === "payment.capture_held"));
  });

  /** Lets a session be paid twice, with duplicates to be given back, and does what is due while the provider fails. */
  async function payTwice(change?: (gateway: Gateway) => Gateway): Promise<{ id: string; second: PlayTrip }> {
    play = await openPlayCheckout(change);
    play.checkout.onDuplicate = "refund";
    const { id, trip } = await play.begin({ expiresInSeconds: 3600 });
    await startAttempt(play.checkout, id, { presentation: "redirect" });
    const second = play.provider.trips.at(-1) ?? assert.fail("it was not started");
    for (const one of [trip, second]) {
      play.provider.act(one, "pay");
      await play.notify();
    }
    return { id, second };
  }

  async function passHours(): Promise<void> {
    for (let hour = 0; hour < 40; hour += 1) {
      play.clock.advance(3600);
      await runDueWork(play.checkout);
    }
  }

  const duplicateOf = async (id: string) =>
    (await play.checkout.store.readLedger(id))?.payments[1] ?? assert.fail("there is no duplicate");

  for (const [what, change] of [
    ["whose answer was lost", undefined],
    ["whose calls were suspended", suspendOnce],
  ] as const) {
    it(`gives a duplicate back once, also at a provider ${what}`, async () => {
      const { id, second } = await payTwice(change);
      if (change === undefined) play.provider.fault = "before";
      await runDueWork(play.checkout);
      play.provider.fault = "none";
      assert.equal(second.refunded, 0);
      await passHours();
      const { state, attention } = await duplicateOf(id);
      assert.deepEqual([second.refunded, state, attention], [4300, "refunded", undefined]);
    });
  }

  for (const [what, change] of [
    ["refuses", (gateway: Gateway) => ({ ...gateway, refund: async () => ({ status: "failed" as const }) })],
    ["never answers", (gateway: Gateway) => ({ ...gateway, refund: () => Promise.reject(UNANSWERED) })],
    ["is never reached", (gateway: Gateway) => ({ ...gateway, refund: () => Promise.reject(UNREACHED) })],
  ] as const) {
    it(`holds a duplicate whose provider ${what}, and says so once`, async () => {
      const { id } = await payTwice(change);
      await passHours();
      const { operationDue, attention = [] } = await duplicateOf(id);
      assert.deepEqual([operationDue, attention.includes("duplicate")], [undefined, true]);
      const events = await play.checkout.store.listEvents(0, 500, id);
      assert.equal(events.filter(({ type }) => type === "payment.duplicate_held").length, 1);
    });
  }
});

const UNANSWERED = new GatewayError("gateway_unavailable", "no answer came");
const UNREACHED = new GatewayError("gateway_unavailable", "there is no connection", { inDoubt: false });

/** Suspends the first refund. */
function suspendOnce(gateway: Gateway): Gateway {
  let isFirst = true;
  return {
    ...gateway,
    refund: async (...parameters) => {
      if (!isFirst) return (await gateway.refund?.(...parameters)) ?? assert.fail("it can refund");
      isFirst = false;
      throw new GatewayError("circuit_open", "calls are suspended");
    },
  };
}
