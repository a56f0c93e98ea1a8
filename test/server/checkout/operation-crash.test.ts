/** A merchant's operation with an Idempotency-Key, cut off at each of its writes: the same request again is no new one. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { operatePayment } from "../../../server/checkout/operate-payment.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { CheckoutError } from "../../../server/errors.ts";
import { dyingStore } from "../../support/dying-store.ts";
import { comeBack, openExternalCheckout } from "../../support/external-checkout.ts";
import { startExternalEndpoint } from "../../support/external-endpoint.ts";

/** Refunds a part with a process that dies at a write, and asks again with the same key, at once and later. */
async function refundWithDeath(writes: number, isWritten: boolean): Promise<boolean> {
  const endpoint = await startExternalEndpoint();
  const { checkout, clock, close } = await openExternalCheckout(endpoint);
  try {
    const body = { amount: 12_900, currency: "EUR", returnUrl: "https://shop.example/" };
    const { id } = await createSession(checkout, body);
    const { handoff } = await startAttempt(checkout, id, { presentation: "redirect" });
    await comeBack(checkout, new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "");
    const paymentId = (await checkout.store.readLedger(id))?.payments[0]?.id ?? "";
    endpoint.done.clear();
    const call = { hash: "of the key", since: clock.now().toISOString() };
    const refund = (store = checkout.store) =>
      operatePayment({ ...checkout, store }, paymentId, { type: "refund", amount: 1000, call });
    const hasDied = await refund(dyingStore(checkout.store, writes, isWritten)).then(
      () => false,
      () => true,
    );
    const atOnce = await refund();
    assert.ok(atOnce.payment.operations.filter(({ type }) => type === "refund").length === 1);
    clock.advance(400);
    await runDueWork(checkout);
    const { isDone, payment } = await refund();
    assert.deepEqual([isDone, payment.refundedAmount], [true, 1000]);
    assert.deepEqual([...endpoint.done.values()], [{ action: "refund", amount: 1000 }]);
    await assert.rejects(
      operatePayment(checkout, paymentId, { type: "refund", amount: 1001, call }),
      (error: unknown) => error instanceof CheckoutError && error.code === "idempotency_key_reused",
    );
    const other = { hash: "of another key", since: call.since };
    await operatePayment(checkout, paymentId, { type: "refund", amount: 1000, call: other });
    assert.equal(endpoint.done.size, 2);
    return hasDied;
  } finally {
    await close();
    await endpoint.close();
  }
}

describe("a refund with an Idempotency-Key is made once", () => {
  for (const isWritten of [false, true]) {
    it(`whichever write the process dies at: a write is ${isWritten ? "the last" : "lost"}`, async () => {
      let writes = 1;
      while (writes < 20 && (await refundWithDeath(writes, isWritten))) writes += 1;
      assert.ok(writes >= 3 && writes < 20, `it died at ${writes - 1} writes`);
    });
  }
});
