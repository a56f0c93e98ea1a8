import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { findPrograms, postgresFault, startCluster } from "../../support/postgres.ts";
import { isOnPostgres } from "../../support/store-address.ts";
import { expectStatus, startTestServer } from "../../support/server.ts";

const ROOT = new URL("../../../", import.meta.url);

it(
  "a copy of the JSON store's folder, made as the README says while the server writes, holds all that was acknowledged",
  { skip: isOnPostgres && "it is about the JSON store" },
  async () => {
    const readme = await readFile(new URL("README.md", ROOT), "utf8");
    const script = /```sh\n(# back up the JSON store\n[^`]+)```/.exec(readme)?.[1];
    assert.ok(script);
    const server = await startTestServer();
    const place = await mkdtemp(join(tmpdir(), "offsite-backup-"));
    await mkdir(join(place, "copy"));
    const acknowledged: string[] = [];
    const enough = new AbortController();
    const writing = (async () => {
      while (!enough.signal.aborted) acknowledged.push((await server.createSession()).id);
    })();
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = [...acknowledged];
    const command = script
      .replaceAll("/var/lib/offsite/data", join(server.folder, "data"))
      .replaceAll("/backup/offsite", join(place, "copy", "data"))
      .replaceAll("npx offsite-checkout", `"${process.execPath}" server/cli.ts`);
    const { stdout } = await promisify(execFile)("sh", ["-ec", command], { cwd: ROOT });
    assert.match(stdout, /No fault was found/);
    enough.abort();
    await writing;
    assert.ok(acknowledged.length > before.length, "nothing was written meanwhile");
    await server.close();
    const restored = await startTestServer({ folder: join(place, "copy") });
    for (const id of before) expectStatus(await restored.call(`/v1/checkout-sessions/${id}`), 200);
    await restored.close();
    await rm(place, { recursive: true, force: true });
  },
);

describe("PostgreSQL", { skip: postgresFault }, () => {
  it("is backed up and restored as the README says while servers write, and goes on from there", async (t) => {
    const cluster = await startCluster(["fsync=off"]);
    const place = await mkdtemp(join(tmpdir(), "offsite-backup-"));
    t.after(async () => {
      await cluster.stop();
      await rm(place, { recursive: true, force: true });
    });
    const address = `postgres://postgres@127.0.0.1:${cluster.port}`;
    const env = {
      ...process.env,
      PATH: `${findPrograms()}:${process.env["PATH"]}`,
      PGHOST: "127.0.0.1",
      PGPORT: String(cluster.port),
      PGUSER: "postgres",
    };
    await promisify(execFile)("createdb", ["offsite"], { env });
    const server = await startTestServer({ config: { store: `${address}/offsite` } });
    const before = await Promise.all(Array.from({ length: 20 }, () => server.createSession()));
    for (const session of before.slice(0, 5)) await server.startAttempt(session);
    const readme = await readFile(new URL("README.md", ROOT), "utf8");
    const script = /```sh\n(# back up PostgreSQL[^`]+)```/.exec(readme)?.[1];
    assert.ok(script);
    const command = script
      .replaceAll("postgres://db.internal", address)
      .replaceAll("offsite.dump", join(place, "offsite.dump"))
      .replaceAll("npx offsite-checkout", `"${process.execPath}" server/cli.ts`);
    const enough = new AbortController();
    const writing = (async () => {
      while (!enough.signal.aborted) await server.createSession();
    })();
    const { stdout } = await promisify(execFile)("sh", ["-ec", command], { cwd: ROOT, env });
    enough.abort();
    await writing;
    await server.close();
    assert.match(stdout, /No fault was found/);
    const restored = await startTestServer({ config: { store: `${address}/offsite_restored` } });
    for (const { id, clientSecret } of before) {
      expectStatus(await restored.call(`/v1/checkout-sessions/${id}`, { key: clientSecret }), 200);
    }
    const { payment } = (await restored.call<{ payment: { id: string } }>(`/v1/checkout-sessions/${before[0]?.id}`))
      .body;
    expectStatus(await restored.call(`/v1/payments/${payment.id}/receive`, { json: {} }), 200);
    await restored.createSession();
    await restored.close();
  });
});
