import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { KeyConflictError, StoreError } from "../../../server/errors.ts";
import { checkStore } from "../../../server/stores/check-store.ts";
import { compactStore } from "../../../server/stores/compact-store.ts";
import { copyStore } from "../../../server/stores/copy-store.ts";
import type { StoreCount } from "../../../server/stores/count.ts";
import { openStore } from "../../../server/stores/index.ts";
import { ledgerKey } from "../../../server/stores/ledger.ts";
import type { Store } from "../../../server/stores/store.ts";
import { sampleDelivery, settle } from "../../conformance/store-outbox.ts";
import { alter, everything, put, sampleAnswer } from "../../conformance/store-place.ts";
import { depth, leftOut } from "../../support/depth.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";
import {
  addAttempt,
  addPayment,
  addSource,
  sampleEvent,
  sampleId,
  sampleLedger,
  sampleTime,
} from "../../support/sample-ledger.ts";

const now = () => new Date(sampleTime(0));
const options = { log: pino({ level: "silent" }), now };
const SESSIONS = depth("sessions that are copied", { whole: 1203, less: 603 });
const LARGEST = 999_999_999_999;

/** What {@link fill} stores. */
const FILLED: StoreCount = {
  sessions: SESSIONS,
  attempts: SESSIONS,
  payments: SESSIONS,
  operations: SESSIONS,
  sources: SESSIONS,
  events: SESSIONS * 2,
  answers: SESSIONS,
  counters: 2,
  deliveries: SESSIONS,
  sums: {
    EUR: {
      asked: 4300n * BigInt(SESSIONS),
      captured: 999_999_999_999n * BigInt(SESSIONS),
      refunded: 5n * BigInt(SESSIONS),
    },
  },
};

describe("copyStore", () => {
  it("copies a JSON store into another, which goes on where the first ended", async (t) => {
    const folder = makeFolder(t);
    await assertCopies(`json:${join(folder, "from")}`, `json:${join(folder, "to")}`);
    assert.deepEqual((await readdir(folder)).sort(), ["from", "to"]);
  });

  it("copies also what need not be kept any more: a server forgets it in its own time", async (t) => {
    const folder = makeFolder(t);
    await assertCopiesWhatIsOver(`json:${join(folder, "from")}`, `json:${join(folder, "to")}`);
  });

  it("refuses a target that is not empty, and a source that is not there, and makes nothing", async (t) => {
    const folder = makeFolder(t);
    const from = `json:${join(folder, "from")}`;
    await fillFew(from);
    await mkdir(join(folder, "taken"));
    await writeFile(join(folder, "taken", "file"), "");
    for (const to of [from, `json:${join(folder, "taken")}`]) {
      await assert.rejects(copyStore({ from, to }, options), StoreError);
    }
    await assert.rejects(
      copyStore({ from: `json:${join(folder, "none")}`, to: `json:${join(folder, "to")}` }, options),
      /no store/,
    );
    await assert.rejects(copyStore({ from, to: "mysql://x" }, options), RangeError);
    assert.deepEqual((await readdir(folder)).sort(), ["from", "taken"]);
    assert.equal((await checkStore(from, options)).count.sessions, 3);
  });

  it("refuses while a server has the source open", async (t) => {
    const folder = makeFolder(t);
    const from = `json:${join(folder, "from")}`;
    const store = await openStore(from, options);
    await assert.rejects(copyStore({ from, to: `json:${join(folder, "to")}` }, options), /in use by another process/);
    await store.close();
  });
});

