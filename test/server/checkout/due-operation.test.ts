import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { carryOutDueOperation } from "../../../server/checkout/due-operation.ts";
import { changeSession } from "../../../server/checkout/settle.ts";
import { GatewayError } from "../../../server/errors.ts";
import type { PaymentRecord } from "../../../server/stores/ledger.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";

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
});
