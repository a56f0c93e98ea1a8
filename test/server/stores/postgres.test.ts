import { after, before, describe } from "node:test";
import { pino } from "pino";
import { openPostgresStore } from "../../../server/stores/postgres.ts";
import { testStore } from "../../conformance/store.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";

describe("on PostgreSQL", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  testStore("the PostgreSQL store", async () => {
    const address = await cluster.createDatabase();
    return {
      open: () => openPostgresStore({ address, log: pino({ level: "silent" }) }),
      remove: async () => undefined,
    };
  });
});
