import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { operatePayment, readPayment, refreshPayment } from "../../../server/checkout/operate-payment.ts";
import type { Gateway } from "../../../server/gateways/gateway.ts";
import type { PaymentRecord } from "../../../server/stores/ledger.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";
import type { PlayTrip } from "../../support/play-gateway.ts";

describe("an operation whose outcome is not known", () => {
  let play: PlayCheckout;
  afterEach(() => play.close());

  async function authorize(
    change?: (gateway: Gateway) => Gateway,
  ): Promise<{ trip: PlayTrip; payment: PaymentRecord }> {
    play = await openPlayCheckout(change);
    const { id, trip } = await play.begin({ capture: "manual", expiresInSeconds: 3600 });
    play.provider.act(trip, "pay");
    await play.notify();
    const payment = (await play.checkout.store.readLedger(id))?.payments[0];
    assert.ok(payment);
    return { trip, payment };
  }

  it("is not in the way for ever when a void is in doubt and the provider has taken the money", async () => {
    const { trip, payment } = await authorize();
    play.provider.fault = "before";
    assert.equal((await operatePayment(play.checkout, payment.id, { type: "void" })).isDone, false);
    play.provider.fault = "none";
    Object.assign(trip, { state: "completed", captured: trip.amount });
    play.clock.advance(61);
    const { state, operations } = (await refreshPayment(play.checkout, payment.id)).payment;
    assert.deepEqual([state, operations[0]?.status], ["completed", "failed"]);
    const { isDone } = await operatePayment(play.checkout, payment.id, { type: "refund" });
    assert.equal(isDone, true);
  });

  it("is told apart from the state when the provider voids what it has just taken", async () => {
    const { trip, payment } = await authorize((gateway) => ({
      ...gateway,
      void: async () => {
        Object.assign(trip, { state: "completed", captured: trip.amount });
        await refreshPayment(play.checkout, payment.id);
        return { status: "succeeded" };
      },
    }));
    const { payment: after } = await operatePayment(play.checkout, payment.id, { type: "void" });
    assert.deepEqual([after.state, after.operations[0]?.status], ["completed", "succeeded"]);
    const events = await play.checkout.store.listEvents(0, 100);
    assert.ok(events.some(({ type }) => type === "payment.contradicted"));
  });

  /** Takes money at a provider whose first refund takes two minutes to be sent, and meanwhile does `meanwhile`. */
  async function captureAsleep(meanwhile: (trip: PlayTrip, payment: PaymentRecord) => Promise<unknown>) {
    let isFirst = true;
    const { trip, payment } = await authorize((gateway) => ({
      ...gateway,
      refund: async (refunded, request, attempt) => {
        if (isFirst) {
          isFirst = false;
          play.clock.advance(121);
          await runDueWork(play.checkout);
          await meanwhile(trip, refunded);
        }
        return (await gateway.refund?.(refunded, request, attempt)) ?? assert.fail("it can refund");
      },
    }));
    await operatePayment(play.checkout, payment.id, { type: "capture" });
    return { trip, payment };
  }

  it("was done where the provider's answer says so, though it knew nothing of it when it was asked", async () => {
    const { trip, payment } = await captureAsleep(async (_trip, { id }) => {
      const { operations } = await readPayment(play.checkout, id);
      assert.equal(operations.at(-1)?.status, "failed");
    });
    const { payment: refunded, isDone } = await operatePayment(play.checkout, payment.id, {
      type: "refund",
      amount: 1000,
    });
    assert.deepEqual([isDone, trip.refunded, refunded.refundedAmount], [true, 1000, 1000]);
    assert.deepEqual(
      [refunded.state, refunded.operations.at(-1)?.status, refunded.operations.at(-1)?.errorCode],
      ["partially_refunded", "succeeded", undefined],
    );
  });

  it("is for the merchant to look at where such an answer leaves less than was given back", async () => {
    const { payment } = await captureAsleep(async (trip, { id }) => {
      const { payment: whole } = await operatePayment(play.checkout, id, { type: "refund" });
      assert.equal(whole.state, "refunded");
      // A provider that gives back more than was taken.
      trip.captured *= 2;
    });
    const { payment: refunded } = await operatePayment(play.checkout, payment.id, { type: "refund", amount: 1000 });
    assert.deepEqual(
      [refunded.state, refunded.refundedAmount, refunded.attention],
      ["refunded", 4300, ["contradicted"]],
    );
  });

  it("is settled by the provider's news where it had only promised", async () => {
    const promise = async () => ({ status: "pending" as const });
    const { trip, payment } = await authorize((gateway) => ({ ...gateway, capture: promise, refund: promise }));
    const capture = await operatePayment(play.checkout, payment.id, { type: "capture", amount: 1000 });
    assert.deepEqual([capture.isDone, capture.payment.operations[0]?.status], [false, "pending"]);
    play.clock.advance(120);
    assert.equal((await refreshPayment(play.checkout, payment.id)).payment.operations[0]?.status, "pending");
    Object.assign(trip, { state: "completed", captured: 1000 });
    const captured = (await refreshPayment(play.checkout, payment.id)).payment;
    assert.deepEqual(
      [captured.state, captured.capturedAmount, captured.operations[0]?.status],
      ["completed", 1000, "succeeded"],
    );
    await operatePayment(play.checkout, payment.id, { type: "refund", amount: 400 });
    play.clock.advance(120);
    assert.equal((await refreshPayment(play.checkout, payment.id)).payment.operations[1]?.status, "pending");
    trip.refunded = 400;
    const refunded = (await refreshPayment(play.checkout, payment.id)).payment;
    assert.deepEqual([refunded.balance, refunded.operations[1]?.status], [600, "succeeded"]);
  });
});
