import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { leftOut } from "../support/depth.ts";
import { QUICK } from "./scale.ts";
import { measureWidget } from "./widget.ts";

const COMPARED = ["1×", "4×"].flatMap((slowdown) =>
  ["cold", "warm"].flatMap((cache) => [
    ...["button usable", "click to the frame's first script"].flatMap((what) => {
      const row = `${what}, ${cache}, ${slowdown} slowdown`;
      return [row, row];
    }),
    `the element's own button, ${cache}, ${slowdown} slowdown`,
  ]),
);

describe("the benchmark of the element", { skip: leftOut }, () => {
  it("measures it beside a bare iframe and beside zoid", async () => {
    const folder = await mkdtemp(join(tmpdir(), "offsite-bench-"));
    try {
      const rows = await measureWidget(folder, QUICK);
      assert.deepEqual(
        rows.map(({ what }) => what),
        [...COMPARED, "layout shift of the visit, provider 800 ms away", "long tasks after the click", "script, gzip"],
      );
      for (const { what, measured } of rows.slice(0, COMPARED.length))
        assert.match(measured, /^[1-9][\d.,]* ms$/, what);
      assert.match(rows.at(-1)?.measured ?? "", /^[1-9][\d.]* kB$/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
