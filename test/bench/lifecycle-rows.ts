import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { postgresFault, startCluster } from "../support/postgres.ts";
import type { BareCommands } from "./bare-server.ts";
import type { ServerCommands } from "./checkout-server.ts";
import { startChild } from "./child-process.ts";
import type { LoadCommands, LoadResult } from "./lifecycle-load.ts";
import { median, takeTurns } from "./rounds.ts";
import { format, goalRow, type Row } from "./rows.ts";

/** How large a run is. */
export interface Size {
  rounds: number;
  durationMs: number;
  sessions: readonly [few: number, more: number, many: number];
}

const CLIENTS = 32;
/** Of the bare server. */
const LEAST_PART = 0.5;

/** Measures whole lifecycles on the JSON store, beside a bare server that parses and appends the same. */
export async function measureOnJson(folder: string, size: Size): Promise<Row[]> {
  return measureBeside("JSON store", size, { folder: join(folder, "json") });
}

/** Measures whole lifecycles on PostgreSQL, beside a bare server that parses the same and sends the bare statements. */
export async function measureOnPostgres(folder: string, size: Size): Promise<Row[]> {
  if (postgresFault !== false) return [{ what: "lifecycles on PostgreSQL", value: postgresFault }];
  const cluster = await startCluster();
  try {
    const [store, address] = [await cluster.createDatabase(), await cluster.createDatabase()];
    return await measureBeside("PostgreSQL", size, { folder: join(folder, "postgres"), store, address });
  } finally {
    await cluster.stop();
  }
}

interface Place {
  folder: string;
  /** Where the measured server keeps its records; a folder of its own where none is given. */
  store?: string;
  /** Where the bare server sends its statements; it appends to a file where none is given. */
  address?: string;
}

async function measureBeside(name: string, size: Size, { folder, store, address }: Place): Promise<Row[]> {
  await mkdir(folder);
  const load = startChild<LoadCommands>("./lifecycle-load.ts");
  const server = startChild<ServerCommands>("./checkout-server.ts");
  const bare = startChild<BareCommands>("./bare-server.ts");
  try {
    const own = join(folder, "store");
    const { port } = await server.call("start", { store: store ?? `json:${own}` });
    const recorded = await load.call("record", { port, folder: store === undefined ? own : folder });
    const where = address === undefined ? {} : { address };
    const { port: barePort } = await bare.call("start", { folder, recorded, ...where });
    const pay = (at: number) => () =>
      load.call("pay", { port: at, clients: CLIENTS, durationMs: size.durationMs }) as Promise<LoadResult>;
    await pay(port)();
    return lifecycleRows(name, await takeTurns(size.rounds, { bare: pay(barePort), checkout: pay(port) }));
  } finally {
    await server.call("stop").catch(() => undefined);
    await Promise.all([load.stop(), server.stop(), bare.stop()]);
  }
}

function lifecycleRows(store: string, { bare, checkout }: Record<"bare" | "checkout", LoadResult[]>): Row[] {
  const rate = (results: readonly LoadResult[]) => median(results.map((result) => result.lifecyclesPerSecond));
  return [
    { what: `lifecycles a second, ${store}, ${CLIENTS} clients`, value: format(rate(checkout)) },
    {
      what: `the same, bare server, ${store === "PostgreSQL" ? "bare statements" : "grouped fdatasync"}`,
      value: format(rate(bare)),
    },
    goalRow(`part of the bare server, ${store}`, rate(checkout) / rate(bare), { least: LEAST_PART }),
    {
      what: `p99 of a request, ${store}, ${CLIENTS} clients`,
      value: `${format(median(checkout.map(({ p99Ms }) => p99Ms)))} ms`,
    },
  ];
}
