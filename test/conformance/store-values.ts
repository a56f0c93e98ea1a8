import assert from "node:assert/strict";
import { it } from "node:test";
import { ledgerKey } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../support/sample-ledger.ts";
import { put, type OpenFresh } from "./store-place.ts";

const LARGEST = 999_999_999_999;

/** Texts that have broken a store somewhere. */
const HOSTILE = [
  "\u0000",
  "before\u0000after",
  "\\u0000",
  "\ud800",
  "\udc00\ud800",
  "\u2028\u2029\u0085\u007f\u001b[31m",
  "\ufeff\ufffe\uffff",
  "😀 e\u0301 ‮ شكرا",
  "'; DROP TABLE sessions; --",
  "$1 $$ ? :name %s {0}",
  "\\' \\\\ \" ` \r\n\t",
  "__proto__",
  "constructor",
  "NaN",
  " ",
  "x".repeat(9000),
  "€".repeat(3000),
];

/** Tests of what goes in and must come out the same, from every store. */
export function valueTests(open: OpenFresh): void {
  it("keeps amounts beyond 2^31 to the last unit", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    Object.assign(ledger.session, { amount: LARGEST, tax: 2 ** 31, shipping: 2 ** 32 + 1, discount: -LARGEST });
    addPayment(ledger, 1, { amount: LARGEST, capturedAmount: LARGEST - 1, refundedAmount: 2 ** 33, balance: 1 });
    const event = { ...sampleEvent(1, sampleId(1)), data: { expected: LARGEST, actual: Number.MAX_SAFE_INTEGER } };
    await store.transact(sampleId(1), () => ({ result: 0, ledger, events: [event] }));
    assert.deepEqual(await store.readLedger(sampleId(1)), ledger);
    const [payment] = (await store.listPayments({}, { limit: 1 })).items;
    assert.equal(payment?.amount, LARGEST);
    assert.equal(typeof payment.refundedAmount, "number");
    const [stored] = await store.listEvents(0, 1);
    assert.deepEqual(stored?.data, event.data);
    assert.ok(Number.isSafeInteger(stored.sequence));
  });

  it("keeps hostile text in every place that text can have", async (t) => {
    const store = await open(t);
    for (const [number, text] of HOSTILE.entries()) {
      const ledger = sampleLedger(number, { orderId: text });
      Object.assign(ledger.session, { pageToken: `page${text}`, customer: { name: text } });
      ledger.session.metadata = Object.fromEntries([[text, text]]);
      Object.assign(addAttempt(ledger, number), { gateway: text, remoteId: text, reference: text, message: text });
      addPayment(ledger, number, { gateway: text, remoteId: text, remoteState: text });
      const event = { ...sampleEvent(number, sampleId(number)), remoteState: text, data: { text } };
      const answer = { scope: text, key: text, requestHash: text, result: text };
      const idempotency = { ...answer, createdAt: sampleTime(0), expiresAt: sampleTime(9) };
      await store.transact(sampleId(number), () => ({ result: 0, ledger, events: [event], idempotency }));

      const label = JSON.stringify(text.slice(0, 20));
      assert.deepEqual(await store.readLedger(sampleId(number)), ledger, label);
      assert.equal(await store.findSessionId(ledgerKey.page(`page${text}`)), sampleId(number), label);
      assert.equal(await store.findSessionId(ledgerKey.remotePayment(text, "test", text)), sampleId(number), label);
      const byOrder = await store.listSessions({ orderId: text }, { limit: 5 });
      assert.deepEqual(byOrder.items, [ledger], label);
      const payments = await store.listPayments({ orderId: text, gateway: text }, { limit: 5 });
      assert.deepEqual(payments.items, [{ ...ledger.payments[0], orderId: text }], label);
      const { sequence = 0, ...last } = (await store.listEvents(0, 100)).at(-1) ?? {};
      assert.deepEqual(last, event, label);
      assert.ok(sequence > 0, label);
      const claim = { ...answer, now: sampleTime(1), leaseUntil: sampleTime(2) };
      assert.deepEqual(await store.claimIdempotencyKey(claim), { state: "stored", record: idempotency }, label);
    }
    assert.equal((await store.listSessions({}, { limit: 100 })).items.length, HOSTILE.length);
  });

  it("keeps the order of keys and lists", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    ledger.session.metadata = { zebra: "1", a: "2", 10: "3", 9: "4", Ä: "5" };
    await put(store, ledger);
    assert.equal(JSON.stringify(await store.readLedger(sampleId(1))), JSON.stringify(ledger));
  });

  it("keeps a session with as much in it as may be", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    ledger.session.items = Array.from({ length: 100 }, (_, index) => ({
      name: `${index}${"n".repeat(190)}`,
      description: "é".repeat(500),
      quantity: 1_000_000,
      unitAmount: LARGEST,
    }));
    for (let number = 0; number < 50; number += 1) addAttempt(ledger, number);
    await put(store, ledger);
    assert.deepEqual(await store.readLedger(sampleId(1)), ledger);
  });
}
