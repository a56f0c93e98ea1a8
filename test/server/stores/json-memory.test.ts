import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { comparePlaces, type Place } from "../../../server/stores/cursor.ts";
import { LedgerDocument } from "../../../server/stores/json/document.ts";
import { DueQueue } from "../../../server/stores/json/due-queue.ts";
import { listPayments, listSessions } from "../../../server/stores/json/lists.ts";
import { writeEvent } from "../../../server/stores/json/event-log.ts";
import { NameTable, seededHash } from "../../../server/stores/json/name-table.ts";
import { describeSession } from "../../../server/stores/json/session-index.ts";
import { ShardedMap } from "../../../server/stores/json/sharded-map.ts";
import { SortedList } from "../../../server/stores/json/sorted-list.ts";
import { TextArena, type Place as TextPlace } from "../../../server/stores/json/text-arena.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import type { SessionFilter } from "../../../server/stores/store.ts";
import { addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../../support/sample-ledger.ts";
import { seededRandom } from "./crashing-disk.ts";

describe("TextArena", () => {
  it("keeps every text while others come and go", () => {
    const random = seededRandom(1);
    const arena = new TextArena();
    const kept = new Map<string, TextPlace>();
    for (let round = 0; round < 20_000; round += 1) {
      const [oldest] = kept;
      if (oldest !== undefined && random() < 0.45) {
        const [text, place] = oldest;
        assert.equal(arena.read(place), text);
        arena.free(place);
        kept.delete(text);
      } else {
        const length = random() < 0.01 ? 100_000 : Math.floor(random() * 3000);
        const text = `${round}${random() < 0.5 ? "é€😀" : ""}`.padEnd(length, String.fromCharCode(97 + (round % 26)));
        kept.set(text, random() < 0.5 ? arena.write(text) : arena.copy(Buffer.from(text)));
      }
    }
    assert.ok(kept.size > 1000);
    for (const [text, place] of kept) assert.equal(arena.read(place), text);
  });

  it("gives freed room again", () => {
    const arena = new TextArena();
    const first = arena.write("x".repeat(500));
    arena.free(first);
    assert.equal(arena.write("y".repeat(490)).block, first.block);
    assert.notEqual(arena.write("z".repeat(490)).block, first.block);
  });
});

describe("NameTable", () => {
  it("finds every owner among many", () => {
    const table = new NameTable();
    const hash = seededHash(5);
    const hashes = Array.from({ length: 20_001 }, (_, owner) => hash(`reference:gateway:${owner}`));
    for (const [owner, { low, high }] of hashes.entries()) if (owner < 20_000) table.add(low, high, owner);
    for (const [owner, { low, high }] of hashes.entries()) {
      assert.deepEqual(table.candidates(low, high), owner < 20_000 ? [owner] : []);
    }
  });

  it("spreads names that are nearly alike over all 64 bits", () => {
    const hash = seededHash(7);
    const seen = new Set<string>();
    for (let number = 0; number < 100_000; number += 1) {
      const { low, high } = hash(`token:${number.toString(16).padStart(64, "0")}`);
      seen.add(`${low} ${high}`);
    }
    assert.equal(seen.size, 100_000);
  });

  it("lets a document tell names apart whose hashes are the same", () => {
    const document = new LedgerDocument(() => ({ low: 1, high: 1 }));
    const ledgers = [1, 2, 3].map((number) => sampleLedger(number));
    for (const ledger of ledgers) {
      const session = { ...describeSession(ledger, [], document.hash), hasNewNames: true };
      document.apply({ session, events: [], idempotency: undefined });
    }
    for (const { session } of ledgers) assert.equal(document.findOwner(`page:${session.pageToken}`), session.id);
    assert.equal(document.findOwner("page:unknown"), undefined);
  });
});

describe("LedgerDocument", () => {
  const everything = { limit: 100 };
  const put = (document: LedgerDocument, ledger: Ledger) => {
    const session = { ...describeSession(ledger, [], document.hash), hasNewNames: true };
    document.apply({ session, events: [], idempotency: undefined });
  };
  const idsOf = async (document: LedgerDocument, filter: SessionFilter) =>
    (await listSessions(document, filter, everything)).items.map(({ session }) => session.id);

  it("tells sessions, orders and customers apart whose hashes are the same", async () => {
    const document = new LedgerDocument(() => ({ low: 1, high: 1 }));
    for (const number of [1, 2, 3]) put(document, sampleLedger(number, { orderId: `order-${number}` }));
    assert.equal(document.readLedger(sampleId(2))?.session.orderId, "order-2");
    assert.equal(document.readLedger(sampleId(4)), null);
    assert.deepEqual(await idsOf(document, { orderId: "order-3" }), [sampleId(3)]);
    assert.deepEqual(await idsOf(document, { customer: "customer-1" }), [sampleId(1)]);
    assert.deepEqual(await idsOf(document, { customer: "ada@shop.example" }), [3, 2, 1].map(sampleId));
    assert.deepEqual(await idsOf(document, { orderId: "order-3", customer: "customer-1" }), []);
  });

  it("lists a session where its records are now, once, though it has been elsewhere", async () => {
    const document = new LedgerDocument(seededHash(8));
    for (const orderId of ["one", "other", "one"]) put(document, sampleLedger(1, { orderId }));
    assert.deepEqual(await idsOf(document, { orderId: "one" }), [sampleId(1)]);
    assert.deepEqual(await idsOf(document, { orderId: "other" }), []);
  });

  it("lists payments by age and then by id, whatever comes, moves and goes", async () => {
    const document = new LedgerDocument(seededHash(9));
    const ledgers = [1, 2, 3, 4].map((number) => sampleLedger(number));
    for (const [index, ledger] of ledgers.entries()) {
      // All at once, so that their ids decide, and two of each session.
      for (const number of [7 - index, 20 + index]) addPayment(ledger, number, { createdAt: sampleTime(9) });
      put(document, ledger);
    }
    const [first, second, third] = ledgers;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    first.payments.reverse();
    second.payments.shift();
    third.payments = third.payments.map((payment) => ({ ...payment, createdAt: sampleTime(1) }));
    for (const ledger of [first, second, third]) put(document, ledger);
    const { items } = await listPayments(document, {}, everything);
    const expected = ledgers
      .flatMap(({ payments }) => payments)
      .sort((one, other) => comparePlaces(other, one))
      .map(({ id }) => id);
    assert.deepEqual(
      items.map(({ id }) => id),
      expected,
    );
    assert.equal(expected.length, 7);
  });

  it("keeps no objects for a session, its payment and its events", () => {
    const document = new LedgerDocument(seededHash(10));
    const count = 20_000;
    const before = usedHeap();
    for (let number = 0; number < count; number += 1) {
      const ledger = sampleLedger(number, { orderId: `order-${number}` });
      addPayment(ledger, number);
      put(document, ledger);
      for (const sequence of [number * 2 + 1, number * 2 + 2]) {
        document.events.add(writeEvent({ ...sampleEvent(number, ledger.session.id), sequence }));
      }
    }
    const bytes = (usedHeap() - before) / count;
    assert.equal(document.sessions.size, count);
    // As objects, a session and its payment took 750, and as strings two events 650 more.
    assert.ok(bytes < 150, `${bytes.toFixed(0)} bytes of heap for a session`);
  });
});

describe("ShardedMap", () => {
  it("does what a map does", () => {
    const random = seededRandom(2);
    const sharded = new ShardedMap<number>();
    const map = new Map<string, number>();
    for (let round = 0; round < 20_000; round += 1) {
      const key = String(Math.floor(random() * 3000));
      if (random() < 0.3) {
        sharded.delete(key);
        map.delete(key);
      } else {
        sharded.set(key, round);
        map.set(key, round);
      }
      assert.equal(sharded.size, map.size);
    }
    assert.deepEqual(new Map(sharded.entries()), map);
    for (const [key, value] of map) assert.equal(sharded.get(key), value);
  });
});

describe("SortedList", () => {
  it("keeps its order however items come and go", () => {
    const random = seededRandom(3);
    const list = new SortedList<Place>({
      placeOf: (place) => place,
      compare: comparePlaces,
      compareWith: comparePlaces,
    });
    let items = Array.from({ length: 2000 }, (_, number) => ({
      createdAt: sampleTime(Math.floor(random() * 50)),
      id: String(number),
    }));
    list.beginBulk();
    for (const item of items.slice(0, 1000)) list.add(item);
    list.endBulk();
    for (const item of items.slice(1000)) list.add(item);
    for (const item of items.slice(500, 700)) list.remove(item);
    items = [...items.slice(0, 500), ...items.slice(700)];
    const key = ({ createdAt, id }: { createdAt: string; id: string }) => `${createdAt} ${id}`;
    const expected = items.map(key).sort().toReversed();
    assert.deepEqual([...list.newestFirst()].map(key), expected);
    const middle = items[300];
    assert.ok(middle !== undefined);
    const older = [...list.newestFirst(middle)].map(key);
    assert.deepEqual(older, expected.slice(expected.indexOf(key(middle)) + 1));
  });
});

describe("DueQueue", () => {
  it("gives what a plain list would, through any order of changes and claims", () => {
    const random = seededRandom(4);
    const queue = new DueQueue();
    const plain = new Map<string, { dueAt: string; leaseUntil: string }>();
    for (let round = 0; round < 5000; round += 1) {
      const now = sampleTime(round);
      const id = sampleId(Math.floor(random() * 60));
      if (random() < 0.8) {
        const dueAt = random() < 0.2 ? undefined : sampleTime(round + Math.floor(random() * 100) - 30);
        queue.set(id, dueAt);
        if (dueAt === undefined) plain.delete(id);
        else plain.set(id, { dueAt, leaseUntil: "" });
        continue;
      }
      const leaseUntil = sampleTime(round + 20);
      const limit = Math.floor(random() * 8);
      const expected = [...plain]
        .filter(([, entry]) => entry.dueAt <= now && entry.leaseUntil <= now)
        .sort(([one, { dueAt }], [other, entry]) => (`${dueAt}${one}` < `${entry.dueAt}${other}` ? -1 : 1))
        .slice(0, limit)
        .map(([claimed]) => claimed);
      assert.deepEqual(queue.claim(now, leaseUntil, limit), expected);
      for (const claimed of expected) Object.assign(plain.get(claimed) ?? {}, { leaseUntil });
    }
  });
});

/** The bytes of the heap that are in use when nothing is left to collect. */
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
