import assert from "node:assert/strict";
import { it } from "node:test";
import { StateError } from "../../server/errors.ts";
import type { Store } from "../../server/stores/store.ts";
import { claimStates, sampleAnswer, type MakePlace } from "./store-place.ts";

/** Tests of counters. */
export function counterTests(makePlace: MakePlace): void {
  it("counts, loses no count where many count at once, and keeps counters apart", async (t) => {
    const store = await (await makePlace(t)).open();
    assert.equal(await store.readCounter("circuit:one"), 0);
    const counts = await Promise.all(Array.from({ length: 40 }, () => store.increaseCounter("circuit:one")));
    assert.deepEqual(
      counts.sort((one, other) => one - other),
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    assert.equal(await store.increaseCounter("a name like \u0000 and \ud800"), 1);
    assert.equal(await store.readCounter("circuit:one"), 40);
  });

  it("sets a counter back, but not one that is above what was said", async (t) => {
    const store = await (await makePlace(t)).open();
    for (let count = 0; count < 3; count += 1) await store.increaseCounter("circuit:one");
    assert.equal(await store.resetCounter("circuit:one", { unlessAbove: 2 }), 3);
    assert.equal(await store.resetCounter("circuit:one", { unlessAbove: 3 }), 0);
    assert.equal(await store.resetCounter("circuit:nobody"), 0);
    await store.increaseCounter("circuit:one");
    assert.equal(await store.resetCounter("circuit:one"), 0);
    assert.equal(await store.readCounter("circuit:one"), 0);
  });

  it("keeps an answer with what it sets back, or with nothing, and neither under a key that has one", async (t) => {
    const place = await makePlace(t);
    const store = await place.open();
    const count = async (name: string, to: number) => {
      for (let one = 0; one < to; one += 1) await store.increaseCounter(name);
    };
    const reset = (key: string, name = "circuit:one", on: Store = store) =>
      on.resetCounter(name, { idempotency: sampleAnswer(key) });
    await count("circuit:one", 3);
    assert.equal(await reset("first"), 0);
    assert.equal(await reset("nothing to do"), 0);
    await count("circuit:one", 2);
    assert.equal(await store.resetCounter("circuit:one", { unlessAbove: 1, idempotency: sampleAnswer("above it") }), 2);
    const isInUse = (error: unknown) => error instanceof StateError && error.code === "idempotency_key_in_use";
    await assert.rejects(reset("first"), isInUse);
    assert.equal(await store.readCounter("circuit:one"), 2);
    const keys = ["first", "nothing to do", "above it"];
    assert.deepEqual(await claimStates(store, ...keys, "another"), ["stored", "stored", "stored", "claimed"]);
    await count("circuit:two", 1);
    const both = await Promise.allSettled([reset("at once"), reset("at once", "circuit:two")]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const left = await Promise.all(["circuit:one", "circuit:two"].map((name) => store.readCounter(name)));
    assert.deepEqual(
      left.map((one) => one > 0),
      both.map(({ status }) => status === "rejected"),
    );
    await store.close();
    assert.deepEqual(await claimStates(await place.open(), ...keys), ["stored", "stored", "stored"]);
  });

  it("finds a counter again after it was closed", async (t) => {
    const place = await makePlace(t);
    const store = await place.open();
    for (let count = 0; count < 3; count += 1) await store.increaseCounter("circuit:one");
    await store.increaseCounter("circuit:two");
    await store.resetCounter("circuit:two");
    await store.close();
    const again = await place.open();
    assert.deepEqual(await Promise.all(["circuit:one", "circuit:two"].map((name) => again.readCounter(name))), [3, 0]);
    assert.equal(await again.increaseCounter("circuit:one"), 4);
  });
}
