import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "../../demo/free-port.ts";

/** A PostgreSQL server of a test's own. */
export interface TestCluster {
  folder: string;
  port: number;
  /** The address of a new database in it: empty, or a copy of the one at an address, to which nothing is connected. */
  createDatabase(original?: string): Promise<string>;
  /** Ends the server as a power cut would: at once. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  start(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
/** Where distributions put the programs of a server. */
const FOLDERS = ["/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql"];

/** Why there is no PostgreSQL to test with, for a test's `skip`; `false` where there is one. */
export const postgresFault: string | false =
  findPrograms() === undefined ? "left out: no PostgreSQL server is installed on this machine" : false;

/** Makes and starts a server of its own, with whatever settings a test wants on top. */
export async function startCluster(settings: readonly string[] = []): Promise<TestCluster> {
  const folder = makeFolder();
  run("initdb", ["-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
  writeFileSync(
    join(folder, "postgresql.auto.conf"),
    // The last line is ended, too: making a standby appends to it.
    ["listen_addresses='127.0.0.1'", "max_connections=200", ...settings, ""].join("\n"),
  );
  return startOn(folder);
}

/** Copies a running server as its standby, which follows it from then on. */
export async function startStandby(primary: TestCluster, name: string): Promise<TestCluster> {
  const folder = makeFolder();
  rmSync(folder, { recursive: true });
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`;
  run("pg_basebackup", ["-D", folder, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", source]);
  return startOn(folder);
}

/** Tells a standby to become the primary, which it does soon. */
export function promote({ folder }: TestCluster): void {
  run("pg_ctl", ["promote", "-D", folder, "--no-wait"]);
}

/** Starts the server of a folder that is there. */
async function startOn(folder: string): Promise<TestCluster> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawnAs("postgres", ["-D", folder, "-p", String(port), "-k", folder]);
    await untilReady(port, server);
  };
  await start();
  return {
    folder,
    port,
    start,
    createDatabase: async (original) => {
      const name = `test_${randomBytes(6).toString("hex")}`;
      const client = new Client(`postgres://postgres@127.0.0.1:${port}/postgres`);
      await client.connect();
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${original?.split("/").at(-1) ?? "template1"}`);
      await client.end();
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    kill: async () => end(server, "SIGKILL"),
    stop: async () => {
      await end(server, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(server: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill(signal);
  await exited;
}

async function untilReady(port: number, server: ChildProcess): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const client = new Client(`postgres://postgres@127.0.0.1:${port}/postgres`);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (server.exitCode !== null || performance.now() > limit) {
        throw new Error("PostgreSQL did not start", { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "offsite-postgres-"));
  const owner = serverUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** PostgreSQL refuses to run as root: the distribution's own user runs it then. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const number = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: number("-u"), gid: number("-g") };
}

/** Where the programs are, such as `pg_dump`, of the version that clusters run. */
export function findPrograms(): string | undefined {
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) continue;
    const candidates = [
      folder,
      ...readdirSync(folder)
        .sort()
        .toReversed()
        .map((version) => join(folder, version)),
    ];
    const found = candidates.map((candidate) => join(candidate, "bin")).find((bin) => existsSync(join(bin, "initdb")));
    if (found !== undefined) return found;
  }
  return undefined;
}

function run(program: string, parameters: string[]): void {
  execFileSync(programPath(program), parameters, { stdio: "pipe", cwd: tmpdir(), ...serverUser() });
}

function spawnAs(program: string, parameters: string[]): ChildProcess {
  return spawn(programPath(program), parameters, { stdio: "ignore", cwd: tmpdir(), ...serverUser() });
}

function programPath(program: string): string {
  const folder = findPrograms();
  if (folder === undefined) throw new Error("no PostgreSQL server is installed on this machine");
  return join(folder, program);
}
