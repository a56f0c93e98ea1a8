import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BENCH = fileURLToPath(new URL("bench.ts", import.meta.url));
const LIMIT_MS = 60_000;

describe("npm run bench", () => {
  it("measures every row, whatever the figures are", { timeout: LIMIT_MS }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, "--quick"]);
    for (const row of [
      "lifecycles a second, JSON store",
      "part of the bare server, JSON store",
      "p99 of a request, JSON store",
      "lifecycles",
      "cost of a change, dearest by cheapest",
      "start at 500 sessions",
      "memory after the start",
      "longest block of the event loop during a snapshot",
      "lowdb as it comes",
    ]) {
      assert.ok(stdout.includes(`| ${row}`), row);
    }
  });
});
