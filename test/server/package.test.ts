import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { freePort } from "../../demo/free-port.ts";
import type { CreatedCheckoutSession } from "../../shared/records.ts";
import { leftOut } from "../support/depth.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { MANUAL, SECRET_KEY, STOREFRONT } from "../support/server.ts";

const run = promisify(execFile);
const ROOT = new URL("../..", import.meta.url).pathname;
const INSTALL_MS = 120_000;

describe("the published package", { skip: leftOut || isOnPostgres }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it(
    "serves a session in an empty folder, and holds no source that Node would refuse",
    { timeout: INSTALL_MS },
    async () => {
      const copy = await copyRepository(folder);
      await run("npm", ["run", "build"], { cwd: copy });
      const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
        cwd: copy,
      });
      const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
      const sources = packed.files.filter(({ path }) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
      assert.deepEqual(sources, []);
      assert.ok(packed.files.some(({ path }) => path === "dist/offsite-checkout.js"));
      const place = join(folder, "place");
      await mkdir(place);
      await writeFile(join(place, "package.json"), '{"private": true}');
      await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `../${packed.filename}`], {
        cwd: place,
      });
      const port = await freePort();
      await writeFile(join(place, "offsite-checkout.config.json"), JSON.stringify(configOf(port)));
      await assertServes(place, port);
    },
  );
});

/** Copies what is built, so that other tests never read a half-written `dist`. */
async function copyRepository(folder: string): Promise<string> {
  const copy = join(folder, "repository");
  const isSource = (path: string) => !["node_modules", "dist", ".git"].includes(relative(ROOT, path));
  await cp(ROOT, copy, { recursive: true, filter: isSource });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function configOf(port: number): Record<string, unknown> {
  return {
    publicUrl: `http://localhost:${port}`,
    port,
    environment: "test",
    secretKey: SECRET_KEY,
    storefronts: [STOREFRONT],
    store: "json:./data",
    gateways: { bank: MANUAL },
  };
}

async function assertServes(folder: string, port: number): Promise<void> {
  const server = spawn("npx", ["offsite-checkout", "serve"], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    for await (const chunk of server.stdout) if (String(chunk).includes("taking requests")) break;
    const response = await fetch(`http://localhost:${port}/v1/checkout-sessions`, {
      method: "POST",
      headers: { authorization: `Bearer ${SECRET_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ amount: 4300, currency: "EUR", returnUrl: `${STOREFRONT}/` }),
    });
    assert.equal(response.status, 201);
    assert.equal(((await response.json()) as CreatedCheckoutSession).status, "open");
    const script = await fetch(`http://localhost:${port}/offsite-checkout.js`);
    assert.ok((await script.text()).includes("customElements"), "the script must register the element");
  } finally {
    // npx is its own process between us and the server: the whole group is told to stop.
    if (server.pid !== undefined) process.kill(-server.pid, "SIGTERM");
    await once(server, "close");
  }
}
