import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pino } from "pino";
import { StoreError } from "../../../server/errors.ts";
import { openStore } from "../../../server/stores/index.ts";

const options = { log: pino({ level: "silent" }) };

describe("openStore", () => {
  it("refuses an address that is neither a folder nor a database", async () => {
    for (const address of ["", "mysql://user@one/shop", "./data", "postgres", "postgres:/x"]) {
      await assert.rejects(openStore(address, options), RangeError, address);
    }
  });

  it("says that a database cannot be reached, and never its password", async () => {
    await assert.rejects(openStore("postgres://user:hush@127.0.0.1:1,127.0.0.1:2/shop", options), (error) => {
      assert.ok(error instanceof StoreError && error.code === "storage_unavailable");
      assert.ok(!`${error.message} ${String(error.cause)}`.includes("hush"));
      return true;
    });
  });

  it("loads no database client for a folder", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "offsite-checkout-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const module = fileURLToPath(new URL("../../../server/stores/index.ts", import.meta.url));
    const script = `
      const { openStore } = await import(${JSON.stringify(module)});
      const log = { info() {}, warn() {}, error() {} };
      const store = await openStore(${JSON.stringify(`json:${folder}`)}, { log });
      await store.close();
      const { createRequire } = await import("node:module");
      const loaded = Object.keys(createRequire(${JSON.stringify(module)}).cache);
      console.log(JSON.stringify({ pg: loaded.some((path) => path.includes("/pg/")) }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal((JSON.parse(stdout) as { pg: boolean }).pg, false);
  });
});
