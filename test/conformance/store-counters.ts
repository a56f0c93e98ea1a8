import assert from "node:assert/strict";
import { it } from "node:test";
import type { MakePlace } from "./store-place.ts";

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
    assert.equal(await store.resetCounter("circuit:one", 2), 3);
    assert.equal(await store.resetCounter("circuit:one", 3), 0);
    assert.equal(await store.resetCounter("circuit:nobody"), 0);
    await store.increaseCounter("circuit:one");
    assert.equal(await store.resetCounter("circuit:one"), 0);
    assert.equal(await store.readCounter("circuit:one"), 0);
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
