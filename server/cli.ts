#!/usr/bin/env node
import { parseArgs } from "node:util";
import { pino } from "pino";
import { ConfigError, loadConfig, startServer } from "./index.ts";

const USAGE = `Usage: offsite-checkout serve [--config <file>]

  serve    take payments; the configuration is offsite-checkout.config.json unless another is named
  --help   show this
`;

/** Ends the process, however many connections hold it, this long after the second signal or a failed end. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: "string", default: "offsite-checkout.config.json" },
      help: { type: "boolean", default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
  } else if (command === "serve" && rest.length === 0) {
    await serve(values.config);
  } else {
    console.error(USAGE);
    process.exitCode = EXIT_USAGE;
  }
}

async function serve(file: string): Promise<void> {
  const config = await loadConfig(file);
  const log = pino({ base: null, redact: ["*.secret", "*.secretKey", "headers.authorization"] });
  const server = await startServer(config, {
    log,
    onFatal: (error) => {
      log.fatal({ err: error }, "the store has failed");
      process.exit(EXIT_FAILED);
    },
  });
  log.info({ url: server.url, port: server.port, environment: config.environment }, "taking requests");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "stopping");
      void server.close().then(() => log.info("stopped"));
    });
  }
}

try {
  await main();
} catch (error) {
  const isExplained = error instanceof ConfigError || (error as { code?: unknown }).code !== undefined;
  console.error(isExplained ? (error as Error).message : error);
  process.exitCode = EXIT_FAILED;
}
