import { storeFolder } from "./change-cost.ts";
import type { ServerCommands } from "./checkout-server.ts";
import { startChild } from "./child-process.ts";
import { median } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import type { StoredSessionsCommands } from "./stored-sessions.ts";
import { formatNumber, type Row } from "./table.ts";

const LONGEST_START_SECONDS = 3;
const MOST_MEGABYTES = 500;
const LONGEST_BLOCK_MS = 20;

/** Measures what it takes to start a server on a store of many sessions that {@link storeFolder} names. */
export async function measureStart(folder: string, scale: Scale): Promise<Row[]> {
  const sessions = mostSessions(scale);
  const seconds: number[] = [];
  const resident: number[] = [];
  const most: number[] = [];
  for (let start = 0; start < scale.starts; start += 1) {
    const startedAt = performance.now();
    const server = startChild<ServerCommands>("./checkout-server.ts");
    try {
      // To make JavaScript of the sources takes a good part of a start, and is no part of any in service.
      await server.call("start", { store: `json:${storeFolder(folder, sessions)}`, isBuilt: true });
      seconds.push((performance.now() - startedAt) / 1000);
      const memory = await server.call("memory");
      resident.push(memory.residentMegabytes);
      most.push(memory.mostMegabytes);
      await server.call("stop");
    } finally {
      await server.stop();
    }
  }
  const label = `${sessions.toLocaleString("en")} sessions`;
  return [
    {
      what: `start of a process at ${label}`,
      measured: `${formatNumber(median(seconds))} s`,
      goal: `≤ ${LONGEST_START_SECONDS} s`,
      isMet: median(seconds) <= LONGEST_START_SECONDS,
    },
    {
      what: `resident memory at ${label}`,
      measured: `${formatNumber(median(resident))} MB`,
      floor: `${formatNumber(median(most))} MB at its most`,
      goal: `≤ ${MOST_MEGABYTES} MB`,
      isMet: median(resident) <= MOST_MEGABYTES,
    },
  ];
}

/** Measures for how long the event loop is held up while a store of many sessions is snapshotted, changes going on. */
export async function measureSnapshot(folder: string, scale: Scale): Promise<Row> {
  const sessions = mostSessions(scale);
  const child = startChild<StoredSessionsCommands>("./stored-sessions.ts");
  try {
    await child.call("open", { folder: storeFolder(folder, sessions), count: sessions });
    const during: number[] = [];
    const before: number[] = [];
    for (let snapshot = 0; snapshot < scale.snapshots; snapshot += 1) {
      const blocks = await child.call("snapshot");
      during.push(blocks.duringMs);
      before.push(blocks.beforeMs);
    }
    await child.call("close");
    return {
      what: `longest block, snapshot of ${sessions.toLocaleString("en")} sessions`,
      measured: `${formatNumber(median(during))} ms`,
      floor: `${formatNumber(median(before))} ms without a snapshot`,
      ratio: formatNumber(median(during) / median(before)),
      goal: `≤ ${LONGEST_BLOCK_MS} ms`,
      isMet: median(during) <= LONGEST_BLOCK_MS,
    };
  } finally {
    await child.stop();
  }
}

function mostSessions({ storedSessions }: Scale): number {
  return storedSessions[2];
}
