import assert from "node:assert/strict";
import { it } from "node:test";
import { KeyConflictError } from "../../server/errors.ts";
import { ledgerKey, ledgerKeys, type Ledger } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../support/sample-ledger.ts";
import { alter, put, sampleAnswer, type OpenFresh } from "./store-place.ts";

/** Tests of changes: whole or not at all, one at a time per session, each name given once. */
export function transactTests(open: OpenFresh): void {
  it("keeps a commit and gives the change's result", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    addPayment(addAttemptTo(ledger, 1), 1);
    const result = await store.transact(ledger.session.id, (before) => {
      assert.equal(before, null);
      return { result: "done", ledger, events: [sampleEvent(1, ledger.session.id)] };
    });
    assert.equal(result, "done");
    assert.deepEqual(await store.readLedger(ledger.session.id), ledger);
    assert.equal(await store.readLedger(sampleId(2)), null);
  });

  it("gives the next change what the last one left", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    await put(store, ledger);
    await alter(store, ledger.session.id, (before) => {
      assert.deepEqual(before, ledger);
      before.session.version += 1;
    });
    assert.equal((await store.readLedger(ledger.session.id))?.session.version, 2);
  });

  it("gives and takes copies", async (t) => {
    const store = await open(t);
    const ledger = sampleLedger(1);
    const event = sampleEvent(1, ledger.session.id);
    await store.transact(ledger.session.id, () => {
      queueMicrotask(() => {
        ledger.session.amount = 1;
        event.type = "altered";
      });
      return { result: ledger, ledger, events: [event] };
    });
    ledger.session.amount = 2;
    const read = await store.readLedger(ledger.session.id);
    assert.equal(read?.session.amount, 4300);
    read.session.amount = 3;
    const [listed] = (await store.listSessions({}, { limit: 1 })).items;
    assert.ok(listed !== undefined);
    listed.session.amount = 4;
    const [found] = await store.listEvents(0, 1);
    assert.equal(found?.type, "payment.completed");
    found.type = "altered";
    assert.equal((await store.readLedger(ledger.session.id))?.session.amount, 4300);
    assert.equal((await store.listEvents(0, 1))[0]?.type, "payment.completed");
  });

  it("writes nothing where a change gives no records", async (t) => {
    const store = await open(t);
    await put(store, sampleLedger(1));
    const result = await store.transact(sampleId(1), (before) => {
      assert.ok(before !== null);
      before.session.amount = 1;
      return { result: before.session.version };
    });
    assert.equal(result, 1);
    assert.equal((await store.readLedger(sampleId(1)))?.session.amount, 4300);
    assert.equal(await store.transact(sampleId(2), () => ({ result: null })), null);
    assert.equal(await store.readLedger(sampleId(2)), null);
  });

  it("loses none of 100 parallel changes to one session", async (t) => {
    const store = await open(t);
    await put(store, sampleLedger(1));
    const seen = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.transact(sampleId(1), (ledger) => {
          assert.ok(ledger !== null);
          ledger.session.version += 1;
          return { result: ledger.session.version, ledger, events: [sampleEvent(index, sampleId(1))] };
        }),
      ),
    );
    assert.deepEqual(
      seen.sort((one, other) => one - other),
      Array.from({ length: 100 }, (_, index) => index + 2),
    );
    assert.equal((await store.readLedger(sampleId(1)))?.session.version, 101);
    assert.equal((await store.listEvents(0, 1000)).length, 100);
  });

  it("takes changes to many sessions at once", async (t) => {
    const store = await open(t);
    await Promise.all(Array.from({ length: 200 }, (_, index) => put(store, sampleLedger(index))));
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        alter(store, sampleId(index), ({ session }) => (session.amount = index)),
      ),
    );
    for (let index = 0; index < 200; index += 1) {
      assert.equal((await store.readLedger(sampleId(index)))?.session.amount, index);
    }
  });

  it("leaves nothing of a change that throws, and takes the next", async (t) => {
    const store = await open(t);
    await put(store, sampleLedger(1));
    const fault = new Error("no");
    const changing = store.transact(sampleId(1), (ledger) => {
      if (ledger !== null) ledger.session.amount = 1;
      throw fault;
    });
    await assert.rejects(changing, (error) => error === fault);
    await assert.rejects(
      store.transact(sampleId(2), () => {
        throw fault;
      }),
      (error) => error === fault,
    );
    assert.equal((await store.readLedger(sampleId(1)))?.session.amount, 4300);
    assert.equal(await store.readLedger(sampleId(2)), null);
    await alter(store, sampleId(1), ({ session }) => (session.amount = 2));
    assert.equal((await store.readLedger(sampleId(1)))?.session.amount, 2);
  });

  it("refuses records of another session", async (t) => {
    const store = await open(t);
    await assert.rejects(
      store.transact(sampleId(1), () => ({ result: 0, ledger: sampleLedger(2) })),
      RangeError,
    );
    assert.equal(await store.readLedger(sampleId(1)), null);
    assert.equal(await store.readLedger(sampleId(2)), null);
  });

  it("finds a session by each of its names", async (t) => {
    const store = await open(t);
    const ledger = addAttemptTo(sampleLedger(1), 1);
    addPayment(ledger, 1);
    await put(store, sampleLedger(2));
    await put(store, ledger);
    for (const name of ledgerKeys(ledger)) assert.equal(await store.findSessionId(name), ledger.session.id, name);
    assert.equal(await store.findSessionId(ledgerKey.page("page2")), sampleId(2));
    assert.equal(await store.findSessionId(ledgerKey.payment("pay_unknown")), null);
    assert.equal(await store.findSessionId("__proto__"), null);
  });

  it("refuses to give a name to a second session, and writes nothing of that commit", async (t) => {
    const store = await open(t);
    const first = addAttemptTo(sampleLedger(1), 1);
    const payment = addPayment(first, 1);
    await put(store, first);
    const second = addAttemptTo(sampleLedger(2), 2);
    await put(store, second);
    const answer = sampleAnswer("key");
    await assert.rejects(
      store.transact(sampleId(2), (ledger) => {
        assert.ok(ledger !== null);
        addPayment(ledger, 2, { remoteId: payment.remoteId });
        ledger.session.status = "complete";
        return { result: 0, ledger, events: [sampleEvent(1, sampleId(2))], idempotency: answer };
      }),
      (error) => error instanceof KeyConflictError && error.key.includes(payment.remoteId),
    );
    assert.deepEqual(await store.readLedger(sampleId(2)), second);
    assert.deepEqual(await store.listEvents(0, 10), []);
    assert.equal(await store.findSessionId(ledgerKey.payment("pay_0000000000000000000002")), null);
    const claim = {
      scope: answer.scope,
      key: answer.key,
      requestHash: "h",
      now: sampleTime(1),
      leaseUntil: sampleTime(9),
    };
    assert.deepEqual(await store.claimIdempotencyKey(claim), { state: "claimed" });
    assert.equal((await store.listPayments({}, { limit: 10 })).items.length, 1);
  });

  it("gives a name that two sessions want at once to exactly one", async (t) => {
    const store = await open(t);
    const sessions = Array.from({ length: 8 }, (_, index) => sampleLedger(index));
    const results = await Promise.allSettled(
      sessions.map((ledger, index) => {
        addPayment(ledger, index, { remoteId: "the-same" });
        return put(store, ledger);
      }),
    );
    const winners = results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    assert.equal(winners.length, 1);
    for (const result of results) {
      assert.ok(result.status === "fulfilled" || result.reason instanceof KeyConflictError);
    }
    assert.equal(
      await store.findSessionId(ledgerKey.remotePayment("dwolla", "test", "the-same")),
      sampleId(winners[0] ?? -1),
    );
    assert.equal((await store.listSessions({}, { limit: 10 })).items.length, 1);
  });

  it("keeps a name with its session when the records no longer carry it", async (t) => {
    const store = await open(t);
    const ledger = addAttemptTo(sampleLedger(1), 1);
    await put(store, ledger);
    const name = ledgerKey.remoteAttempt("dwolla", "test", "remote-checkout-1");
    await alter(store, sampleId(1), ({ attempts }) => {
      for (const attempt of attempts) attempt.remoteId = "another";
    });
    await alter(store, sampleId(1), ({ session }) => (session.version = 9));
    assert.equal(await store.findSessionId(name), sampleId(1));
    await assert.rejects(
      put(store, withRemoteId(addAttemptTo(sampleLedger(2), 2), "remote-checkout-1")),
      KeyConflictError,
    );
    await alter(store, sampleId(1), (records) => withRemoteId(records, "remote-checkout-1"));
    assert.equal(await store.findSessionId(name), sampleId(1));
  });

  it("keeps an answer whose commit changes no records", async (t) => {
    const store = await open(t);
    const answer = sampleAnswer("alone");
    await store.transact(sampleId(1), () => ({ result: 0, idempotency: answer }));
    const claim = { ...answer, now: sampleTime(1), leaseUntil: sampleTime(9) };
    assert.deepEqual(await store.claimIdempotencyKey(claim), { state: "stored", record: answer });
    assert.equal(await store.readLedger(sampleId(1)), null);
  });
}

function addAttemptTo(ledger: Ledger, number: number): Ledger {
  addAttempt(ledger, number);
  return ledger;
}

function withRemoteId(ledger: Ledger, remoteId: string): Ledger {
  for (const attempt of ledger.attempts) attempt.remoteId = remoteId;
  return ledger;
}
