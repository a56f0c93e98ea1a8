import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import type { Store } from "../../../server/stores/store.ts";
import { choose } from "../../support/depth.ts";
import { sampleTime } from "../../support/sample-ledger.ts";
import { assertAnswered, runAnswerLoad, type AnswerProgress } from "./answer-load.ts";
import { CrashingDisk, seededRandom, type Loss } from "./crashing-disk.ts";

const ROUNDS = 8;
const NOTHING: AnswerProgress = {
  delivery: { asked: 0, acknowledged: 0 },
  counter: { asked: 0, acknowledged: 0 },
};
const LOSSES = choose<[seed: number, loss: Loss]>(
  "losses of answers at each cut",
  [
    [0, "none"],
    [1, "all"],
    [2, "some"],
    [3, "some"],
  ],
  ([seed]) => seed <= 2,
);

describe("the JSON store, when the power goes while it changes what belongs to no session", () => {
  it("has every acknowledged change, and an answer just where its change is, wherever it is cut", async () => {
    const whole = new CrashingDisk();
    const { delivery, counter } = await loadUntilCut(whole);
    assert.deepEqual([delivery.acknowledged, counter.acknowledged], [ROUNDS, ROUNDS]);
    const { steps } = whole;
    assert.ok(steps > 30, `the load takes ${steps} steps`);
    assert.ok([...whole.files().keys()].some((path) => path.includes("snapshot")));
    for (let cutAt = 1; cutAt <= steps; cutAt += 1) {
      for (const [seed, loss] of LOSSES) {
        const disk = new CrashingDisk();
        disk.cutAt = cutAt;
        const progress = await loadUntilCut(disk);
        const store = await openOn(disk.afterCrash(loss, seededRandom(cutAt * 10 + seed)));
        try {
          await assert.doesNotReject(assertAnswered(store, progress), `cut at ${cutAt}, lost ${loss}, seed ${seed}`);
        } finally {
          await store.close();
        }
      }
    }
  });
});

function openOn(disk: CrashingDisk): Promise<Store> {
  const log = pino({ level: "silent" });
  return openJsonStore({
    folder: "/store",
    log,
    fileSystem: disk,
    snapshotAfterBytes: 2500,
    now: () => new Date(sampleTime(0)),
  });
}

/** Opens, loads and closes a store, as far as the disk allows; gives what was acknowledged. */
async function loadUntilCut(disk: CrashingDisk): Promise<AnswerProgress> {
  // The power may be gone while it is opened.
  const store = await openOn(disk).catch(() => undefined);
  if (store === undefined) return NOTHING;
  const progress = await runAnswerLoad(store, ROUNDS);
  // A snapshot that has begun ends: on a disk in memory, a few turns of the event loop.
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await store.close().catch(() => undefined);
  return progress;
}
