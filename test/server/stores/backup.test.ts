import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";
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
