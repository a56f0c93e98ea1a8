import { after, before, describe } from "node:test";
import { pino } from "pino";
import { openPostgresStore } from "../../../server/stores/postgres.ts";
import type { Store } from "../../../server/stores/store.ts";
import { testStore } from "../../conformance/store.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";

describe("on PostgreSQL", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  let original: string;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
    // Making the tables takes longer than most tests: it is done once, and copied.
    original = await cluster.createDatabase();
    await (await open(original)).close();
  });
  after(() => cluster.stop());

  testStore("the PostgreSQL store", async () => {
    const address = await cluster.createDatabase(original);
    return {
      open: () => open(address),
      remove: async () => undefined,
    };
  });
});

function open(address: string): Promise<Store> {
  return openPostgresStore({ address, log: pino({ level: "silent" }) });
}
