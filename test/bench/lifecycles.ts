import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BareCommands } from "./bare-server.ts";
import { startChild, type Child } from "./child-process.ts";
import type { ServerCommands } from "./checkout-server.ts";
import type { LoadCommands, LoadResult } from "./lifecycle-load.ts";
import { median, takeTurns } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import { formatNumber, type Row } from "./table.ts";

const LEAST_RATIO = 0.5;

interface PayResult extends LoadResult {
  /** Of the server's process, in microseconds. */
  processorTime: number;
}

/** Measures how many lifecycles a second are served from a JSON store, against a bare server of the same requests. */
export async function measureJsonLifecycles(folder: string, scale: Scale): Promise<Row[]> {
  await mkdir(folder);
  const server = startChild<ServerCommands>("./checkout-server.ts");
  const bare = startChild<BareCommands>("./bare-server.ts");
  const koa = startChild<BareCommands>("./bare-server.ts");
  const load = startChild<LoadCommands>("./lifecycle-load.ts");
  try {
    const store = join(folder, "store");
    const { port } = await server.call("start", { store: `json:${store}` });
    const recorded = await load.call("record", { port, folder: store });
    const { port: barePort } = await bare.call("start", { folder, recorded, isOnKoa: false });
    const { port: koaPort } = await koa.call("start", { folder, recorded, isOnKoa: true });
    const pay = (child: Child<Pick<ServerCommands, "processorTime">>, at: number, durationMs: number) =>
      payFor({ child, load, port: at, durationMs, clients: scale.clients });
    await pay(bare, barePort, scale.warmUpMs / 2);
    await pay(koa, koaPort, scale.warmUpMs / 2);
    await pay(server, port, scale.warmUpMs);
    const { floor, onKoa, subject } = await takeTurns(scale.payRounds, {
      floor: () => pay(bare, barePort, scale.payMs),
      onKoa: () => pay(koa, koaPort, scale.payMs),
      subject: () => pay(server, port, scale.payMs),
    });
    await server.call("stop");
    return toRows(scale, { subject, onKoa, floor });
  } finally {
    await Promise.all([server.stop(), bare.stop(), koa.stop(), load.stop()]);
  }
}

/** Makes the row that compares two rates. */
export function compareLifecycles(what: string, subject: number, floor: number, floorName: string): Row {
  const ratio = subject / floor;
  return {
    what,
    measured: `${formatNumber(subject)} /s`,
    floor: `${formatNumber(floor)} /s, ${floorName}`,
    ratio: formatNumber(ratio),
    goal: `≥ ${LEAST_RATIO}`,
    isMet: ratio >= LEAST_RATIO,
  };
}

async function payFor({
  child,
  load,
  ...paying
}: {
  child: Child<Pick<ServerCommands, "processorTime">>;
  load: Child<LoadCommands>;
  port: number;
  clients: number;
  durationMs: number;
}): Promise<PayResult> {
  const before = await child.call("processorTime");
  const result = await load.call("pay", paying);
  const used = (await child.call("processorTime")) - before;
  return { ...result, processorTime: used / result.count };
}

function toRows(
  { clients }: Scale,
  { subject, onKoa, floor }: Record<"subject" | "onKoa" | "floor", PayResult[]>,
): Row[] {
  const of = (results: PayResult[], name: keyof PayResult) => median(results.map((result) => result[name]));
  const time = of(subject, "processorTime");
  const bareTime = of(floor, "processorTime");
  const koaRate = of(onKoa, "lifecyclesPerSecond");
  const bareRate = of(floor, "lifecyclesPerSecond");
  return [
    compareLifecycles(
      `lifecycles, JSON store, ${clients} clients`,
      of(subject, "lifecyclesPerSecond"),
      bareRate,
      "bare server",
    ),
    {
      what: "the bare server on Koa, its router and body parser",
      measured: `${formatNumber(koaRate)} /s`,
      floor: `${formatNumber(bareRate)} /s, bare server`,
      ratio: formatNumber(koaRate / bareRate),
    },
    {
      what: "processor time of one lifecycle",
      measured: `${formatNumber(time)} µs`,
      floor: `${formatNumber(bareTime)} µs, bare server`,
      ratio: formatNumber(time / bareTime),
    },
    {
      what: `p99 of a request, JSON store, ${clients} clients`,
      measured: `${formatNumber(of(subject, "p99Ms"))} ms`,
      floor: `${formatNumber(of(floor, "p99Ms"))} ms, bare server`,
      ratio: formatNumber(of(subject, "p99Ms") / of(floor, "p99Ms")),
    },
  ];
}