describe("copyStore, to and from PostgreSQL", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  it("copies from JSON to PostgreSQL", async (t) => {
    await assertCopies(`json:${join(makeFolder(t), "from")}`, await cluster.createDatabase());
  });

  it("copies from PostgreSQL to JSON", async (t) => {
    await assertCopies(await cluster.createDatabase(), `json:${join(makeFolder(t), "to")}`);
  });

  it("copies also what need not be kept any more", async (t) => {
    await assertCopiesWhatIsOver(await cluster.createDatabase(), `json:${join(makeFolder(t), "to")}`);
    await assertCopiesWhatIsOver(`json:${join(makeFolder(t), "from")}`, await cluster.createDatabase());
  });

  it("copies from PostgreSQL to PostgreSQL", { skip: leftOut }, async () => {
    await assertCopies(await cluster.createDatabase(), await cluster.createDatabase());
  });

  it("refuses a target that is not empty, and a database without a store", async (t) => {
    const folder = makeFolder(t);
    const from = `json:${join(folder, "from")}`;
    await fillFew(from);
    const to = await cluster.createDatabase();
    await assert.rejects(checkStore(to, options), /no store in this database/);
    await fillFew(to);
    await assert.rejects(copyStore({ from, to }, options), /target is not empty/);
    assert.equal((await checkStore(to, options)).count.sessions, 3);
  });

  it("leaves an empty target where the source turns out to be damaged", async (t) => {
    const from = await cluster.createDatabase();
    await fillFew(from);
    await query(from, "UPDATE checkout_events SET event = 'nonsense'");
    const target = await cluster.createDatabase();
    const folder = makeFolder(t);
    for (const to of [target, `json:${join(folder, "to")}`]) await assert.rejects(copyStore({ from, to }, options));
    assert.equal((await checkStore(target, options)).count.sessions, 0);
    assert.deepEqual(await readdir(folder), []);
  });

  it("finds names that lead nowhere or to another session", async () => {
    const address = await cluster.createDatabase();
    await fillFew(address);
    assert.deepEqual((await checkStore(address, options)).faults, []);
    await query(address, `UPDATE checkout_names SET session_id = 'cs_x' WHERE session_id = '${sampleId(1)}'`);
    await query(address, `DELETE FROM checkout_names WHERE session_id = '${sampleId(2)}'`);
    const { faults } = await checkStore(address, options);
    assert.ok(faults.some((fault) => fault.includes("leads to cs_x")));
    assert.ok(faults.some((fault) => fault.includes("leads to nothing")));
  });

  it("removes answers whose time is over when it is compacted", async () => {
    const address = await cluster.createDatabase();
    await fillFew(address);
    const later = { ...options, now: () => new Date(sampleTime(100_000)) };
    await compactStore(address, later);
    const { count } = await checkStore(address, options);
    assert.deepEqual([count.answers, count.sessions], [0, 3]);
  });
});

describe("checkStore and compactStore", () => {
  it("count what a JSON store holds, alter nothing, and name its faults", async (t) => {
    const folder = join(makeFolder(t), "store");
    const address = `json:${folder}`;
    await fillFew(address);
    const journal = join(folder, "journal-0000000001.log");
    await appendFile(journal, "half a record");
    const before = await readFile(journal);
    const { count, faults } = await checkStore(address, options);
    assert.deepEqual([count.sessions, count.events, count.answers, faults.length], [3, 6, 3, 0]);
    assert.deepEqual(await readFile(journal), before);

    const store = await openStore(address, options);
    await alter(store, sampleId(1), ({ payments }) => {
      for (const payment of payments) payment.refundedAmount = LARGEST + 1;
    });
    await store.close();
    const found = await checkStore(address, options);
    assert.equal(found.faults.length, 2);
    assert.match(found.faults.join(), /has refunded 1000000000000 of captured 999999999999/);
  });

  it("name the file and the offset of damage", async (t) => {
    const folder = join(makeFolder(t), "store");
    await fillFew(`json:${folder}`);
    const journal = join(folder, "journal-0000000001.log");
    const bytes = await readFile(journal);
    bytes[300] = (bytes[300] ?? 0) ^ 1;
    await writeFile(journal, bytes);
    await assert.rejects(checkStore(`json:${folder}`, options), /journal-0000000001\.log is damaged at offset \d+/);
  });

  it("leave a compacted store smaller and whole", async (t) => {
    const folder = join(makeFolder(t), "store");
    const address = `json:${folder}`;
    await fillFew(address);
    const store = await openStore(address, options);
    for (let version = 2; version < 50; version += 1) {
      await alter(store, sampleId(1), ({ session }) => (session.version = version));
    }
    const held = await everything(store);
    await store.close();
    const sizeBefore = await folderSize(folder);
    await compactStore(address, options);
    assert.ok((await folderSize(folder)) < sizeBefore / 2);
    const again = await openStore(address, options);
    assert.deepEqual(await everything(again), held);
    await again.close();
    await assert.rejects(compactStore(`${address}-none`, options), /no store/);
  });
});

