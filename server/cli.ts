#!/usr/bin/env node
import { parseArgs } from "node:util";
import { pino, type Logger } from "pino";
import { ConfigError, loadConfig } from "./config.ts";
import { describeCsp } from "./csp-command.ts";
import { CheckoutError } from "./errors.ts";
import { signCartCommand } from "./sign-cart-command.ts";
import { runStoreCommand, UsageError } from "./store-command.ts";

const USAGE = `Usage: offsite-checkout <command>

  serve [--config <file>]                  take payments
  sign-cart [<file>] [--days <n>] [--config <file>]
                                           print a cart, read from a JSON file or the standard input, signed with the
                                           configuration's cartKey; it is good for 30 days where it has no exp
  csp [--config <file>]                    what a shop's page needs to allow and to pin the element
  store check [--store <address>]          read everything in a store, and say what is wrong
  store compact [--store <address>]        free what a store no longer needs
  store copy --from <address> --to <address>
                                           copy a whole store into an empty one, of either kind

  The configuration is offsite-checkout.config.json unless --config names another; a store's address is
  json:<folder> or postgres://…, and the configuration's own unless --store names another. Stop the servers of a
  store before it is compacted or copied.
`;

const STDOUT = 1;
const STDERR = 2;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  const { values, positionals } = readParameters();
  const [command, action, ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
  } else if (command === "serve" && action === undefined) {
    await serve(values.config);
  } else if (command === "sign-cart" && rest.length === 0) {
    console.log(await signCartCommand(action, values, new Date()));
  } else if (command === "csp" && action === undefined) {
    console.log(await describeCsp(await loadConfig(values.config)));
  } else if (command === "store" && rest.length === 0) {
    const log = createLog(STDERR);
    const isWell = await runStoreCommand(action, values, { log, print: (line) => console.log(line) });
    if (!isWell) process.exitCode = EXIT_FAILED;
  } else {
    throw new UsageError(
      command === undefined ? "a command is missing" : `there is no command ${positionals.join(" ")}`,
    );
  }
}

function readParameters() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        config: { type: "string", default: "offsite-checkout.config.json" },
        store: { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
        days: { type: "string", default: "30" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function serve(file: string): Promise<void> {
  const config = await loadConfig(file);
  const log = createLog(STDOUT);
  // Loading a server takes longer than all that the other commands load.
  const { startServer } = await import("./index.ts");
  const server = await startServer(config, {
    log,
    onFatal: (error) => {
      log.fatal({ err: error }, "the store has failed");
      process.exit(EXIT_FAILED);
    },
  });
  log.info({ url: server.url, port: server.port, environment: config.environment }, "taking requests");
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A terminal and a service manager tell the launcher, too, and `npx` passes it on: the second must not cut off the first.
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    void server.close().then(() => log.info("stopped"));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
}

/** Logs to a file descriptor, which may be closed by its reader without ending the process. */
function createLog(fd: number): Logger {
  return pino({ base: null, redact: ["*.secret", "*.secretKey", "headers.authorization"] }, pino.destination(fd));
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof ConfigError || error instanceof CheckoutError || isSystemError(error)) {
    console.error([...new Set(describe(error))].join(": "));
  } else console.error(error);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

/** Gives what an error says, and its causes, such as a password that the database does not take. */
function describe(error: Error): string[] {
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause];
  return [error.message, ...causes.flatMap((one) => (one instanceof Error ? describe(one) : []))].filter(Boolean);
}

/** Tells whether the system refused something, such as a port that is taken: what it says is explanation enough. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string";
}
