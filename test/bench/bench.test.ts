import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { leftOut } from "../support/depth.ts";
import { postgresFault } from "../support/postgres.ts";

const ROWS = [
  "lifecycles, JSON store",
  "the bare server on Koa",
  "processor time of one lifecycle",
  "p99 of a request, JSON store",
  "lifecycles, PostgreSQL",
  "p99 of a request, PostgreSQL",
  "a change among 50 sessions",
  "a change among 100 sessions",
  "a change among 400 sessions",
  "the dearest of these changes",
  "lowdb as it comes, 50 sessions",
  "lowdb as it comes, 100 sessions",
  "start of a process at 400 sessions",
  "resident memory at 400 sessions",
  "longest block, snapshot of 400 sessions",
];

describe("the benchmark", { skip: leftOut }, () => {
  it("measures everything, each in a row of one table", async () => {
    const script = fileURLToPath(new URL("bench.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, "--quick", "--only=server"], {
      timeout: 120_000,
    });
    const rows = stdout
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
      .map((line) => line.split("|").map((cell) => cell.trim()));
    assert.equal(rows.length, ROWS.length, stdout);
    for (const [index, [, what = "", measured = ""]] of rows.entries()) {
      assert.ok(what.startsWith(ROWS[index] ?? "?"), `${what} is where ${ROWS[index]} should be`);
      const isLeftOut = what.includes("PostgreSQL") && postgresFault !== false;
      assert.match(measured, isLeftOut ? /^left out/ : /^[\d.,]+ (\/s|ms|µs|s|MB|changes\/s)$/);
      assert.doesNotMatch(measured, /^0(\.0*)? /, what);
    }
  });
});
