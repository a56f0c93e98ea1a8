/**
 * Measures everything that is promised of the server's and the element's speed, in one run, and prints one table:
 *
 *     npm run bench            at full size; exit code 1 where a goal is missed
 *     npm run bench -- --quick a few seconds, to see that it works; nothing is judged
 *     npm run bench -- --only=element, or --only=server
 *
 * What is compared is measured in turns, and the table gives the medians: ratios and limits say something on any
 * machine, figures of their own only on this one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureChangeCost } from "./change-cost.ts";
import { measureJsonLifecycles } from "./lifecycles.ts";
import { measurePostgresLifecycles } from "./postgres-lifecycles.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";
import { measureSnapshot, measureStart } from "./start-and-snapshot.ts";
import { formatTable, type Row } from "./table.ts";
import { measureWidget } from "./widget.ts";

const EXIT_MISSED = 1;

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const scale = values.quick ? QUICK : FULL;
const rows = await measureAll(scale);
if (scale.name === "quick") {
  for (const row of rows) delete row.isMet;
}
print(`${describeMachine()}\n\n${formatTable(rows)}\n`);
print(scale.name === "quick" ? "Goals are judged at full size only." : judge(rows));

async function measureAll(scale: Scale): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "offsite-bench-"));
  try {
    const rows: Row[] = [];
    if (values.only !== "element") {
      rows.push(
        ...(await measureJsonLifecycles(join(folder, "lifecycles"), scale)),
        ...(await measurePostgresLifecycles(scale)),
        ...(await measureChangeCost(folder, scale)),
        ...(await measureStart(folder, scale)),
        await measureSnapshot(folder, scale),
      );
    }
    if (values.only !== "server") rows.push(...(await measureWidget(folder, scale)));
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(rows: readonly Row[]): string {
  const judged = rows.filter(({ isMet }) => isMet !== undefined);
  const missed = judged.filter(({ isMet }) => isMet === false);
  if (missed.length === 0) return `All ${judged.length} goals are met.`;
  process.exitCode = EXIT_MISSED;
  return `${judged.length - missed.length} of ${judged.length} goals are met; missed: ${missed.map(({ what }) => what).join("; ")}.`;
}

function describeMachine(): string {
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${scale.name} size`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
