/** Deliveries are forgotten when they need not be kept any more, and never while they are due. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { checkStore } from "../../../server/stores/check-store.ts";
import { compactStore } from "../../../server/stores/compact-store.ts";
import { openStore } from "../../../server/stores/index.ts";
import { MAX_SETTLED_DELIVERIES, Outbox } from "../../../server/stores/json/outbox.ts";
import { TextArena } from "../../../server/stores/json/text-arena.ts";
import { putDelivery, sampleDelivery, settle } from "../../conformance/store-outbox.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";
import { sampleTime } from "../../support/sample-ledger.ts";

const log = pino({ level: "silent" });

describe("the JSON store's outbox", () => {
  it("forgets at a snapshot what need not be kept any more", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "offsite-checkout-"));
    t.after(() => rmSync(folder, { recursive: true }));
    await assertForgets(`json:${join(folder, "data")}`);
  });

  it("keeps only so many that are not due, the latest of them, and all that are", () => {
    const outbox = new Outbox(new TextArena());
    const total = MAX_SETTLED_DELIVERIES + 50;
    for (let number = 0; number < total; number += 1) {
      const isDue = number === 3;
      outbox.put({
        ...sampleDelivery(number),
        ...(isDue ? {} : { status: "delivered", keepUntil: sampleTime(999_999_999) }),
      });
    }
    assert.equal([...outbox.texts(sampleTime(0))].length, MAX_SETTLED_DELIVERIES + 1);
    assert.equal(outbox.read(sampleDelivery(48).id), null);
    assert.equal(outbox.read(sampleDelivery(3).id)?.status, "due");
    assert.equal(outbox.read(sampleDelivery(50).id)?.status, "delivered");
    assert.deepEqual(outbox.state(), { due: 1, dead: 0, oldestDueAt: sampleTime(3) });
  });
});

describe("the PostgreSQL store's outbox", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  it("forgets what need not be kept any more", async () => assertForgets(await cluster.createDatabase()));

  it("is checked: a delivery that would be found by something else is named", async () => {
    const address = await cluster.createDatabase();
    const store = await openStore(address, { log });
    await putDelivery(store, 1, sampleDelivery(1));
    await store.close();
    const client = new Client(address);
    await client.connect();
    await client.query("UPDATE checkout_deliveries SET due_at = NULL");
    await client.end();
    const { faults } = await checkStore(address, { log });
    assert.deepEqual(faults, [`delivery ${sampleDelivery(1).id} is found by something else`]);
  });
});

async function assertForgets(address: string): Promise<void> {
  const first = await openStore(address, { log });
  for (const number of [1, 2, 3, 4]) await putDelivery(first, number, sampleDelivery(number));
  await settle(first, 1, "delivered");
  await settle(first, 2, "dead");
  await settle(first, 4, "delivered");
  await first.close();
  // Kept until a minute after 1, 2 and 4 seconds.
  await compactStore(address, { log, now: () => new Date(sampleTime(62)) });
  const second = await openStore(address, { log });
  const { items } = await second.listDeliveries({}, { limit: 9 });
  assert.deepEqual(
    items.map(({ id }) => id),
    [4, 3].map((number) => sampleDelivery(number).id),
  );
  assert.deepEqual(await second.readOutboxState(), { due: 1, dead: 0, oldestDueAt: sampleTime(3) });
  await second.close();
  assert.deepEqual((await checkStore(address, { log })).faults, []);
}
