import { writeSync } from "node:fs";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import { sampleId, sampleTime } from "../../support/sample-ledger.ts";
import { step } from "./small-load.ts";

/**
 * A process that changes the sessions of a JSON store side by side for as long as it lives. It writes `opened`, and
 * then a line `<session number> <version>` for each change that was acknowledged.
 */
const [folder = "", sessions = "8"] = process.argv.slice(2);

try {
  const store = await openJsonStore({
    folder,
    log: pino({ level: "silent" }),
    now: () => new Date(sampleTime(0)),
    snapshotAfterBytes: 100_000,
  });
  writeSync(1, "opened\n");
  await Promise.all(
    Array.from({ length: Number(sessions) }, async (_, number) => {
      let version = (await store.readLedger(sampleId(number)))?.session.version ?? 0;
      for (;;) {
        version += 1;
        await step(store, number, version);
        writeSync(1, `${number} ${version}\n`);
      }
    }),
  );
} catch (error) {
  writeSync(2, `${(error as Error).message}\n`);
  process.exitCode = 1;
}
