import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import { EVENTS_NAME } from "../../../server/stores/json/layout.ts";
import { sampleEvent, sampleId, sampleLedger } from "../../support/sample-ledger.ts";

const SESSIONS = 40;

it("finds one session's events in the archive as in memory, and while they move there", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "offsite-events-"));
  const store = await openJsonStore({ folder, log: pino({ level: "silent" }), snapshotAfterBytes: 20_000 });
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  for (let round = 0; round < 12; round += 1) {
    for (let number = 0; number < SESSIONS; number += 1) {
      const event = sampleEvent(round * SESSIONS + number, sampleId(number));
      const events = [round === 0 ? { ...event, type: "checkout_session.created" } : event];
      await store.transact(sampleId(number), (before) => ({
        result: 0,
        ledger: before ?? sampleLedger(number),
        events,
      }));
    }
    const ids = (await store.listEvents(0, 100, sampleId(7))).map(({ id }) => id);
    assert.deepEqual(
      ids,
      Array.from({ length: round + 1 }, (_, index) => sampleEvent(index * SESSIONS + 7, "").id),
    );
  }
  assert.ok((await readdir(folder)).includes(EVENTS_NAME), "there was an archive to look into");
});
