import { join } from "node:path";
import { startChild, type Child } from "./child-process.ts";
import { measureLowdb } from "./lowdb.ts";
import { median, takeTurns } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import type { StoredSessionsCommands } from "./stored-sessions.ts";
import { formatNumber, type Row } from "./table.ts";

const LARGEST_RATIO = 1.2;

/** Where {@link measureChangeCost} leaves a store of so many sessions. */
export function storeFolder(folder: string, sessions: number): string {
  return join(folder, `sessions-${sessions}`);
}

/**
 * Measures what one small change costs in stores of three sizes, each in a process of its own, and beside that what it
 * costs with lowdb as it comes.
 */
export async function measureChangeCost(folder: string, scale: Scale): Promise<Row[]> {
  for (const count of scale.storedSessions) await fill(storeFolder(folder, count), count);
  const stores = scale.storedSessions.map((count) => ({
    count,
    child: startChild<StoredSessionsCommands>("./stored-sessions.ts"),
  }));
  try {
    for (const { count, child } of stores) {
      await child.call("open", { folder: storeFolder(folder, count), count });
      await child.call("change", { count: scale.changes });
    }
    const turns = stores.map(
      ({ count, child }) => [String(count), () => child.call("change", { count: scale.changes })] as const,
    );
    const times = await takeTurns(scale.changeRounds, Object.fromEntries(turns));
    for (const { child } of stores) await child.call("close");
    const costs = stores.map(({ count }) => ({ count, microseconds: median(times[String(count)] ?? []) }));
    return [...toRows(costs), ...(await compareWithLowdb(folder, scale, costs))];
  } finally {
    await Promise.all(stores.map(({ child }) => child.stop()));
  }
}

interface Cost {
  /** Stored sessions. */
  count: number;
  /** One change takes, of 32 at once. */
  microseconds: number;
}

async function fill(folder: string, count: number): Promise<void> {
  const child: Child<StoredSessionsCommands> = startChild("./stored-sessions.ts");
  try {
    await child.call("fill", { folder, count });
  } finally {
    await child.stop();
  }
}

function toRows(costs: readonly Cost[]): Row[] {
  const all = costs.map(({ microseconds }) => microseconds);
  const least = Math.min(...all);
  const ratio = Math.max(...all) / least;
  return [
    ...costs.map(({ count, microseconds }) => ({
      what: `a change among ${count.toLocaleString("en")} sessions`,
      measured: `${formatNumber(microseconds)} µs`,
      ratio: formatNumber(microseconds / least),
    })),
    {
      what: "the dearest of these changes",
      measured: `${formatNumber(Math.max(...all))} µs`,
      floor: `${formatNumber(least)} µs, the cheapest`,
      ratio: formatNumber(ratio),
      goal: `≤ ${LARGEST_RATIO}`,
      isMet: ratio <= LARGEST_RATIO,
    },
  ];
}

async function compareWithLowdb(folder: string, scale: Scale, costs: readonly Cost[]): Promise<Row[]> {
  const rows: Row[] = [];
  // With the largest number lowdb would take longer than everything else together.
  for (const { count, microseconds } of costs.slice(0, 2)) {
    const perSecond = await measureLowdb(folder, { sessions: count, changes: scale.lowdbChanges });
    rows.push({
      what: `lowdb as it comes, ${count.toLocaleString("en")} sessions, not durable`,
      measured: `${formatNumber(perSecond)} changes/s`,
      floor: `${formatNumber(1e6 / microseconds)} changes/s, JSON store`,
      ratio: (perSecond / (1e6 / microseconds)).toPrecision(2),
    });
  }
  return rows;
}
