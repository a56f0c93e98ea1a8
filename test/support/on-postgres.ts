/**
 * Runs the server's tests with every test server's store on PostgreSQL: all that go through the front door where
 * everything was asked for, else those of what is done at once, again, or later, which is where stores differ.
 *
 *     node test/support/on-postgres.ts npm run test:node --
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { pino } from "pino";
import { openStore } from "../../server/stores/index.ts";
import { choose } from "./depth.ts";
import { postgresFault, startCluster } from "./postgres.ts";

const FILES = ["test/server/*.test.ts", "test/server/checkout/settling.test.ts"];
const CHOSEN = new Set(
  ["attempts", "attention", "due-work", "events", "idempotency", "operations", "settling", "webhooks"].map(
    (name) => `${name}.test.ts`,
  ),
);

const [program, ...parameters] = process.argv.slice(2);
if (program === undefined) throw new Error("a command to run is missing");
if (postgresFault === false) {
  const files = choose("files of the server's tests on PostgreSQL", globSync(FILES).sort(), (file) =>
    CHOSEN.has(basename(file)),
  );
  const cluster = await startCluster(["fsync=off"]);
  const address = await cluster.createDatabase();
  await (await openStore(address, { log: pino({ level: "silent" }) })).close();
  const child = spawn(program, [...parameters, ...files], {
    stdio: "inherit",
    env: {
      ...process.env,
      TEST_POSTGRES_PORT: String(cluster.port),
      TEST_POSTGRES_ORIGINAL: address.split("/").at(-1),
    },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  await cluster.stop();
  process.exitCode = code ?? 1;
} else {
  console.log(`The server's tests on PostgreSQL are ${postgresFault}.`);
}
