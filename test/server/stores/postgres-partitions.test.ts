/** The tables are partitioned as the README says for very many sessions: no answer of the store may change by that. */
import { after, before, describe } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { openPostgresStore } from "../../../server/stores/postgres.ts";
import { testStore } from "../../conformance/store.ts";
import { leftOut } from "../../support/depth.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";

const log = pino({ level: "silent" });
const PARTS = 3;

describe("on PostgreSQL, partitioned", { skip: postgresFault || leftOut }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  testStore("the partitioned PostgreSQL store", async () => {
    const address = await cluster.createDatabase();
    await (await openPostgresStore({ address, log })).close();
    await partition(address);
    return { open: () => openPostgresStore({ address, log }), remove: async () => undefined };
  });
});

/** Replaces the empty tables by partitioned ones with the same columns and indexes. */
async function partition(address: string): Promise<void> {
  const client = new Client(address);
  await client.connect();
  for (const [table, key] of [
    ["checkout_payments", "id"],
    ["checkout_sessions", "id"],
    ["checkout_names", "digest"],
  ]) {
    await client.query(`
      ALTER TABLE ${table} RENAME TO whole;
      CREATE TABLE ${table} (LIKE whole INCLUDING ALL) PARTITION BY HASH (${key});
      DROP TABLE whole CASCADE;`);
    for (let part = 0; part < PARTS; part += 1) {
      const values = `FOR VALUES WITH (MODULUS ${PARTS}, REMAINDER ${part})`;
      await client.query(`CREATE TABLE part_${part}_of_${table} PARTITION OF ${table} ${values}`);
    }
  }
  await client.query(`
    ALTER TABLE checkout_events RENAME TO whole;
    CREATE TABLE checkout_events (LIKE whole INCLUDING ALL) PARTITION BY RANGE (sequence);
    DROP TABLE whole;
    CREATE TABLE events_past PARTITION OF checkout_events FOR VALUES FROM (MINVALUE) TO (200000);
    CREATE TABLE events_new PARTITION OF checkout_events FOR VALUES FROM (200000) TO (MAXVALUE)`);
  await client.end();
}
