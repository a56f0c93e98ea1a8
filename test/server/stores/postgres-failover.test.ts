import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { StoreDoubtError, StoreError } from "../../../server/errors.ts";
import { openPostgresStore } from "../../../server/stores/postgres.ts";
import type { Store } from "../../../server/stores/store.ts";
import { waitUntil } from "../../conformance/store-place.ts";
import { leftOut } from "../../support/depth.ts";
import { postgresFault, promote, startCluster, startStandby } from "../../support/postgres.ts";
import { sampleId } from "../../support/sample-ledger.ts";
import { assertIntact, step, type Progress } from "./small-load.ts";

const SESSIONS = 12;
const STANDBY = "standby";
/** For each step: much longer than a commit in doubt is asked about. */
const LIMIT_MS = 30_000;

describe("the PostgreSQL store, when the primary is killed under load", { skip: postgresFault || leftOut }, () => {
  it("finds the promoted standby by itself, and nothing acknowledged is lost", async (t) => {
    const primary = await startCluster();
    t.after(() => primary.stop());
    const standby = await startStandby(primary, STANDBY);
    t.after(() => standby.stop());
    const database = await primary.createDatabase();
    // From now on a commit is acknowledged when it is on the standby's disk, too.
    await query(database, `ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
    await query(database, "SELECT pg_reload_conf()");
    await waitUntilReplicated(database);

    // The standby is named first: it is not taken for the primary.
    const address = database.replace(
      `127.0.0.1:${primary.port}`,
      `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`,
    );
    const stores = await Promise.all([0, 1].map(() => openPostgresStore({ address, log: pino({ level: "silent" }) })));
    t.after(() => Promise.all(stores.map((store) => store.close())));
    const load = startLoad(stores);
    t.after(() => load.stop());
    await waitUntil(() => load.acknowledged() > 100, LIMIT_MS);

    await primary.kill();
    await waitUntil(() => load.refusals.length > 5, LIMIT_MS);
    const [store] = stores;
    assert.ok(store !== undefined);
    await assert.rejects(store.checkReady(), isRetryable);
    const before = load.acknowledged();
    promote(standby);
    await waitUntil(() => load.acknowledged() > before + 100, LIMIT_MS);
    await store.checkReady();
    await load.stop();

    for (const refusal of load.refusals) assert.ok(isRetryable(refusal), String(refusal));
    await assertIntact(store, load.progress);
  });
});

/** Changes sessions through all stores for as long as it is let; what is refused is tried again. */
function startLoad(stores: Store[]) {
  const progress = new Map<string, Progress>();
  const refusals: unknown[] = [];
  const stopping = new AbortController();
  const running = Promise.all(
    Array.from({ length: SESSIONS }, async (_, number) => {
      const known: Progress = { asked: 0, acknowledged: 0 };
      progress.set(sampleId(number), known);
      for (let version = 1; !stopping.signal.aborted;) {
        const store = stores[number % stores.length];
        assert.ok(store !== undefined);
        known.asked = version;
        try {
          // What was refused is not there: the change itself asserts that it finds the version before.
          await step(store, number, version);
          known.acknowledged = version;
          version += 1;
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          refusals.push(error);
          await new Promise((resolve) => setTimeout(resolve, 20));
          const isThere = error instanceof StoreDoubtError && (await findVersion(store, number)) === version;
          if (isThere) version += 1;
          known.asked = version - 1;
        }
      }
    }),
  );
  return {
    progress,
    refusals,
    acknowledged: () => [...progress.values()].reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Gives the version that a session has, as soon as the store can tell. */
async function findVersion(store: Store, number: number): Promise<number> {
  for (;;) {
    try {
      return (await store.readLedger(sampleId(number)))?.session.version ?? 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof StoreError && error.status === 503 && Number(error.headers["Retry-After"]) > 0;
}

async function waitUntilReplicated(address: string): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    const rows = await query(address, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    if (rows.length > 0) return;
    assert.ok(performance.now() < end, "the standby follows");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function query(address: string, text: string): Promise<unknown[]> {
  const client = new Client(address);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
