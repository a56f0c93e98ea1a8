/** A server of a process of its own, whose clock its parent moves. */
import { pino } from "pino";
import { parseConfig, startServer } from "../../../server/index.ts";

const { config, offsetMs: startMs } = JSON.parse(process.argv[2] ?? "") as { config: unknown; offsetMs: number };
let offsetMs = startMs;
await startServer(parseConfig(config, { folder: process.cwd(), environment: {} }), {
  log: pino({ level: "silent" }),
  now: () => new Date(Date.now() + offsetMs),
  dueWorkIntervalMs: 20,
});
process.on("message", (message: number) => {
  offsetMs = message;
});
process.send?.("ready");
