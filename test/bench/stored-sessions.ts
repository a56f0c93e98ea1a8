/** A process that has a JSON store of many sessions, changes them, and watches its own event loop. */
import { pino } from "pino";
import type { Commit, Store } from "../../server/stores/store.ts";
import { openJsonStore } from "../../server/stores/json.ts";
import type { Ledger } from "../../server/stores/ledger.ts";
import { addAttempt, addPayment, sampleEvent, sampleId, sampleLedger } from "../support/sample-ledger.ts";
import { serveParent } from "./child-process.ts";
import { LoopWatch } from "./loop-watch.ts";

/** As many events as a paid session leaves. */
const EVENTS_PER_SESSION = 5;
const FILL_AT_ONCE = 1000;
const CHANGE_AT_ONCE = 32;
/** Few enough that what is watched is the snapshot. */
const WATCHED_AT_ONCE = 4;

/** The longest times for which the event loop did nothing else, in milliseconds. */
export interface SnapshotBlocks {
  duringMs: number;
  /** In as long a time before, under the same changes. */
  beforeMs: number;
  snapshotMs: number;
}

let store: Store | undefined;
let sessionCount = 0;
let changeCount = 0;
let onSnapshot = (_durationMs: number): void => undefined;

const log = pino({ level: "info", base: null }, { write: readLine });

const commands = {
  /** Makes a store of so many paid sessions. */
  fill: async ({ folder, count }: { folder: string; count: number }) => {
    const filled = await openJsonStore({ folder, log });
    await inParallel(FILL_AT_ONCE, count, async (number) => {
      await filled.transact(sampleId(number), () => makePaid(number));
    });
    await filled.close();
  },

  open: async ({ folder, count }: { folder: string; count: number }) => {
    sessionCount = count;
    store = await openJsonStore({ folder, log });
  },

  /** Makes so many small changes; gives the microseconds that one took, of 32 at once. */
  change: async ({ count }: { count: number }) => {
    const startedAt = performance.now();
    await inParallel(CHANGE_AT_ONCE, count, changeOne);
    return ((performance.now() - startedAt) * 1000) / count;
  },

  /** Goes on making changes until a snapshot was written. */
  snapshot: async () => {
    const watch = new LoopWatch();
    const changing = new AbortController();
    const written = new Promise<{ snapshotMs: number; end: number }>((resolve) => {
      onSnapshot = (snapshotMs) => resolve({ snapshotMs, end: performance.now() });
    });
    const workers = Array.from({ length: WATCHED_AT_ONCE }, async () => {
      while (!changing.signal.aborted) await changeOne();
    });
    const { snapshotMs, end } = await written;
    changing.abort();
    await Promise.all(workers);
    watch.stop();
    return {
      duringMs: watch.longestBetween(end - snapshotMs, end),
      beforeMs: watch.longestBetween(end - 2 * snapshotMs, end - snapshotMs),
      snapshotMs,
    } satisfies SnapshotBlocks;
  },

  close: async () => {
    await store?.close();
  },
};

export type StoredSessionsCommands = typeof commands;

serveParent(commands);

function makePaid(number: number): Commit<void> {
  const ledger = sampleLedger(number, { orderId: `order-${number}` });
  const attempt = addAttempt(ledger, number);
  attempt.state = "settled";
  addPayment(ledger, number);
  ledger.session.status = "complete";
  return { result: undefined, ledger, events: makeEvents(ledger, number * EVENTS_PER_SESSION, EVENTS_PER_SESSION) };
}

async function changeOne(): Promise<void> {
  changeCount += 1;
  // A prime far above the number of sessions, so that each is met in turn and never in the order of making.
  const id = sampleId((changeCount * 7_368_787) % sessionCount);
  await store?.transact(id, (ledger) => {
    if (ledger === null) throw new Error(`there is no session ${id}`);
    ledger.session.version += 1;
    ledger.session.updatedAt = new Date().toISOString();
    return { result: undefined, ledger, events: makeEvents(ledger, 1e9 + changeCount, 1) };
  });
}

function makeEvents({ session }: Ledger, first: number, count: number) {
  return Array.from({ length: count }, (_, index) => sampleEvent(first + index, session.id));
}

async function inParallel(atOnce: number, count: number, run: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await run(next++);
    }),
  );
}

function readLine(line: string): void {
  const { msg, durationMs } = JSON.parse(line) as { msg: string; durationMs?: number };
  if (msg === "a snapshot was written") onSnapshot(durationMs ?? 0);
}
