import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KeyConflictError, StoreError } from "../../server/errors.ts";
import { ledgerKey } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../support/sample-ledger.ts";
import { claimTests } from "./store-claims.ts";
import { counterTests } from "./store-counters.ts";
import { listTests } from "./store-lists.ts";
import { outboxTests } from "./store-outbox.ts";
import {
  alter,
  cleaningUp,
  everything,
  put,
  sampleAnswer,
  type MakePlace,
  type OpenFresh,
  type StorePlace,
} from "./store-place.ts";
import { transactTests } from "./store-transact.ts";
import { valueTests } from "./store-values.ts";

/**
 * What every store must do. Whoever adds a store adds a test of a few lines that calls this with a way to an empty
 * place; `StorePlace.open` may be called again after `close`.
 */
export function testStore(name: string, placeMaker: () => Promise<StorePlace>): void {
  const makePlace = cleaningUp(placeMaker);
  const open: OpenFresh = async (t) => (await makePlace(t)).open();
  describe(`${name}, as every store`, () => {
    transactTests(open);
    valueTests(open);
    listTests(makePlace);
    claimTests(open);
    counterTests(makePlace);
    outboxTests(makePlace);
    lifetimeTests(makePlace);
  });
}

function lifetimeTests(makePlace: MakePlace): void {
  it("finds everything again after it was closed", async (t) => {
    const place = await makePlace(t);
    const first = await place.open();
    for (let number = 0; number < 5; number += 1) {
      const ledger = sampleLedger(number, { orderId: `order-${number}`, dueAt: sampleTime(number) });
      addAttempt(ledger, number);
      addPayment(ledger, number);
      const events = [sampleEvent(number, sampleId(number))];
      const idempotency = sampleAnswer(`key-${number}`);
      await first.transact(sampleId(number), () => ({ result: 0, ledger, events, idempotency }));
    }
    await alter(first, sampleId(3), ({ attempts }) => {
      for (const attempt of attempts) delete attempt.remoteId;
    });
    const before = await everything(first);
    await first.close();

    const second = await place.open();
    assert.deepEqual(await everything(second), before);
    assert.equal(
      await second.findSessionId(ledgerKey.remoteAttempt("dwolla", "test", "remote-checkout-3")),
      sampleId(3),
    );
    await assert.rejects(
      put(second, { ...sampleLedger(9), payments: before.ledgers[0]?.payments ?? [] }),
      KeyConflictError,
    );
    const claim = { ...sampleAnswer("key-2"), now: sampleTime(1), leaseUntil: sampleTime(2) };
    assert.deepEqual(await second.claimIdempotencyKey(claim), { state: "stored", record: sampleAnswer("key-2") });
    const due = await second.claimDue({ now: sampleTime(2), leaseUntil: sampleTime(9), limit: 9 });
    assert.deepEqual(due, [0, 1, 2].map(sampleId));
    await second.transact(sampleId(1), () => ({ result: 0, events: [sampleEvent(10, sampleId(1))] }));
    const [next] = await second.listEvents(before.events.at(-1)?.sequence ?? 0, 5);
    assert.equal(next?.id, sampleEvent(10, "").id);
  });

  it("is ready while it is open", async (t) => {
    const store = await (await makePlace(t)).open();
    assert.equal(await store.checkReady(), undefined);
  });

  it("finishes what is under way when it is closed, and refuses what comes later", async (t) => {
    const place = await makePlace(t);
    const store = await place.open();
    const writing = Promise.all(Array.from({ length: 30 }, (_, number) => put(store, sampleLedger(number))));
    await store.close();
    await writing;
    const isClosed = (error: unknown) => error instanceof StoreError && error.code === "storage_unavailable";
    await assert.rejects(put(store, sampleLedger(99)), isClosed);
    await assert.rejects(store.readLedger(sampleId(1)), isClosed);
    await assert.rejects(store.findSessionId("page:page1"), isClosed);
    await assert.rejects(store.listSessions({}, { limit: 1 }), isClosed);
    await assert.rejects(store.listPayments({}, { limit: 1 }), isClosed);
    await assert.rejects(store.listEvents(0, 1), isClosed);
    await assert.rejects(store.claimDue({ now: sampleTime(1), leaseUntil: sampleTime(2), limit: 1 }), isClosed);
    const claim = { ...sampleAnswer("key"), now: sampleTime(1), leaseUntil: sampleTime(2) };
    await assert.rejects(store.claimIdempotencyKey(claim), isClosed);
    await assert.rejects(store.releaseIdempotencyKey("scope", "key"), isClosed);
    await assert.rejects(store.listDueEndpoints(sampleTime(1)), isClosed);
    await assert.rejects(store.readOutboxState(), isClosed);
    await assert.rejects(
      store.changeDelivery("whd_1", () => null),
      isClosed,
    );
    await assert.rejects(store.checkReady(), isClosed);
    assert.throws(() => store.subscribe(() => undefined), isClosed);
    await store.close();
    const again = await place.open();
    assert.equal((await again.listSessions({}, { limit: 100 })).items.length, 30);
  });
}
