/** A process that is a checkout server whose gateway's provider is inside it. */
import { pino } from "pino";
import type * as Server from "../../server/index.ts";
import { serveParent } from "./child-process.ts";
import { createInstantGateway, INSTANT_GATEWAY } from "./instant-gateway.ts";
import { SECRET_KEY, STOREFRONT } from "./lifecycle.ts";
import type { RecordedStatement } from "./statement-recorder.ts";

let server: Server.RunningServer | undefined;
let endRecording: (() => RecordedStatement[]) | undefined;

const commands = {
  /** Serves a store, at `json:<folder>` or `postgres://…`, by the sources or by what is built of them. */
  start: async ({ store, isBuilt = false }: { store: string; isBuilt?: boolean }) => {
    const { parseConfig, startServer } = await loadServer(isBuilt);
    const configured = parseConfig(
      {
        publicUrl: "http://127.0.0.1",
        port: 0,
        host: "127.0.0.1",
        environment: "test",
        secretKey: SECRET_KEY,
        storefronts: [STOREFRONT],
        store,
        // Only so that there is one: it gives way to the gateway below.
        gateways: { bank: { type: "manual" } },
      },
      { folder: process.cwd(), environment: {} },
    );
    const create = () => createInstantGateway(configured);
    const config = { ...configured, gateways: [{ id: INSTANT_GATEWAY, create }] };
    server = await startServer(config, { log: pino({ level: "warn", base: null }) });
    return { port: server.port };
  },

  /** The memory of the process now and at its most, in megabytes. */
  memory: () => ({
    residentMegabytes: process.memoryUsage.rss() / 1e6,
    mostMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }),

  /** The processor time that this process has used, in microseconds. */
  processorTime: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Begins to note the statements that are given to PostgreSQL. */
  recordStatements: async () => {
    const { recordStatements } = await import("./statement-recorder.ts");
    endRecording = recordStatements();
  },

  takeStatements: () => endRecording?.() ?? [],

  stop: async () => {
    await server?.close();
  },
};

export type ServerCommands = typeof commands;

serveParent(commands);

async function loadServer(isBuilt: boolean): Promise<typeof Server> {
  const path = isBuilt ? "../../dist/server/index.js" : "../../server/index.ts";
  return (await import(String(new URL(path, import.meta.url)))) as typeof Server;
}
