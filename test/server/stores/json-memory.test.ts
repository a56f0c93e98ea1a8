import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparePlaces, type Place } from "../../../server/stores/cursor.ts";
import { LedgerDocument } from "../../../server/stores/json/document.ts";
import { DueQueue } from "../../../server/stores/json/due-queue.ts";
import { NameTable, seededHash } from "../../../server/stores/json/name-table.ts";
import { describeSession } from "../../../server/stores/json/session-index.ts";
import { ShardedMap } from "../../../server/stores/json/sharded-map.ts";
import { SortedList } from "../../../server/stores/json/sorted-list.ts";
import { TextArena, type Place as TextPlace } from "../../../server/stores/json/text-arena.ts";
import { sampleId, sampleLedger, sampleTime } from "../../support/sample-ledger.ts";
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
