import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startChild } from "./child-process.ts";
import type { Size } from "./lifecycle-rows.ts";
import type { LowdbCommands } from "./lowdb-process.ts";
import { median, takeTurns } from "./rounds.ts";
import { format, goalRow, type Row } from "./rows.ts";
import type { StoreCommands } from "./store-process.ts";

const MOST_SPREAD = 1.2;
const MOST_START_SECONDS = 3;
const MOST_MEGABYTES = 500;
const MOST_BLOCK_MS = 20;
/** No snapshot is written while a store is filled, so that there is one to write. */
const NO_SNAPSHOT = Number.MAX_SAFE_INTEGER;

/** Measures what a change costs at three sizes of a store: it must not depend on the size. */
export async function measureChanges(folder: string, { rounds, durationMs, sessions }: Size): Promise<Row[]> {
  const stores = sessions.map((count) => ({ count, child: startChild<StoreCommands>("./store-process.ts") }));
  try {
    for (const { count, child } of stores) {
      await child.call("open", { folder: join(folder, `changes-${count}`) });
      await child.call("fill", { count });
    }
    const subjects = Object.fromEntries(
      stores.map(({ count, child }) => [String(count), () => child.call("change", { count, durationMs })]),
    );
    const results = await takeTurns(rounds, subjects);
    const rates = sessions.map((count) => median((results[String(count)] ?? []).map((one) => one.changesPerSecond)));
    return [
      ...sessions.map((count, index) => ({
        what: `changes a second at ${format(count)} sessions`,
        value: format(rates[index] ?? 0),
      })),
      goalRow("cost of a change, dearest by cheapest", Math.max(...rates) / Math.min(...rates), { most: MOST_SPREAD }),
    ];
  } finally {
    for (const { child } of stores) {
      await child.call("close").catch(() => undefined);
      await child.stop();
    }
  }
}

/** Measures the snapshot of a large store, and its start from there. */
export async function measureStart(folder: string, { sessions: [, , count] }: Size): Promise<Row[]> {
  const place = join(folder, "start");
  await inStore(place, NO_SNAPSHOT, (store) => store.call("fill", { count }));
  const { longestBlockMs } = await inStore(place, 1, (store) => store.call("snapshot", { folder: place }));
  const started = startChild<StoreCommands>("./store-process.ts");
  try {
    const { seconds, residentMegabytes } = await started.call("open", { folder: place });
    const at = `at ${format(count)} sessions`;
    return [
      goalRow(`start ${at}`, seconds, { most: MOST_START_SECONDS }, " s"),
      goalRow(`memory after the start ${at}`, residentMegabytes, { most: MOST_MEGABYTES }, " MB"),
      goalRow(
        `longest block of the event loop during a snapshot ${at}`,
        longestBlockMs,
        { most: MOST_BLOCK_MS },
        " ms",
      ),
    ];
  } finally {
    await started.call("close");
    await started.stop();
  }
}

/** Measures lowdb as it comes, for comparison. */
export async function measureLowdb(folder: string, { durationMs, sessions: [few, more] }: Size): Promise<Row[]> {
  await mkdir(join(folder, "lowdb"));
  const child = startChild<LowdbCommands>("./lowdb-process.ts");
  try {
    const rows: Row[] = [];
    for (const count of [few, more]) {
      const { changesPerSecond } = await child.call("change", { folder: join(folder, "lowdb"), count, durationMs });
      const what = `lowdb as it comes, not durable: changes a second at ${format(count)} sessions`;
      rows.push({ what, value: format(changesPerSecond) });
    }
    return rows;
  } finally {
    await child.stop();
  }
}

async function inStore<Result>(
  folder: string,
  snapshotAfterBytes: number,
  use: (store: ReturnType<typeof startChild<StoreCommands>>) => Promise<Result>,
): Promise<Result> {
  const store = startChild<StoreCommands>("./store-process.ts");
  try {
    await store.call("open", { folder, snapshotAfterBytes });
    return await use(store);
  } finally {
    await store.call("close");
    await store.stop();
  }
}
