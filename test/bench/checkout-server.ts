/** A process that is a checkout server with the {@link createInstantGateway} gateway. */
import { pino } from "pino";
import { parseConfig, startServer, type RunningServer } from "../../server/index.ts";
import { serveParent } from "./child-process.ts";
import { createInstantGateway, INSTANT_GATEWAY } from "./instant-gateway.ts";
import { SECRET_KEY, STOREFRONT } from "./lifecycle.ts";

let server: RunningServer | undefined;

const commands = {
  /** Serves a store, at `json:<folder>` or `postgres://…`. */
  start: async ({ store }: { store: string }) => {
    const configured = parseConfig(
      {
        publicUrl: "http://127.0.0.1",
        port: 0,
        host: "127.0.0.1",
        environment: "test",
        secretKey: SECRET_KEY,
        storefronts: [STOREFRONT],
        store,
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

  stop: async () => {
    await server?.close();
  },
};

export type ServerCommands = typeof commands;

serveParent(commands);
