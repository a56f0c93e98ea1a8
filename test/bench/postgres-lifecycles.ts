import { parsePostgresAddress } from "../../server/stores/postgres/address.ts";
import { postgresFault, startCluster } from "../support/postgres.ts";
import type { StatementsCommands } from "./bare-statements.ts";
import { startChild } from "./child-process.ts";
import type { ServerCommands } from "./checkout-server.ts";
import type { LoadCommands } from "./lifecycle-load.ts";
import { compareLifecycles } from "./lifecycles.ts";
import { median, takeTurns } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import { formatNumber, type Row } from "./table.ts";

/**
 * Measures how many lifecycles a second are served from PostgreSQL, against the very statements of a lifecycle given
 * to `pg` and nothing else. The database is a cluster of its own, with every commit on disk.
 */
export async function measurePostgresLifecycles(scale: Scale): Promise<Row[]> {
  const what = `lifecycles, PostgreSQL, ${scale.clients} clients`;
  const p99What = `p99 of a request, PostgreSQL, ${scale.clients} clients`;
  if (postgresFault !== false) {
    const measured = postgresFault;
    return [what, p99What].map((name) => ({ what: name, measured }));
  }
  const cluster = await startCluster();
  const server = startChild<ServerCommands>("./checkout-server.ts");
  const bare = startChild<StatementsCommands>("./bare-statements.ts");
  const load = startChild<LoadCommands>("./lifecycle-load.ts");
  try {
    const address = await cluster.createDatabase();
    const { port } = await server.call("start", { store: address });
    const pay = (durationMs: number) => load.call("pay", { port, durationMs, clients: scale.clients });
    // Every connection of the pool is made and has its statements prepared before one lifecycle is recorded.
    await pay(scale.warmUpMs);
    await server.call("recordStatements");
    await load.call("payOnce", { port });
    const statements = await server.call("takeStatements");
    // Looked for each second, whoever pays.
    const recorded = statements.filter(({ name }) => name !== "claim-due");
    const { poolSize } = parsePostgresAddress(address);
    await bare.call("start", { address, poolSize, recorded });
    const payBare = (durationMs: number) => bare.call("pay", { clients: scale.clients, durationMs });
    await payBare(scale.warmUpMs / 2);
    const rounds = Math.ceil(scale.payRounds / 2) + 1;
    const { floor, subject } = await takeTurns(rounds, {
      floor: () => payBare(scale.payMs),
      subject: () => pay(scale.payMs),
    });
    await server.call("stop");
    await bare.call("stop");
    return [
      compareLifecycles(
        what,
        median(subject.map(({ lifecyclesPerSecond }) => lifecyclesPerSecond)),
        median(floor),
        "bare statements",
      ),
      { what: p99What, measured: `${formatNumber(median(subject.map(({ p99Ms }) => p99Ms)))} ms` },
    ];
  } finally {
    await Promise.all([server.stop(), bare.stop(), load.stop()]);
    await cluster.stop();
  }
}
