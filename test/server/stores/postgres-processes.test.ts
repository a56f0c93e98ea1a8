import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { StoreError } from "../../../server/errors.ts";
import { openPostgresStore } from "../../../server/stores/postgres.ts";
import { parsePostgresAddress } from "../../../server/stores/postgres/address.ts";
import type { DeliveryRecord } from "../../../server/stores/delivery.ts";
import type { Store } from "../../../server/stores/store.ts";
import { sampleDelivery } from "../../conformance/store-outbox.ts";
import { alter, claimStates, put, sampleAnswer, waitUntil } from "../../conformance/store-place.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";
import { addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../../support/sample-ledger.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { assertIntact, smallLedger, step } from "./small-load.ts";

describe("the PostgreSQL store, for several processes", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  it("loses none of 100 parallel changes to one session, and puts their events in order", async (t) => {
    const stores = await openMany(t, await cluster.createDatabase(), 4);
    const id = sampleId(1);
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        pick(stores, index).transact(id, (ledger) => {
          const version = (ledger?.session.version ?? 0) + 1;
          const events = [{ ...sampleEvent(version, id), id: `evt_${version}` }];
          return { result: undefined, ledger: smallLedger(1, version), events };
        }),
      ),
    );
    assert.equal((await pick(stores, 0).readLedger(id))?.session.version, 100);
    const events = await pick(stores, 0).listEvents(0, 1000);
    assert.deepEqual(
      events.map((event) => event.id),
      Array.from({ length: 100 }, (_, index) => `evt_${index + 1}`),
    );
  });

  it("never takes captured money back twice, whichever process is asked", async (t) => {
    const stores = await openMany(t, await cluster.createDatabase(), 2);
    for (let round = 0; round < 10; round += 1) {
      const ledger = sampleLedger(round);
      addPayment(ledger, round, { amount: 10_000, capturedAmount: 10_000, balance: 10_000 });
      await put(pick(stores, 0), ledger);
      const refunds = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          alter(pick(stores, index), sampleId(round), ({ payments: [payment] }) => {
            assert.ok(payment !== undefined && payment.balance >= 6000, "the balance is too small");
            payment.balance -= 6000;
            payment.refundedAmount += 6000;
          }),
        ),
      );
      assert.equal(refunds.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal((await pick(stores, 1).readLedger(sampleId(round)))?.payments[0]?.refundedAmount, 6000);
    }
  });

  it("gives a session's creation to one, and its records to the other", async (t) => {
    const stores = await openMany(t, await cluster.createDatabase(), 2);
    for (let number = 0; number < 20; number += 1) {
      const seen = await Promise.all(
        stores.map((store) =>
          store.transact(sampleId(number), (ledger) => {
            const version = (ledger?.session.version ?? 0) + 1;
            return { result: version, ledger: smallLedger(number, version) };
          }),
        ),
      );
      assert.deepEqual(
        seen.sort((one, other) => one - other),
        [1, 2],
      );
    }
  });

  it("tells listeners in other processes", async (t) => {
    const [one, other] = await openMany(t, await cluster.createDatabase(), 2);
    assert.ok(one !== undefined && other !== undefined);
    const heard = new Set<string>();
    other.subscribe((id) => heard.add(id));
    // The connection on which it listens is made behind the call.
    for (let number = 0; heard.size === 0; number += 1) {
      assert.ok(number < 500);
      await put(one, sampleLedger(number));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(Array.from({ length: 300 }, (_, index) => put(one, sampleLedger(1000 + index))));
    const isHeard = (_: unknown, index: number) => heard.has(sampleId(1000 + index));
    await waitUntil(() => Array.from({ length: 300 }, isHeard).every(Boolean));
  });

  it("gives due work and idempotency keys to one process", async (t) => {
    const stores = await openMany(t, await cluster.createDatabase(), 3);
    await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        put(pick(stores, number), sampleLedger(number, { dueAt: sampleTime(number) })),
      ),
    );
    const due = { now: sampleTime(100), leaseUntil: sampleTime(200), limit: 10 };
    const claims = (await Promise.all(stores.map((store) => store.claimDue(due)))).flat();
    assert.equal(claims.length, 30);
    assert.equal(new Set(claims).size, 30);
    const key = { ...sampleAnswer("key"), now: sampleTime(1), leaseUntil: sampleTime(60) };
    const states = (await Promise.all(stores.map((store) => store.claimIdempotencyKey(key)))).map(({ state }) => state);
    assert.deepEqual(states.sort(), ["claimed", "running", "running"]);
  });

  it("makes its tables once, however many processes start at the same time", async (t) => {
    const stores = await openMany(t, await cluster.createDatabase(), 6);
    await Promise.all(stores.map((store, number) => put(store, sampleLedger(number))));
    assert.equal((await pick(stores, 0).listSessions({}, { limit: 10 })).items.length, 6);
  });

  it("refuses tables that a newer version made, and a database that is not UTF-8", async () => {
    const address = await cluster.createDatabase();
    await (await open(address)).close();
    await query(address, "INSERT INTO checkout_migrations (version) VALUES (1000)");
    await assert.rejects(open(address), /version 1000, which a newer version made/);
    const latin = address.replace(/[^/]+$/, "latin");
    await query(address, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
    await assert.rejects(open(latin), /it must be UTF8/);
  });

  it("goes on above the events of a database that was restored into a younger cluster", async (t) => {
    const address = await cluster.createDatabase();
    await (await open(address)).close();
    const event = JSON.stringify(sampleEvent(1, sampleId(1)));
    await query(address, `INSERT INTO checkout_events (sequence, event) VALUES (900000000000000, '${event}')`);
    const [store] = await openMany(t, address, 1);
    assert.ok(store !== undefined);
    await store.transact(sampleId(2), () => ({ result: 0, events: [sampleEvent(2, sampleId(2))] }));
    const events = await store.listEvents(0, 10);
    assert.deepEqual(
      events.map(({ id }) => id),
      [1, 2].map((number) => sampleEvent(number, "").id),
    );
    assert.ok((events[1]?.sequence ?? 0) > 900_000_000_000_000);
  });

  it("holds events back behind a transaction that is still under way, and does not wait for ever", async (t) => {
    const address = await cluster.createDatabase();
    const [store] = await openMany(t, address, 1);
    assert.ok(store !== undefined);
    const other = new Client(address);
    await other.connect();
    await other.query("BEGIN; SELECT pg_current_xact_id()");
    await store.transact(sampleId(1), () => ({ result: 0, events: [sampleEvent(1, sampleId(1))] }));
    const startedAt = performance.now();
    assert.deepEqual(await store.listEvents(0, 10), []);
    assert.ok(performance.now() - startedAt < 2000);
    await other.query("COMMIT");
    assert.equal((await store.listEvents(0, 10)).length, 1);
    await other.end();
  });

  for (const [cut, isThere] of [
    ["after", true],
    ["before", false],
  ] as const) {
    it(`knows what became of a commit when the connection broke ${cut} it`, async (t) => {
      const address = await cluster.createDatabase();
      const proxy = await startCuttingProxy(cluster.port);
      t.after(() => proxy.close());
      const [store] = await openMany(t, proxy.through(address), 1);
      assert.ok(store !== undefined);
      await step(store, 1, 1);
      const deliveries = [1, 2].map((number) => sampleDelivery(number));
      await store.transact(sampleId(4), () => ({ result: 0, deliveries }));
      const ids = deliveries.map(({ id }) => id);
      const counters = ["circuit:one", "circuit:two"];
      for (const name of counters) await store.increaseCounter(name);
      const retry = (delivery: DeliveryRecord) => ({ ...delivery, tries: 1 });
      const changes: ((store: Store) => Promise<unknown>)[] = [
        (tried) => step(tried, 1, 2),
        (tried) => tried.transact(sampleId(2), () => ({ result: 0, ledger: smallLedger(2, 1) })),
        (tried) => tried.transact(sampleId(3), () => ({ result: 0, idempotency: sampleAnswer("alone") })),
        (tried) =>
          tried.changeDelivery(ids[0] ?? "", (delivery) => ({
            delivery: retry(delivery),
            idempotency: sampleAnswer("delivery"),
          })),
        (tried) => tried.changeDelivery(ids[1] ?? "", (delivery) => ({ delivery: retry(delivery) })),
        (tried) => tried.resetCounter("circuit:one", { idempotency: sampleAnswer("counter") }),
        (tried) => tried.resetCounter("circuit:two"),
      ];
      for (const change of changes) {
        proxy.cut = cut;
        const outcome: unknown = await change(store).then(
          () => "kept",
          (error: unknown) => error,
        );
        assert.equal(proxy.cut, "none", "the connection was cut");
        if (isThere) assert.equal(outcome, "kept");
        else assert.ok(isUnavailable(outcome));
      }
      assert.equal((await store.readLedger(sampleId(1)))?.session.version, isThere ? 2 : 1);
      assert.equal((await store.readLedger(sampleId(2)))?.session.version, isThere ? 1 : undefined);
      const claims = await claimStates(store, "alone", "delivery", "counter");
      assert.deepEqual(claims, Array(3).fill(isThere ? "stored" : "claimed"));
      for (const id of ids) assert.equal((await store.readDelivery(id))?.tries, isThere ? 1 : 0);
      for (const name of counters) assert.equal(await store.readCounter(name), isThere ? 0 : 1);
      const version = isThere ? 2 : 1;
      await assertIntact(store, new Map([[sampleId(1), { asked: version, acknowledged: version }]]));
    });
  }

  it("answers storage_unavailable with Retry-After while the database is gone, and then goes on", async (t) => {
    const address = await cluster.createDatabase();
    const proxy = await startCuttingProxy(cluster.port);
    t.after(() => proxy.close());
    const [store] = await openMany(t, proxy.through(address), 1);
    assert.ok(store !== undefined);
    await put(store, sampleLedger(1));
    proxy.block();
    for (const call of [
      () => put(store, sampleLedger(2)),
      () => store.readLedger(sampleId(1)),
      () => store.listSessions({}, { limit: 1 }),
      () => store.listEvents(0, 1),
      () => store.claimDue({ now: sampleTime(1), leaseUntil: sampleTime(2), limit: 1 }),
      () => store.checkReady(),
    ]) {
      const outcome = await call().then(
        () => "no error",
        (error: unknown) => error,
      );
      assert.ok(isUnavailable(outcome));
      assert.ok(Number(outcome.headers["Retry-After"]) > 0);
      assert.equal(outcome.status, 503);
    }
    proxy.unblock();
    await store.checkReady();
    await put(store, sampleLedger(2));
    assert.equal((await store.listSessions({}, { limit: 5 })).items.length, 2);
  });

  it("rolls back what a process leaves half done, and goes on with whom it kept waiting", async (t) => {
    const address = await cluster.createDatabase();
    const [store] = await openMany(t, address, 1);
    assert.ok(store !== undefined);
    await put(store, sampleLedger(1));
    const dying = new Client(address);
    dying.on("error", () => undefined);
    await dying.connect();
    await dying.query("BEGIN; UPDATE checkout_sessions SET ledger = 'nothing'");
    const changing = alter(store, sampleId(1), ({ session }) => (session.version = 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await dying.end();
    await changing;
    assert.equal((await store.readLedger(sampleId(1)))?.session.version, 5);
  });
});

describe("parsePostgresAddress", () => {
  it("reads one server or several", () => {
    const { servers, poolSize } = parsePostgresAddress(
      "postgres://user:p%40ss@one:5433,two,[::1]:5434/shop?pool_size=20&target_session_attrs=read-write&sslmode=require",
    );
    assert.equal(poolSize, 20);
    assert.deepEqual(
      servers.map(({ name }) => name),
      ["one:5433", "two:5432", "[::1]:5434"],
    );
    assert.deepEqual(
      servers.map(({ config }) => config.connectionString),
      ["one:5433", "two", "[::1]:5434"].map((host) => `postgres://user:p%40ss@${host}/shop?sslmode=require`),
    );
    assert.equal(parsePostgresAddress("postgresql:///shop").servers.length, 1);
  });

  it("refuses what it cannot read, without showing a password", () => {
    for (const address of ["postgres:/x", "mysql://user:hush@one/shop", "postgres://u:hush@one/shop?pool_size=0"]) {
      assert.throws(
        () => parsePostgresAddress(address),
        (error) => error instanceof RangeError && !error.message.includes("hush"),
      );
    }
  });
});

function open(address: string): Promise<Store> {
  return openPostgresStore({ address, log: pino({ level: "silent" }) });
}

async function openMany(t: TestContext, address: string, count: number): Promise<Store[]> {
  const stores = await Promise.all(Array.from({ length: count }, () => open(address)));
  t.after(() => Promise.all(stores.map((store) => store.close())));
  return stores;
}

function pick(stores: Store[], index: number): Store {
  const store = stores[index % stores.length];
  assert.ok(store !== undefined);
  return store;
}

async function query(address: string, text: string): Promise<void> {
  const client = new Client(address);
  await client.connect();
  await client.query(text);
  await client.end();
}

function isUnavailable(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === "storage_unavailable";
}
