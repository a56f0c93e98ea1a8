import assert from "node:assert/strict";
import { it } from "node:test";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import { sampleId, sampleLedger } from "../../support/sample-ledger.ts";
import { CrashingDisk } from "./crashing-disk.ts";

it("keeps counters in its snapshots, and what was counted since", async () => {
  const fileSystem = new CrashingDisk();
  const open = () =>
    openJsonStore({ folder: "/store", log: pino({ level: "silent" }), fileSystem, snapshotAfterBytes: 2000 });
  const store = await open();
  for (let count = 0; count < 3; count += 1) await store.increaseCounter("circuit:one");
  for (let number = 0; number < 20; number += 1) {
    await store.transact(sampleId(number), () => ({ result: 0, ledger: sampleLedger(number) }));
  }
  await store.increaseCounter("circuit:one");
  await store.close();
  const names = await fileSystem.list("/store");
  assert.ok(
    names.some((name) => name.startsWith("snapshot")),
    `no snapshot among ${names.join()}`,
  );
  const again = await open();
  assert.equal(await again.readCounter("circuit:one"), 4);
  await again.close();
});
