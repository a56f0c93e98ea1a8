/** An external gateway's payment with the server cut off before each of its writes: in the end it is paid once. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chargeSource } from "../../../server/checkout/charge-source.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { savePaymentSource } from "../../../server/checkout/payment-sources.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import { dyingStore } from "../../support/dying-store.ts";
import { comeBack, endActions, openExternalCheckout } from "../../support/external-checkout.ts";
import { startExternalEndpoint, type ExternalEndpoint } from "../../support/external-endpoint.ts";

/** Pays with a process that dies at a write, and then lets another do what is due. */
async function payWithDeath(writes: number, isWritten: boolean, isPromised: boolean) {
  const endpoint = await startExternalEndpoint();
  const { checkout, clock, close } = await openExternalCheckout(endpoint);
  const { store } = checkout;
  try {
    const { id } = await createSession(checkout, {
      amount: 12_900,
      currency: "EUR",
      returnUrl: "https://shop.example/",
    });
    const { handoff } = await startAttempt(checkout, id, { presentation: "redirect" });
    const token = new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "";
    endpoint.behaviour = isPromised ? "promise" : "succeed";
    const dying = { ...checkout, store: dyingStore(store, writes, isWritten) };
    const hasDied = await comeBack(dying, token).then(
      () => false,
      () => true,
    );
    endpoint.behaviour = "succeed";
    // The customer, whose browser had no answer, comes back once more.
    await comeBack(checkout, token);
    for (let round = 0; round < 4; round += 1) {
      clock.advance(400);
      await runDueWork(checkout);
      if (isPromised) await endActions(checkout, endpoint);
    }
    const ledger = await store.readLedger(id);
    assert.ok(ledger);
    return { hasDied, ledger, endpoint };
  } finally {
    await close();
    await endpoint.close();
  }
}

function assertPaidOnce({ session, payments }: Ledger, { done }: ExternalEndpoint): void {
  assert.equal(session.status, "complete");
  assert.equal(payments.length, 1);
  const [payment] = payments;
  assert.deepEqual([payment?.state, payment?.capturedAmount], ["completed", 12_900]);
  assert.deepEqual(
    payment?.operations.map(({ type, status }) => [type, status]),
    [["capture", "succeeded"]],
  );
  assert.deepEqual(
    [...done.values()].map(({ action }) => action),
    ["authorize", "capture"],
  );
}

describe("a payment at an external gateway is taken once", () => {
  for (const isPromised of [false, true]) {
    for (const isWritten of [false, true]) {
      const how = `${isPromised ? "asynchronously" : "synchronously"}, a write is ${isWritten ? "the last" : "lost"}`;
      it(`whichever write the process dies at: ${how}`, async () => {
        let writes = 1;
        for (; writes < 20; writes += 1) {
          const { hasDied, ledger, endpoint } = await payWithDeath(writes, isWritten, isPromised);
          assertPaidOnce(ledger, endpoint);
          if (!hasDied) break;
        }
        assert.ok(writes >= (isPromised ? 4 : 6) && writes < 20, `it died at ${writes - 1} writes`);
      });
    }
  }
});

/** Saves what was paid with, and charges it with a process that dies at a write; then another does what is due. */
async function chargeWithDeath(writes: number, isWritten: boolean) {
  const endpoint = await startExternalEndpoint();
  const { checkout, clock, close } = await openExternalCheckout(endpoint);
  try {
    const body = { currency: "EUR", returnUrl: "https://shop.example/", customer: { reference: "c-1" } };
    const first = await createSession(checkout, { ...body, amount: 12_900 });
    const { handoff } = await startAttempt(checkout, first.id, { presentation: "redirect" });
    await comeBack(checkout, new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "");
    const paymentId = (await checkout.store.readLedger(first.id))?.payments[0]?.id ?? "";
    const { id: paymentSource } = await savePaymentSource(checkout, { paymentId });
    endpoint.done.clear();
    const dying = { ...checkout, store: dyingStore(checkout.store, writes, isWritten) };
    const hasDied = await createSession(dying, { ...body, amount: 500, paymentSource })
      .then(({ id, attempt }) => chargeSource(dying, id, attempt?.id ?? ""))
      .then(
        () => false,
        () => true,
      );
    for (let round = 0; round < 3; round += 1) {
      clock.advance(400);
      await runDueWork(checkout);
    }
    const { items } = await checkout.store.listSessions({}, { limit: 9 });
    const charged = items.filter(({ session }) => session.id !== first.id);
    return { hasDied, charged, done: [...endpoint.done.values()].map(({ action, amount }) => `${action} ${amount}`) };
  } finally {
    await close();
    await endpoint.close();
  }
}

describe("a saved source is charged once", () => {
  for (const isWritten of [false, true]) {
    it(`whichever write the process dies at: a write is ${isWritten ? "the last" : "lost"}`, async () => {
      let writes = 1;
      for (; writes < 20; writes += 1) {
        const { hasDied, charged, done } = await chargeWithDeath(writes, isWritten);
        // Died before the session was there, nothing was sent, and whoever asks again makes the first one.
        if (writes === 1 && !isWritten) assert.deepEqual([charged, done], [[], []]);
        else {
          assert.deepEqual(
            charged.map(({ session, payments }) => [session.status, payments.map(({ state }) => state)]),
            [["complete", ["completed"]]],
          );
          assert.deepEqual(done, ["authorize 500", "capture 500"]);
        }
        if (!hasDied) break;
      }
      assert.ok(writes >= 5 && writes < 20, `it died at ${writes - 1} writes`);
    });
  }
});
