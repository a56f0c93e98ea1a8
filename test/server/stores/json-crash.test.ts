import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pino } from "pino";
import { StoreError } from "../../../server/errors.ts";
import { openJsonStore, type JsonStoreOptions } from "../../../server/stores/json.ts";
import type { Store } from "../../../server/stores/store.ts";
import { choose, depth } from "../../support/depth.ts";
import { sampleTime } from "../../support/sample-ledger.ts";
import { CrashingDisk, seededRandom, type Loss } from "./crashing-disk.ts";
import { assertIntact, runLoad, smallLedger, step, type Progress } from "./small-load.ts";

const FOLDER = "/store";
const SILENT = pino({ level: "silent" });

const LOSSES = choose<[seed: number, loss: Loss]>(
  "losses at each cut",
  [
    [0, "none"],
    [1, "all"],
    [2, "some"],
    [3, "some"],
    [4, "some"],
  ],
  ([seed]) => seed <= 2,
);
const SECOND_CUTS = depth("stores that are cut twice", { whole: 150, less: 15 });
const CUTS = Array.from({ length: 100 }, (_, index) => 20 + index);
const BITS = depth("bits of each byte to alter", { whole: 8, less: 1 });

describe("the JSON store, when the power goes", () => {
  const load = { sessions: 6, changes: 7 };

  it("has every acknowledged change and none twice, wherever it is cut", async () => {
    const whole = new CrashingDisk();
    await loadUntilCut(whole, load);
    const steps = whole.steps;
    assert.ok(steps > 60, `the load takes ${steps} steps`);
    assert.ok([...whole.files().keys()].some((path) => path.includes("snapshot")));
    for (let cutAt = 1; cutAt <= steps; cutAt += 1) {
      for (const [seed, loss] of LOSSES) {
        const disk = new CrashingDisk();
        disk.cutAt = cutAt;
        const progress = await loadUntilCut(disk, load);
        const found = disk.afterCrash(loss, seededRandom(cutAt * 10 + seed));
        await assert.doesNotReject(assertRecovers(found, progress), `cut at ${cutAt}, lost ${loss}, seed ${seed}`);
      }
    }
  });

  it("has them all after a second cut while it recovers", async () => {
    for (let seed = 0; seed < SECOND_CUTS; seed += 1) {
      const random = seededRandom(seed);
      const disk = new CrashingDisk();
      disk.cutAt = 20 + Math.floor(random() * 100);
      const progress = await loadUntilCut(disk, load);
      let found = disk.afterCrash("some", random);
      for (let round = 0; round < 3; round += 1) {
        found.cutAt = Math.floor(random() * 60);
        await loadUntilCut(found, { sessions: 6, changes: 9 }, progress);
        found = found.afterCrash(round % 2 === 0 ? "none" : "some", random);
      }
      await assert.doesNotReject(assertRecovers(found, progress), `seed ${seed}`);
    }
  });
});

describe("the JSON store, when its process is killed", () => {
  it("never loses, to a power cut, what it showed after it was started again", async () => {
    for (const cutAt of choose("cuts after a kill", CUTS, (cutAt) => cutAt % 3 === 0)) {
      const disk = new CrashingDisk();
      disk.cutAt = cutAt;
      const progress = await loadUntilCut(disk, { sessions: 6, changes: 7 });
      // The kernel still has what was only written.
      disk.cutAt = Infinity;
      const store = await openOn(disk);
      await adopt(store, progress);
      await assertRecovers(disk.afterCrash("all", seededRandom(cutAt)), progress);
      await store.close();
    }
  });
});

