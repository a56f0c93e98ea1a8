/**
 * Runs a command with every test server's store on PostgreSQL:
 *
 *     node test/support/on-postgres.ts node --test "test/server/*.test.ts"
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { postgresFault, startCluster } from "./postgres.ts";

const [program, ...parameters] = process.argv.slice(2);
if (program === undefined) throw new Error("a command to run is missing");
if (postgresFault === false) {
  const cluster = await startCluster(["fsync=off"]);
  const child = spawn(program, parameters, {
    stdio: "inherit",
    env: { ...process.env, TEST_POSTGRES_PORT: String(cluster.port) },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  await cluster.stop();
  process.exitCode = code ?? 1;
} else {
  console.log(`The server's tests on PostgreSQL are ${postgresFault}.`);
}
