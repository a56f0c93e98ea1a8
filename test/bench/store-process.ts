/** A process that has a JSON store, and measures what it costs. */
import { readdir } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { openJsonStore } from "../../server/stores/json.ts";
import type { Store } from "../../server/stores/store.ts";
import { addAttempt, addPayment, sampleEvent, sampleId, sampleLedger } from "../support/sample-ledger.ts";
import { serveParent } from "./child-process.ts";

const FILL_AT_ONCE = 500;
const SNAPSHOT_LIMIT_MS = 60_000;

let store: Store | undefined;

const commands = {
  /** Opens a store, and tells how long that took and how much memory the process has then. */
  open: async ({ folder, snapshotAfterBytes }: { folder: string; snapshotAfterBytes?: number }) => {
    const startedAt = performance.now();
    const options = snapshotAfterBytes === undefined ? {} : { snapshotAfterBytes };
    store = await openJsonStore({ folder, log: pino({ level: "silent" }), ...options });
    return { seconds: (performance.now() - startedAt) / 1000, residentMegabytes: process.memoryUsage.rss() / 1e6 };
  },

  /** Stores paid sessions, about 2 KB each. */
  fill: async ({ count }: { count: number }) => {
    const opened = requireStore();
    for (let start = 0; start < count; start += FILL_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(FILL_AT_ONCE, count - start) }, (_, index) => start + index);
      await Promise.all(numbers.map((number) => putPaidSession(opened, number)));
    }
  },

  /** Changes sessions for a time, 32 at once, and tells how many changes a second were on disk. */
  change: async ({ count, durationMs }: { count: number; durationMs: number }) => {
    const opened = requireStore();
    const startedAt = performance.now();
    const end = startedAt + durationMs;
    const changes = await Promise.all(
      Array.from({ length: 32 }, async (_, client) => {
        let made = 0;
        for (; performance.now() < end; made += 1) {
          // A stride that is prime to the count visits every session.
          await growVersion(opened, sampleId((client * 7919 + made * 104_729) % count), made);
        }
        return made;
      }),
    );
    const total = changes.reduce((sum, made) => sum + made, 0);
    return { changesPerSecond: total / ((performance.now() - startedAt) / 1000) };
  },

  /** Makes the store write a snapshot, and tells for how long nothing else could run, in milliseconds. */
  snapshot: async ({ folder }: { folder: string }) => {
    const before = await snapshotsOf(folder);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await growVersion(requireStore(), sampleId(0), 0);
    const limit = performance.now() + SNAPSHOT_LIMIT_MS;
    while ((await snapshotsOf(folder)) === before && performance.now() < limit) await sleep(5);
    if ((await snapshotsOf(folder)) === before) throw new Error("no snapshot was written");
    delay.disable();
    return { longestBlockMs: delay.max / 1e6 };
  },

  close: async () => {
    await store?.close();
  },
};

export type StoreCommands = typeof commands;

serveParent(commands);

function requireStore(): Store {
  if (store === undefined) throw new Error("no store is open");
  return store;
}

async function putPaidSession(opened: Store, number: number): Promise<void> {
  const ledger = sampleLedger(number, { orderId: `order-${number}` });
  addAttempt(ledger, number);
  addPayment(ledger, number);
  const events = [sampleEvent(number, ledger.session.id)];
  await opened.transact(ledger.session.id, () => ({ result: undefined, ledger, events }));
}

async function growVersion(opened: Store, id: string, number: number): Promise<void> {
  await opened.transact(id, (ledger) => {
    if (ledger === null) throw new Error(`${id} is not there`);
    ledger.session.version += 1;
    return { result: undefined, ledger, events: [sampleEvent(number, id)] };
  });
}

/** The finished snapshots of a store's folder, as one text to compare. */
async function snapshotsOf(folder: string): Promise<string> {
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith("snapshot-") && !name.endsWith(".new")).join(" ");
}
