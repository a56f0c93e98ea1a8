import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { StoreError } from "../../errors.ts";
import { folderIdentity } from "./file-system.ts";

/** Gives a folder back. */
export type Release = () => Promise<void>;

const LOCK_PREFIX = "lock-";

/**
 * Takes a folder for this process alone, until it is released or the process ends in whatever way.
 *
 * @throws StoreError where another process has it
 */
export function lockFolder(folder: string): Promise<Release> {
  return process.platform === "linux" ? lockBySocket(folder) : lockByFile(folder);
}

/** Locks by sockets, which the kernel takes back from a process that is gone. */
async function lockBySocket(folder: string): Promise<Release> {
  const releaseName = await lockByName(folder);
  try {
    const releaseFile = await lockBySocketFile(folder);
    return async () => {
      await releaseFile();
      await releaseName();
    };
  } catch (error) {
    await releaseName();
    throw error;
  }
}

/** Locks by an abstract Unix socket, whose name the kernel gives once in each network namespace. */
async function lockByName(folder: string): Promise<Release> {
  const name = `\0offsite-checkout-store-${await folderIdentity(folder)}`;
  try {
    return await listen(name);
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "EADDRINUSE" ? inUse(folder, cause) : cause;
  }
}

/**
 * Locks by a socket in the folder for each process that tries, which answers while the process lives: also those of other
 * containers, which know nothing of each other's abstract names and process ids. Of two that try at the same moment both
 * may be refused, but never both let in. A file system that holds no sockets, or is only read, goes without.
 */
export async function lockBySocketFile(folder: string): Promise<Release> {
  const handle = await open(folder, "r");
  // By way of the descriptor: the path of a socket has room for a hundred characters.
  const pathOf = (name: string) => `/proc/self/fd/${handle.fd}/${name}`;
  const name = `${LOCK_PREFIX}${randomUUID()}`;
  const close = await listen(pathOf(name)).catch(() => null);
  const release = async () => {
    await close?.();
    await rm(join(folder, name), { force: true });
    await handle.close();
  };
  try {
    if (close !== null) await chmod(join(folder, name), 0o600);
    for (const other of await readdir(folder)) {
      if (!other.startsWith(LOCK_PREFIX) || other === name) continue;
      if (await isAnswered(pathOf(other))) throw inUse(folder);
      // No other socket ever gets this name, so that it is surely the dead one's that goes.
      if (close !== null) await rm(join(folder, other), { force: true });
    }
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

/** Listens at a socket, which is no reason to keep the process running; gives the way to end it. */
async function listen(path: string): Promise<Release> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path).unref();
  await once(server, "listening");
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return !["ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
  }
}

/**
 * Locks by a file for each process that tries, which says who it is: whoever then sees nobody else alive has the
 * folder. Of two that try at the same moment both may be refused, but never both let in.
 */
export async function lockByFile(folder: string): Promise<Release> {
  const name = `${LOCK_PREFIX}${randomUUID()}`;
  const path = join(folder, name);
  const release = () => rm(path, { force: true });
  // Whoever sees the name must see all that the file says.
  await writeFile(`${path}.new`, JSON.stringify({ pid: process.pid, startedAt: await startTime(process.pid) }), {
    mode: 0o600,
  });
  await rename(`${path}.new`, path);
  for (const other of await readdir(folder)) {
    if (!other.startsWith(LOCK_PREFIX) || other === name || other.endsWith(".new")) continue;
    const content = await readFile(join(folder, other), "utf8").catch(() => null);
    if (content === null) continue;
    if (await isAlive(content)) {
      await release();
      throw inUse(folder);
    }
    // No other file ever gets this name, so that it is surely the dead one's that goes.
    await rm(join(folder, other), { force: true });
  }
  return release;
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
