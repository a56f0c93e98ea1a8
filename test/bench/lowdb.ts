import { join } from "node:path";
import { Low } from "lowdb";
import { JSONFile } from "lowdb/node";
import type { Ledger } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleLedger } from "../support/sample-ledger.ts";
import { median } from "./rounds.ts";

/** Makes changes with lowdb as it comes, `write` after each, one after the other; gives how many that are a second. */
export async function measureLowdb(
  folder: string,
  { sessions, changes }: { sessions: number; changes: number },
): Promise<number> {
  const records = Array.from({ length: sessions }, (_, number) => {
    const ledger = sampleLedger(number, { orderId: `order-${number}` });
    addAttempt(ledger, number);
    addPayment(ledger, number);
    return ledger;
  });
  const low = new Low<{ sessions: Ledger[] }>(new JSONFile(join(folder, `lowdb-${sessions}.json`)), {
    sessions: records,
  });
  const times: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const startedAt = performance.now();
    const ledger = low.data.sessions[change % sessions];
    if (ledger !== undefined) ledger.session.version += 1;
    await low.write();
    times.push(performance.now() - startedAt);
  }
  return 1000 / median(times);
}
