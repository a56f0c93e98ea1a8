/**
 * Measures the server and its stores, each beside a floor in the same run, and says which goals are met:
 *
 *     npm run bench              the whole, in a few minutes
 *     npm run bench -- --quick   a small one, to see that it works
 *
 * It exits with 1 where a goal of the whole run is missed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { measureOnJson, measureOnPostgres, type Size } from "./lifecycle-rows.ts";
import { toTable } from "./rows.ts";
import { measureChanges, measureLowdb, measureStart } from "./store-rows.ts";

const WHOLE: Size = { rounds: 7, durationMs: 3000, sessions: [1000, 10_000, 100_000] };
const QUICK: Size = { rounds: 1, durationMs: 200, sessions: [50, 100, 500] };

const isQuick = process.argv.includes("--quick");
const size = isQuick ? QUICK : WHOLE;
const folder = await mkdtemp(join(tmpdir(), "offsite-bench-"));
try {
  const rows = [
    ...(await measureOnJson(folder, size)),
    ...(await measureOnPostgres(folder, size)),
    ...(await measureChanges(folder, size)),
    ...(await measureStart(folder, size)),
    ...(await measureLowdb(folder, size)),
  ];
  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim()}, Node ${process.version}\n`,
  );
  console.log(toTable(rows));
  const missed = rows.filter(({ isMet }) => isMet === false).length;
  console.log(missed === 0 ? "\nEvery goal is met." : `\n${missed} goals are missed.`);
  if (missed > 0 && !isQuick) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
