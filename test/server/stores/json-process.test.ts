import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { StoreError } from "../../../server/errors.ts";
import { openJsonStore } from "../../../server/stores/json.ts";
import { lockByFile, lockBySocketFile, lockFolder } from "../../../server/stores/json/folder-lock.ts";
import { depth } from "../../support/depth.ts";
import { sampleId, sampleTime } from "../../support/sample-ledger.ts";
import { assertIntact, step, type Progress } from "./small-load.ts";

const LOAD_PROCESS = fileURLToPath(new URL("load-process.ts", import.meta.url));
const SESSIONS = 8;
const ROUNDS = depth("kills under load", { whole: 8, less: 4 });

describe("the JSON store and the processes that open it", () => {
  it("has every acknowledged change and none twice, after any number of kills under load", async (t) => {
    const folder = await makeFolder(t);
    const progress = new Map<string, Progress>();
    for (let number = 0; number < SESSIONS; number += 1) progress.set(sampleId(number), { asked: 0, acknowledged: 0 });
    for (let round = 0; round < ROUNDS; round += 1) {
      await loadAndKill(folder, 20 + Math.random() * 250, progress);
      const store = await open(folder);
      await assertIntact(store, progress);
      for (const [id, known] of progress) {
        const version = (await store.readLedger(id))?.session.version ?? 0;
        Object.assign(known, { asked: version, acknowledged: version });
      }
      await store.close();
    }
    const total = [...progress.values()].reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    assert.ok(total > ROUNDS * SESSIONS, `only ${total} changes were made`);
  });

  it("refuses a second process, by whatever path, until the first is gone", async (t) => {
    const folder = await makeFolder(t);
    const link = `${folder}-link`;
    await symlink(folder, link);
    t.after(() => rm(link, { force: true }));
    const process = spawnLoad(folder);
    await once(process.stdout, "data");
    for (const path of [folder, `${folder}/.`, link]) {
      await assert.rejects(
        open(path),
        (error) => error instanceof StoreError && error.message.includes("in use by another process"),
      );
    }
    process.kill("SIGKILL");
    await once(process, "close");
    const store = await open(folder);
    await assert.rejects(open(folder), StoreError);
    const second = spawnLoad(folder);
    const messages: Buffer[] = [];
    second.stderr.on("data", (bytes: Buffer) => messages.push(bytes));
    assert.deepEqual(await once(second, "close"), [1, null]);
    assert.match(Buffer.concat(messages).toString(), /in use by another process/);
    await store.close();
    await (await open(folder)).close();
  });

  it("lets nobody else read its folder and files", async (t) => {
    const parent = await makeFolder(t);
    const folder = join(parent, "new", "store");
    const store = await open(folder);
    for (let version = 1; version < 4; version += 1) await step(store, 1, version);
    await store.close();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    await chmod(folder, 0o755);
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o644);
    await (await open(folder)).close();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, "journal-0000000001.log"))).mode & 0o777, 0o600);
  });

  it("says why a folder cannot be opened", async (t) => {
    const folder = await makeFolder(t);
    await writeFile(join(folder, "file"), "");
    await assert.rejects(open(join(folder, "file")), StoreError);
    await mkdir(join(folder, "store"));
    await writeFile(join(folder, "store", "store.json"), "{}");
    await assert.rejects(
      open(join(folder, "store")),
      (error) => error instanceof StoreError && error.message.includes("at offset 0"),
    );
  });
});

const LOCKS = { lockFolder, lockByFile, ...(process.platform === "linux" ? { lockBySocketFile } : {}) };
for (const [name, lock] of Object.entries(LOCKS)) {
  describe(name, () => {
    it("gives a folder to one at a time", async (t) => {
      const folder = await makeFolder(t);
      const release = await lock(folder);
      await assert.rejects(lock(folder), StoreError);
      await release();
      const again = await lock(folder);
      await again();
    });
  });
}

