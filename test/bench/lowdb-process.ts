/** A process that uses lowdb as it comes, for comparison: the whole file is written at each change, and never synced. */
import { join } from "node:path";
import { Low } from "lowdb";
import { JSONFile } from "lowdb/node";
import type { Ledger } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleId, sampleLedger } from "../support/sample-ledger.ts";
import { serveParent } from "./child-process.ts";

const commands = {
  /** Changes one session after the other for a time, and tells how many a second were written. */
  change: async ({ folder, count, durationMs }: { folder: string; count: number; durationMs: number }) => {
    const database = new Low<Record<string, Ledger>>(new JSONFile(join(folder, `lowdb-${count}.json`)), {});
    for (let number = 0; number < count; number += 1) {
      const ledger = sampleLedger(number);
      addAttempt(ledger, number);
      addPayment(ledger, number);
      database.data[ledger.session.id] = ledger;
    }
    await database.write();
    const startedAt = performance.now();
    let made = 0;
    for (; performance.now() < startedAt + durationMs; made += 1) {
      const ledger = database.data[sampleId(made % count)];
      if (ledger !== undefined) ledger.session.version += 1;
      await database.write();
    }
    return { changesPerSecond: made / ((performance.now() - startedAt) / 1000) };
  },
};

export type LowdbCommands = typeof commands;

serveParent(commands);
