import assert from "node:assert/strict";
import { it } from "node:test";
import { StateError } from "../../server/errors.ts";
import type { Store } from "../../server/stores/store.ts";
import { sampleId, sampleLedger, sampleTime } from "../support/sample-ledger.ts";
import { alter, put, sampleAnswer, waitUntil, type OpenFresh } from "./store-place.ts";

/** Tests of what is taken for a while: idempotency keys and due work; and of the news of changes. */
export function claimTests(open: OpenFresh): void {
  idempotencyTests(open);
  dueTests(open);
  subscriptionTests(open);
}

function idempotencyTests(open: OpenFresh): void {
  const asking = (key: string, seconds: number, requestHash = "a".repeat(64)) => ({
    scope: sampleAnswer(key).scope,
    key,
    requestHash,
    now: sampleTime(seconds),
    leaseUntil: sampleTime(seconds + 60),
  });
  const answer = (store: Store, number: number, key: string) =>
    store.transact(sampleId(number), () => ({
      result: 0,
      ledger: sampleLedger(number),
      idempotency: sampleAnswer(key),
    }));

  it("gives an idempotency key to one request at a time", async (t) => {
    const store = await open(t);
    const claims = await Promise.all(Array.from({ length: 10 }, () => store.claimIdempotencyKey(asking("key", 0))));
    assert.equal(claims.filter(({ state }) => state === "claimed").length, 1);
    assert.equal(claims.filter(({ state }) => state === "running").length, 9);
    assert.deepEqual(await store.claimIdempotencyKey(asking("other", 0)), { state: "claimed" });
    const elsewhere = { ...asking("key", 0), scope: "another caller" };
    assert.deepEqual(await store.claimIdempotencyKey(elsewhere), { state: "claimed" });
  });

  it("gives the stored answer to the same request, and to no other", async (t) => {
    const store = await open(t);
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 0)), { state: "claimed" });
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 1, "b")), { state: "mismatch" });
    await answer(store, 1, "key");
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 2)), {
      state: "stored",
      record: sampleAnswer("key"),
    });
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 3, "b")), { state: "mismatch" });
    await store.releaseIdempotencyKey(sampleAnswer("key").scope, "key");
    assert.equal((await store.claimIdempotencyKey(asking("key", 4))).state, "stored");
  });

  it("gives a key again that was given back, or whose lease has ended", async (t) => {
    const store = await open(t);
    await store.claimIdempotencyKey(asking("key", 0));
    await store.releaseIdempotencyKey(sampleAnswer("key").scope, "key");
    await store.releaseIdempotencyKey(sampleAnswer("key").scope, "never claimed");
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 1, "b")), { state: "claimed" });
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 60, "b")), { state: "running" });
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 61)), { state: "claimed" });
  });

  it("refuses a second answer under one key, with all that came with it", async (t) => {
    const store = await open(t);
    const results = await Promise.allSettled([answer(store, 1, "key"), answer(store, 2, "key")]);
    const refused = results.filter((result) => result.status === "rejected");
    assert.equal(refused.length, 1);
    const reason: unknown = refused[0]?.reason;
    assert.ok(reason instanceof StateError && reason.code === "idempotency_key_in_use");
    await assert.rejects(answer(store, 3, "key"), StateError);
    assert.equal((await store.listSessions({}, { limit: 10 })).items.length, 1);
  });

  it("forgets an answer when its time is over", async (t) => {
    const store = await open(t);
    await answer(store, 1, "key");
    assert.equal((await store.claimIdempotencyKey(asking("key", 86_399))).state, "stored");
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 86_400, "b")), { state: "claimed" });
    const later = {
      ...sampleAnswer("key"),
      requestHash: "b",
      createdAt: sampleTime(86_400),
      expiresAt: sampleTime(99_999),
    };
    await store.transact(sampleId(2), () => ({ result: 0, ledger: sampleLedger(2), idempotency: later }));
    assert.deepEqual(await store.claimIdempotencyKey(asking("key", 86_401, "b")), { state: "stored", record: later });
  });
}

