import { after, before, describe } from "node:test";
import { leftOut } from "../support/depth.ts";
import { postgresFault, startCluster, type TestCluster } from "../support/postgres.ts";
import { ConsoleStage } from "./console-stage.ts";

/** Describes tests of the console on the JSON store and, where everything was asked for, on PostgreSQL. */
export function describeOnStores(what: string, tests: (open: () => Promise<ConsoleStage>) => void): void {
  describe(`${what}, on the JSON store`, () => tests(() => ConsoleStage.open()));

  describe(`${what}, on PostgreSQL`, { skip: leftOut || postgresFault }, () => {
    let cluster: TestCluster;
    before(async () => {
      cluster = await startCluster(["fsync=off"]);
    });
    after(() => cluster.stop());
    tests(async () => ConsoleStage.open({ store: await cluster.createDatabase() }));
  });
}