describe("the JSON store, with a journal that was cut or altered", () => {
  it("drops a torn record, keeps those before it, and says so, wherever it is torn", async () => {
    const { files, lengths } = await writeThree();
    const journal = files.get(JOURNAL) ?? Buffer.alloc(0);
    const first = lengths[0] ?? 0;
    const places = Array.from({ length: journal.length - first }, (_, index) => first + index);
    for (const length of choose("places to tear the journal", places, isNear(lengths))) {
      const disk = diskOf(files, [JOURNAL, journal.subarray(0, length)]);
      const warnings: { offset?: number; dropped?: number; file?: string }[] = [];
      const log = { ...quiet, warn: (details: object) => void warnings.push(details) };
      const store = await openOn(disk, { log });
      const whole = lengths.filter((end) => end <= length).length;
      assert.equal((await store.listEvents(0, 10)).length, whole);
      const end = lengths[whole - 1] ?? 0;
      const expected = length === end ? [] : [{ file: JOURNAL, offset: end, dropped: length - end }];
      assert.deepEqual(warnings, expected, `cut at ${length}`);
      await step(store, 9, 1);
      await store.close();
      const again = await openOn(disk);
      assert.equal((await again.listEvents(0, 10)).length, whole + 1);
      await again.close();
    }
  });

  it("refuses any altered bit, naming file and offset", async () => {
    const { files } = await writeThree();
    const snapshots = [...files.keys()].filter((path) => path.includes("snapshot"));
    assert.equal(snapshots.length, 1);
    for (const [path, bytes] of files) {
      const places = Array.from(bytes, (_, index) => index);
      for (const index of choose(`bytes of ${path} to alter`, places, (place) => place % 3 === 0)) {
        for (let nth = 0; nth < BITS; nth += 1) {
          const bit = (index + nth) % 8;
          const altered = Buffer.from(bytes);
          altered[index] = (altered[index] ?? 0) ^ (1 << bit);
          const opening = openOn(diskOf(files, [path, altered]));
          await assert.rejects(opening, namesPlace(path), `bit ${bit} of byte ${index} of ${path}`);
        }
      }
    }
  });

  it("refuses a cut or emptied snapshot", async () => {
    const { files } = await writeThree();
    for (const [path, bytes] of files) {
      if (!path.includes("snapshot")) continue;
      for (let length = 0; length < bytes.length; length += 1) {
        await assert.rejects(openOn(diskOf(files, [path, bytes.subarray(0, length)])), namesPlace(path));
      }
    }
  });

  it("refuses zeros before a record that says they had been written", async () => {
    const { files, lengths } = await writeThree();
    const journal = Buffer.from(files.get(JOURNAL) ?? "");
    journal.fill(0, lengths[0], lengths[1]);
    await assert.rejects(openOn(diskOf(files, [JOURNAL, journal])), namesPlace(JOURNAL));
  });

  it("refuses a folder from which any file is missing", async () => {
    const { files } = await writeThree();
    assert.equal(files.size, 3);
    for (const path of files.keys()) {
      const disk = diskOf(files);
      disk.take(path);
      await assert.rejects(
        openOn(disk),
        (error) => error instanceof StoreError && /is missing|begins after/.test(error.message),
        path,
      );
    }
  });

  it("refuses a journal that another one continued, when that is missing", async () => {
    const disk = new CrashingDisk();
    const store = await openOn(disk, { snapshotAfterBytes: 1 });
    // The snapshot cannot be written, and so both journals stay.
    disk.fault = (operation, path) => {
      if (operation === "open" && path.includes("snapshot")) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    await step(store, 1, 1);
    await step(store, 2, 1);
    await store.close();
    disk.fault = () => undefined;
    const journals = [...disk.files().keys()].filter((path) => path.includes("journal")).sort();
    assert.ok(journals.length > 1);
    const reopened = await openOn(diskOf(disk.files()));
    assert.equal((await reopened.listEvents(0, 10)).length, 2);
    await reopened.close();
    for (const path of journals) {
      const damagedDisk = diskOf(disk.files());
      damagedDisk.take(path);
      await assert.rejects(openOn(damagedDisk), (error) => error instanceof StoreError && error.message.includes(path));
    }
  });

  it("refuses a newer format", async () => {
    const { files } = await writeThree();
    const manifest = (files.get(MANIFEST) ?? "").toString().replace('"format":1', '"format":2');
    await assert.rejects(
      openOn(diskOf(files, [MANIFEST, Buffer.from(manifest)])),
      (error) => error instanceof StoreError && error.message.includes("format 2, which a newer version wrote"),
    );
  });

  it("refuses files of another store", async () => {
    const one = await writeThree();
    const other = await writeThree();
    for (const path of one.files.keys()) {
      if (path === MANIFEST) continue;
      await assert.rejects(openOn(diskOf(one.files, [path, other.files.get(path) ?? Buffer.alloc(0)])), StoreError);
    }
  });
});

describe("the JSON store, on a disk that fails", () => {
  it("refuses with storage_full, keeps memory equal to disk, reads on, and recovers by itself", async () => {
    const disk = new CrashingDisk();
    const store = await openOn(disk);
    await step(store, 1, 1);
    const used = [...disk.files().values()].reduce((sum, { length }) => sum + length, 0);
    const progress = new Map<string, Progress>([[smallLedger(1, 1).session.id, { asked: 1, acknowledged: 1 }]]);
    for (let room = 0; room < 900; room += 60) {
      disk.capacity = used + room;
      const before = (await store.listEvents(0, 100)).length;
      const results = await Promise.allSettled([step(store, 1, 2), step(store, 2, 1), step(store, 3, 1)]);
      for (const result of results) {
        assert.ok(result.status === "rejected" && result.reason instanceof StoreError);
        assert.equal(result.reason.code, "storage_full");
        assert.equal(result.reason.status, 507);
      }
      assert.equal((await store.listEvents(0, 100)).length, before);
      assert.equal((await store.readLedger(smallLedger(1, 1).session.id))?.session.version, 1);
      if (room === 0)
        await assert.rejects(store.checkReady(), (error) => (error as StoreError).code === "storage_full");
      for (let seed = 0; seed < 10; seed += 1) {
        await assertRecovers(disk.afterCrash("some", seededRandom(seed)), progress);
      }
    }
    disk.capacity = Infinity;
    await store.checkReady();
    await step(store, 1, 2);
    progress.set(smallLedger(1, 1).session.id, { asked: 2, acknowledged: 2 });
    await store.close();
    await assertRecovers(disk, progress);
  });

  it("goes on without a snapshot while there is no room for one, and writes it later", async () => {
    const disk = new CrashingDisk();
    const store = await openOn(disk, { snapshotAfterBytes: 2000 });
    let isFull = true;
    disk.fault = (operation, path) => {
      const isSnapshot = operation === "write" && path.includes("snapshot");
      if (isFull && isSnapshot) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    const progress = await runLoad(store, { sessions: 5, changes: 10 });
    // A snapshot that finds no room takes its beginning away again.
    await settle();
    assert.ok(![...disk.files().keys()].some((path) => path.includes("snapshot")));
    isFull = false;
    await runLoad(store, { sessions: 5, changes: 25 }, progress);
    await settle();
    assert.ok([...disk.files().keys()].some((path) => /snapshot-\d+\.log$/.test(path)));
    await store.close();
    await assertRecovers(disk, progress);
  });

  it("acknowledges nothing after a failed sync, then or later, and tells the process", async () => {
    for (let failing = 1; failing <= 4; failing += 1) {
      const disk = new CrashingDisk();
      const faults: StoreError[] = [];
      const store = await openOn(disk, { onFatal: (error) => void faults.push(error), snapshotAfterBytes: 1e6 });
      let syncs = 0;
      disk.fault = (operation) => {
        if (operation !== "sync") return;
        syncs += 1;
        if (syncs === failing) throw Object.assign(new Error("input/output error"), { code: "EIO" });
      };
      const progress = await runLoad(store, { sessions: 4, changes: 6 });
      const acknowledged = [...progress.values()].map((known) => known.acknowledged);
      assert.deepEqual(
        acknowledged,
        [1, 1, 1, 1].map((one) => one * (failing - 1)),
      );
      await assert.rejects(step(store, 9, 1), isUnavailable);
      await assert.rejects(store.checkReady(), isUnavailable);
      await assert.rejects(store.readLedger("cs_1"), isUnavailable);
      assert.equal(faults.length, 1);
      await store.close();
      disk.fault = () => undefined;
      for (const loss of ["none", "all", "some"] as const) {
        await assertRecovers(disk.afterCrash(loss, seededRandom(failing)), progress);
      }
    }
  });

  it("stops where the disk cannot even take back what it refused", async () => {
    const disk = new CrashingDisk();
    const faults: StoreError[] = [];
    const store = await openOn(disk, { onFatal: (error) => void faults.push(error) });
    await step(store, 1, 1);
    disk.capacity = 1;
    disk.fault = (operation) => {
      if (operation === "truncate") throw Object.assign(new Error("input/output error"), { code: "EIO" });
    };
    await assert.rejects(step(store, 1, 2), isUnavailable);
    assert.equal(faults.length, 1);
    await assert.rejects(step(store, 1, 2), isUnavailable);
    await store.close();
  });
});

const MANIFEST = join(FOLDER, "store.json");
const JOURNAL = join(FOLDER, "journal-0000000002.log");
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function openOn(disk: CrashingDisk, options: Partial<JsonStoreOptions> = {}): Promise<Store> {
  const now = () => new Date(sampleTime(0));
  return openJsonStore({ folder: FOLDER, log: SILENT, fileSystem: disk, snapshotAfterBytes: 2500, now, ...options });
}

/** Opens, loads and closes a store, as far as the disk allows; gives what was acknowledged. */
async function loadUntilCut(
  disk: CrashingDisk,
  load: { sessions: number; changes: number },
  progress = new Map<string, Progress>(),
): Promise<Map<string, Progress>> {
  let store: Store | undefined;
  try {
    store = await openOn(disk);
    await adopt(store, progress);
    await runLoad(store, load, progress);
    await settle();
  } catch {
    // The power is gone; what it left is looked at by whoever called.
  }
  await store?.close().catch(() => undefined);
  return progress;
}

/** Takes what a crash left as what was asked for and acknowledged: it was seen. */
async function adopt(store: Store, progress: Map<string, Progress>): Promise<void> {
  for (const [id, known] of progress) {
    const version = (await store.readLedger(id))?.session.version ?? 0;
    assert.ok(version >= known.acknowledged && version <= known.asked);
    Object.assign(known, { asked: version, acknowledged: version });
  }
}

async function assertRecovers(disk: CrashingDisk, progress: Map<string, Progress>): Promise<void> {
  const store = await openOn(disk);
  try {
    await assertIntact(store, progress);
  } finally {
    await store.close();
  }
}

/** Writes a store with a snapshot and three records behind it, each synced alone; gives where they end. */
async function writeThree(): Promise<{ files: Map<string, Buffer>; lengths: number[] }> {
  const disk = new CrashingDisk();
  const first = await openOn(disk, { snapshotAfterBytes: 1 });
  await first.transact("cs_0", () => {
    const ledger = smallLedger(0, 1);
    ledger.session.id = "cs_0";
    return { result: 0, ledger };
  });
  await settle();
  await first.close();
  const store = await openOn(disk, { snapshotAfterBytes: 1e6 });
  const lengths: number[] = [];
  for (let number = 1; number <= 3; number += 1) {
    await step(store, number, 1);
    lengths.push(disk.files().get(JOURNAL)?.length ?? 0);
  }
  await store.close();
  return { files: disk.files(), lengths };
}

/** Every fifth place, and those about the end of a record. */
function isNear(ends: readonly number[]): (place: number) => boolean {
  return (place) => place % 5 === 0 || ends.some((end) => Math.abs(place - end) <= 4);
}

function diskOf(files: Map<string, Buffer>, ...replaced: [path: string, bytes: Buffer][]): CrashingDisk {
  const disk = new CrashingDisk();
  for (const [path, bytes] of new Map([...files, ...replaced])) disk.put(path, bytes);
  return disk;
}

function namesPlace(path: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof StoreError &&
    error.message.includes(path) &&
    (/at offset \d+/.test(error.message) || error.message.includes("newer version"));
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.code === "storage_unavailable";
}

/** Lets a snapshot that has begun end: on a disk in memory, a few turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
