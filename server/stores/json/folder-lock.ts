import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { StoreError } from "../../errors.ts";
import { folderIdentity } from "./file-system.ts";

/** Gives a folder back. */
export type Release = () => Promise<void>;

/**
 * Takes a folder for this process alone, until it is released or the process ends in whatever way.
 *
 * @throws StoreError where another process has it
 */
export function lockFolder(folder: string): Promise<Release> {
  return process.platform === "linux" ? lockBySocket(folder) : lockByFile(folder);
}

/** Locks by an abstract Unix socket: the kernel gives its name once and takes it back when the process is gone. */
async function lockBySocket(folder: string): Promise<Release> {
  const server = createServer((socket) => socket.destroy());
  const name = `\0offsite-checkout-store-${await folderIdentity(folder)}`;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(cause.code === "EADDRINUSE" ? inUse(folder, cause) : cause);
    });
    server.listen(name, resolve);
  });
  // A lock alone is no reason to keep the process running.
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Locks by a file that only one process can name; it says which, so that a dead one's can be taken over. */
export async function lockByFile(folder: string): Promise<Release> {
  const path = join(folder, "lock");
  const mine = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, startedAt: await startTime(process.pid) }), { mode: 0o600 });
  try {
    for (let round = 0; round < 3; round += 1) {
      if (await linkNew(mine, path)) return () => rm(path, { force: true });
      const theirs = await readFile(path, "utf8").catch(() => null);
      if (theirs === null) continue;
      if (await isAlive(theirs)) break;
      await takeAway(path, theirs);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw inUse(folder);
}

/** Gives a file a second name, unless that is taken: a lock is there with all that it says, or not at all. */
async function linkNew(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    return false;
  }
}

/** Removes a dead process's lock, unless another process did and has made its own meanwhile. */
async function takeAway(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  // What was moved may already be the lock of a living process: then it goes back.
  if ((await readFile(aside, "utf8")) !== content) await linkNew(aside, path);
  await rm(aside, { force: true });
}

async function isAlive(content: string): Promise<boolean> {
  let owner: { pid?: unknown; startedAt?: unknown };
  try {
    owner = JSON.parse(content) as { pid?: unknown; startedAt?: unknown };
  } catch {
    // Nothing of ours; whoever made it may have had a reason.
    return true;
  }
  if (typeof owner.pid !== "number") return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // Another process may have been given the number since.
  return (await startTime(owner.pid)) === owner.startedAt;
}

async function startTime(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
      env: { LC_ALL: "C", PATH: "/bin:/usr/bin" },
    });
    return stdout.trim();
  } catch {
    return "";
  }
}

function inUse(folder: string, cause?: unknown): StoreError {
  return new StoreError(
    "storage_unavailable",
    `${folder} is in use by another process; a JSON store serves one at a time`,
    { cause },
  );
}
