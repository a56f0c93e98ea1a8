/** One line of what was measured. */
export interface Row {
  what: string;
  measured: string;
  /** What it is compared with, measured beside it; empty without. */
  floor?: string;
  ratio?: string;
  goal?: string;
  /** Whether the goal was met; absent without a goal, or where it was not measured. */
  isMet?: boolean;
}

const HEAD = ["what", "measured", "beside it", "ratio", "goal", "met"];

/** Writes rows as a Markdown table with its columns in line. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, floor = "", ratio = "", goal = "", isMet }) => [
    what,
    measured,
    floor,
    ratio,
    goal,
    isMet === undefined ? "" : isMet ? "yes" : "NO",
  ]);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(HEAD), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}

/** Writes a number with as many digits as mean something. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
