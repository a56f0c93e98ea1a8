/**
 * Faults that need privileges or tools, for machines that are asked for them by `FAULTS=1`: a kill at every system
 * call that matters, a disk that fails, and a power cut of a real file system.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import { leftOut } from "../../support/depth.ts";
import { sampleId, sampleTime } from "../../support/sample-ledger.ts";
import { assertIntact, type Progress } from "./small-load.ts";

const LOAD_PROCESS = fileURLToPath(new URL("load-process.ts", import.meta.url));
const SESSIONS = 4;
const RUN_LIMIT_MS = 2000;
const IMAGE_MIB = 64;
const MEMORY = "/dev/shm";

const straceFault = findFault(() => execFileSync("strace", ["-f", "-e", "trace=fdatasync", "true"], { stdio: "pipe" }));
const mountFault = findFault(() => {
  using memory = temporaryFolder(MEMORY);
  using mounted = mountImage(makeImage(memory.path));
  assert.ok(mounted.folder);
});

describe("the JSON store, killed at a system call", { skip: straceFault }, () => {
  const often = [1, 2, 3, 4, 5, 7, 11, 17, 40, 90];
  const rarely = [1, 2, 3];
  const calls = { pwrite64: often, fdatasync: often, fsync: often, rename: rarely, unlink: rarely, ftruncate: rarely };
  for (const [call, counts] of Object.entries(calls)) {
    it(`has every acknowledged change and none twice, wherever ${call} is the last`, async () => {
      using folder = temporaryFolder();
      const progress = new Map<string, Progress>();
      for (const count of counts) {
        await runUnder(
          [
            "strace",
            "-f",
            "-q",
            "-o",
            "/dev/null",
            "-e",
            `trace=${call}`,
            "-e",
            `inject=${call}:signal=KILL:when=${count}`,
          ],
          folder.path,
          progress,
        );
        await assertRecovers(folder.path, progress);
      }
    });
  }

  it("acknowledges nothing from the first sync that fails", async () => {
    for (const count of [1, 2, 5, 20]) {
      using folder = temporaryFolder();
      const progress = new Map<string, Progress>();
      const inject = `inject=fdatasync,fsync:error=EIO:when=${count}+`;
      const code = await runUnder(
        ["strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", inject],
        folder.path,
        progress,
      );
      assert.notEqual(code, 0, "the process must end");
      await assertRecovers(folder.path, progress);
    }
  });
});

describe("the JSON store, after a power cut", { skip: mountFault }, () => {
  it("has every acknowledged change on a real file system that lost what was not synced", async () => {
    for (const durationMs of [150, 400, 900]) {
      const progress = new Map<string, Progress>();
      using memory = temporaryFolder(MEMORY);
      const image = makeImage(memory.path);
      const afterwards = `${image}.copy`;
      {
        using mounted = mountImage(image);
        await runUnder([], join(mounted.folder, "store"), progress, durationMs);
        // What the kernel still held for the device is not in the copy: that is what a power cut takes.
        execFileSync("cp", ["--sparse=always", image, afterwards]);
      }
      using found = mountImage(afterwards);
      await assertRecovers(join(found.folder, "store"), progress);
    }
  });
});

function findFault(probe: () => void): string | false {
  if (leftOut !== false) return leftOut;
  try {
    probe();
    return false;
  } catch (error) {
    return `left out: this machine does not allow it (${(error as Error).message.split("\n")[0]})`;
  }
}

/** Runs the load under a command until it is killed, and takes down what it had acknowledged. */
async function runUnder(
  command: string[],
  folder: string,
  progress: Map<string, Progress>,
  limitMs = RUN_LIMIT_MS,
): Promise<number | null> {
  const [program, ...rest] = [...command, process.execPath, LOAD_PROCESS, folder, String(SESSIONS)];
  const child = spawn(program, rest, {
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lines: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => lines.push(bytes));
  const closed = once(child, "close") as Promise<[number | null]>;
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, limitMs);
  const [code] = await closed;
  clearTimeout(timer);
  for (let number = 0; number < SESSIONS; number += 1) {
    const known = progress.get(sampleId(number));
    if (known === undefined) progress.set(sampleId(number), { asked: 0, acknowledged: 0 });
  }
  for (const line of Buffer.concat(lines).toString().split("\n")) {
    const [number, version] = line.split(" ").map(Number);
    const known = progress.get(sampleId(number ?? -1));
    if (known !== undefined && version !== undefined) Object.assign(known, { acknowledged: version, asked: version });
  }
  // Of each session one more change may have been under way.
  for (const known of progress.values()) known.asked += 1;
  return code;
}

async function assertRecovers(folder: string, progress: Map<string, Progress>): Promise<void> {
  const store = await openJsonStore({
    folder,
    log: pino({ level: "silent" }),
    now: () => new Date(sampleTime(0)),
    snapshotAfterBytes: 100_000,
  });
  await assertIntact(store, progress);
  for (const [id, known] of progress) {
    const version = (await store.readLedger(id))?.session.version ?? 0;
    Object.assign(known, { asked: version, acknowledged: version });
  }
  await store.close();
}

function temporaryFolder(parent = tmpdir()): Disposable & { path: string } {
  const path = mkdtempSync(join(parent, "offsite-checkout-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Makes a file in memory that holds an empty file system. */
function makeImage(folder: string): string {
  const image = join(folder, "image");
  execFileSync("truncate", ["-s", `${IMAGE_MIB}M`, image]);
  execFileSync("mkfs.ext4", ["-q", "-F", image], { stdio: "pipe" });
  return image;
}

function mountImage(image: string): Disposable & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "offsite-mount-"));
  execFileSync("mount", ["-o", "loop", image, folder], { stdio: "pipe" });
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync("umount", [folder], { stdio: "pipe" });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