describe("lockBySocketFile", { skip: process.platform !== "linux" && "left out: it is Linux's" }, () => {
  it("takes over from a process that was killed, and leaves nothing in the folder", async (t) => {
    const folder = join(await makeFolder(t), "a".repeat(150));
    const load = spawnLoad(folder);
    await once(load.stdout, "data");
    await assert.rejects(lockBySocketFile(folder), StoreError);
    load.kill("SIGKILL");
    await once(load, "close");
    const left = await readdir(folder);
    assert.equal(left.filter((name) => name.startsWith("lock-")).length, 1);
    await (
      await lockBySocketFile(folder)
    )();
    assert.deepEqual(
      await readdir(folder),
      left.filter((name) => !name.startsWith("lock-")),
    );
  });

  it("never gives a folder to two of many", async (t) => {
    const folder = await makeFolder(t);
    for (let round = 0; round < 5; round += 1) {
      const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockBySocketFile(folder)));
      const got = locks.filter((lock) => lock.status === "fulfilled");
      assert.ok(got.length <= 1);
      for (const { value } of got) await value();
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it("refuses a process of another container", async (t) => {
    const folder = await makeFolder(t);
    const contained = spawnSync("unshare", ["--map-root-user", "--net", "--pid", "--fork", "true"]);
    if (contained.status !== 0) return t.skip("left out: this machine makes no containers");
    const store = await open(folder);
    const parameters = ["--map-root-user", "--net", "--pid", "--fork", process.execPath, LOAD_PROCESS, folder, "1"];
    const { status, stderr } = spawnSync("unshare", parameters, { encoding: "utf8", timeout: 10_000 });
    await store.close();
    assert.equal(status, 1);
    assert.match(stderr, /in use by another process/);
  });
});

describe("lockByFile", () => {
  it("takes over from a process that is gone, whoever has its number now", async (t) => {
    const folder = await makeFolder(t);
    const path = join(folder, "lock");
    await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "Mon Jan  1 00:00:00 2024" }));
    await (
      await lockByFile(folder)
    )();
    await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: "Mon Jan  1 00:00:00 2024" }));
    await (
      await lockByFile(folder)
    )();
  });

  it("leaves a lock alone that it cannot read", async (t) => {
    const folder = await makeFolder(t);
    await writeFile(join(folder, "lock-1"), "");
    await assert.rejects(lockByFile(folder), StoreError);
  });

  it("never gives a dead process's folder to two of many", async (t) => {
    const folder = await makeFolder(t);
    for (let round = 0; round < 5; round += 1) {
      await writeFile(join(folder, "lock-1"), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "" }));
      const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockByFile(folder)));
      const got = locks.filter((lock) => lock.status === "fulfilled");
      assert.ok(got.length <= 1);
      for (const { value } of got) await value();
      await (
        await lockByFile(folder)
      )();
    }
  });
});

function open(folder: string) {
  const now = () => new Date(sampleTime(0));
  return openJsonStore({ folder, log: pino({ level: "silent" }), now, snapshotAfterBytes: 100_000 });
}

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function spawnLoad(folder: string) {
  return spawn(process.execPath, [LOAD_PROCESS, folder, String(SESSIONS)], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs the load in a process of its own for a while, kills it, and takes down what it had acknowledged. */
async function loadAndKill(folder: string, durationMs: number, progress: Map<string, Progress>): Promise<void> {
  const process = spawnLoad(folder);
  const lines: Buffer[] = [];
  const closed = once(process, "close");
  process.stdout.on("data", (bytes: Buffer) => lines.push(bytes));
  await once(process.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  process.kill("SIGKILL");
  await closed;
  for (const line of Buffer.concat(lines).toString().split("\n")) {
    const [number, version] = line.split(" ").map(Number);
    const known = progress.get(sampleId(number ?? -1));
    if (known === undefined || version === undefined) continue;
    Object.assign(known, { acknowledged: version, asked: version });
  }
  // Of each session one more change may have been under way.
  for (const known of progress.values()) known.asked += 1;
}