function dueTests(open: OpenFresh): void {
  const claim = (store: Store, seconds: number, limit = 10) =>
    store.claimDue({ now: sampleTime(seconds), leaseUntil: sampleTime(seconds + 60), limit });

  it("gives out what is due, the longest due first, and nothing else", async (t) => {
    const store = await open(t);
    for (const [number, due] of [30, 10, 20, 99, 15].entries()) {
      await put(store, sampleLedger(number, { dueAt: sampleTime(due) }));
    }
    await put(store, sampleLedger(5));
    assert.deepEqual(await claim(store, 9), []);
    assert.deepEqual(await claim(store, 30, 2), [1, 4].map(sampleId));
    assert.deepEqual(await claim(store, 30), [2, 0].map(sampleId));
    assert.deepEqual(await claim(store, 30), []);
    assert.deepEqual(await claim(store, 99).then((ids) => ids.at(-1)), sampleId(3));
  });

  it("tells since when the oldest work is due, also while somebody is at it", async (t) => {
    const store = await open(t);
    assert.equal(await store.readOldestDue(), null);
    await put(store, sampleLedger(1, { dueAt: sampleTime(20) }));
    await put(store, sampleLedger(2, { dueAt: sampleTime(10) }));
    assert.equal(await store.readOldestDue(), sampleTime(10));
    await claim(store, 10);
    assert.equal(await store.readOldestDue(), sampleTime(10));
    await alter(store, sampleId(2), (ledger) => delete ledger.dueAt);
    assert.equal(await store.readOldestDue(), sampleTime(20));
  });

  it("gives a session out again when its lease has ended", async (t) => {
    const store = await open(t);
    await put(store, sampleLedger(1, { dueAt: sampleTime(20) }));
    assert.deepEqual(await claim(store, 20), [sampleId(1)]);
    await put(store, sampleLedger(2, { dueAt: sampleTime(30) }));
    assert.deepEqual(await claim(store, 79), [sampleId(2)]);
    assert.deepEqual(await claim(store, 80), [sampleId(1)]);
    assert.deepEqual(await claim(store, 139), [sampleId(2)]);
  });

  it("ends a lease with the session's next commit", async (t) => {
    const store = await open(t);
    for (const number of [1, 2, 3]) await put(store, sampleLedger(number, { dueAt: sampleTime(number) }));
    assert.equal((await claim(store, 10)).length, 3);
    await alter(store, sampleId(1), (ledger) => (ledger.dueAt = sampleTime(11)));
    await alter(store, sampleId(2), (ledger) => delete ledger.dueAt);
    assert.deepEqual(await claim(store, 10), []);
    assert.deepEqual(await claim(store, 11), [sampleId(1)]);
    assert.deepEqual(await claim(store, 70), [sampleId(3)]);
    assert.deepEqual(await claim(store, 71), [sampleId(1)]);
    assert.deepEqual(await claim(store, 1000), [3, 1].map(sampleId));
  });

  it("keeps a lease while another session is committed, or a change fails", async (t) => {
    const store = await open(t);
    await put(store, sampleLedger(1, { dueAt: sampleTime(1) }));
    await claim(store, 1);
    await put(store, sampleLedger(2));
    await store.transact(sampleId(1), () => ({ result: 0 }));
    await assert.rejects(alter(store, sampleId(1), () => assert.fail("no")));
    assert.deepEqual(await claim(store, 2), []);
  });

  it("gives each due session to one of many who ask at once", async (t) => {
    const store = await open(t);
    await Promise.all(
      Array.from({ length: 60 }, (_, number) => put(store, sampleLedger(number, { dueAt: sampleTime(number) }))),
    );
    const claims = (await Promise.all(Array.from({ length: 10 }, () => claim(store, 100, 5)))).flat();
    assert.equal(claims.length, 50);
    assert.equal(new Set(claims).size, 50);
  });
}

function subscriptionTests(open: OpenFresh): void {
  it("tells each listener which sessions changed, until it stops", async (t) => {
    const store = await open(t);
    const first: string[] = [];
    const second: string[] = [];
    const stop = store.subscribe((id) => first.push(id));
    store.subscribe(() => {
      throw new Error("a listener's own fault");
    });
    store.subscribe((id) => second.push(id));
    await put(store, sampleLedger(1));
    await assert.rejects(alter(store, sampleId(1), () => assert.fail("no")));
    await waitUntil(() => second.length === 1);
    assert.deepEqual(first, [sampleId(1)]);
    stop();
    await put(store, sampleLedger(2));
    await waitUntil(() => second.length === 2);
    assert.deepEqual(first, [sampleId(1)]);
    assert.deepEqual(second, [sampleId(1), sampleId(2)]);
  });

  it("tells of a change only when it can be read", async (t) => {
    const store = await open(t);
    const versions: (number | undefined)[] = [];
    store.subscribe((id) => {
      void store.readLedger(id).then((ledger) => versions.push(ledger?.session.version));
    });
    await put(store, sampleLedger(1));
    await waitUntil(() => versions.length === 1);
    await alter(store, sampleId(1), ({ session }) => (session.version = 2));
    await waitUntil(() => versions.length === 2);
    assert.deepEqual(versions, [1, 2]);
  });
}