/** Fills a store, copies it, and compares the two by everything that can be asked of them. */
async function assertCopies(from: string, to: string): Promise<void> {
  const source = await openStore(from, options);
  await fill(source, SESSIONS);
  const expected = await everything(source);
  const delivery = await source.readDelivery(sampleDelivery(7).id);
  assert.ok(delivery !== null);
  await source.close();
  assert.deepEqual(await copyStore({ from, to }, options), FILLED);
  assert.deepEqual(await checkStore(to, options), { count: FILLED, faults: [] });
  await assert.rejects(copyStore({ from, to }, options), /target is not empty/);

  const target = await openStore(to, options);
  assert.deepEqual(await everything(target), expected);
  assert.deepEqual(await target.readDelivery(sampleDelivery(7).id), delivery);
  assert.equal(delivery.eventId, expected.events.find(({ sequence }) => sequence === delivery.sequence)?.id);
  assert.equal(await target.findSessionId(ledgerKey.remoteAttempt("dwolla", "test", "remote-checkout-7")), sampleId(7));
  const taken = sampleLedger(5000);
  addPayment(taken, 1);
  await assert.rejects(put(target, taken), KeyConflictError);
  const claim = { ...sampleAnswer("key-3"), now: sampleTime(1), leaseUntil: sampleTime(2) };
  assert.deepEqual(await target.claimIdempotencyKey(claim), { state: "stored", record: sampleAnswer("key-3") });
  assert.equal(await target.readCounter("circuit:one"), 2);
  assert.equal(await target.readCounter("circuit:\u0000"), 1);
  const { items } = await target.listSessions({ hasSource: true, customer: "customer-9" }, { limit: 9 });
  assert.deepEqual(
    items.map(({ source }) => source?.paymentSourceToken),
    ["token-9"],
  );
  assert.equal(await target.findSessionId(ledgerKey.source("src_9")), sampleId(9));
  const due = await target.claimDue({ now: sampleTime(2), leaseUntil: sampleTime(9), limit: 9 });
  assert.deepEqual(due, [0, 1, 2].map(sampleId));
  const last = (await target.listEvents(0, 10_000)).at(-1)?.sequence ?? 0;
  await target.transact(sampleId(1), () => ({ result: 0, events: [sampleEvent(9999, sampleId(1))] }));
  const [next] = await target.listEvents(last, 5);
  assert.equal(next?.id, sampleEvent(9999, "").id);
  await target.close();
}

/** Copies long after the time of answers and deliveries that no server has removed yet. */
async function assertCopiesWhatIsOver(from: string, to: string): Promise<void> {
  await fillFew(from);
  const source = await openStore(from, options);
  for (const number of [0, 1]) await settle(source, number, "delivered");
  await source.close();
  const later = { ...options, now: () => new Date(sampleTime(900_000)) };
  const { answers, deliveries } = await copyStore({ from, to }, later);
  assert.deepEqual([answers, deliveries], [3, 3]);
  const { count, faults } = await checkStore(to, later);
  assert.deepEqual([count.answers, count.deliveries, faults], [3, 3, []]);
}

async function fillFew(address: string): Promise<void> {
  const store = await openStore(address, options);
  await fill(store, 3);
  await store.close();
}

async function fill(store: Store, count: number): Promise<void> {
  for (const name of ["circuit:one", "circuit:one", "circuit:\u0000", "circuit:none"])
    await store.increaseCounter(name);
  await store.resetCounter("circuit:none");
  for (let first = 0; first < count; first += 200) {
    const numbers = Array.from({ length: Math.min(200, count - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => fillOne(store, number)));
  }
}

async function fillOne(store: Store, number: number): Promise<void> {
  const ledger = sampleLedger(number, { orderId: `order-${number % 50}`, dueAt: sampleTime(number) });
  addAttempt(ledger, number);
  const payment = addPayment(ledger, number, { amount: LARGEST, capturedAmount: LARGEST, refundedAmount: 5 });
  payment.balance = LARGEST - 5;
  payment.attention = ["operation_failed"];
  addSource(ledger, number);
  payment.operations.push({
    id: `op_${number}`,
    type: "refund",
    amount: 5,
    status: "succeeded",
    createdAt: sampleTime(1),
  });
  const events = [sampleEvent(number * 2, sampleId(number)), sampleEvent(number * 2 + 1, sampleId(number))];
  const idempotency = sampleAnswer(`key-${number}`);
  const deliveries = [sampleDelivery(number, { eventId: events[1]?.id ?? "" })];
  await store.transact(sampleId(number), () => ({ result: 0, ledger, events, deliveries, idempotency }));
  // The name that it had stays its own.
  await alter(store, sampleId(number), ({ attempts }) => {
    for (const attempt of attempts) attempt.remoteId = `\u0000${number}`;
  });
}

async function folderSize(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "offsite-checkout-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function query(address: string, text: string): Promise<void> {
  const client = new Client(address);
  await client.connect();
  await client.query(text);
  await client.end();
}
