/** One line of the table. */
export interface Row {
  what: string;
  value: string;
  /** What it must be; absent where it is only for comparison. */
  goal?: string;
  isMet?: boolean;
}

/** A line whose value must be at least, or at most, a number. */
export function goalRow(what: string, value: number, goal: { least?: number; most?: number }, unit = ""): Row {
  const { least = -Infinity, most = Infinity } = goal;
  return {
    what,
    value: `${format(value)}${unit}`,
    goal: goal.least === undefined ? `≤ ${most}${unit}` : `≥ ${least}${unit}`,
    isMet: value >= least && value <= most,
  };
}

/** Writes a number with three digits that count. */
export function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

/** Writes rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, value, goal = "", isMet }) => {
    const met = isMet === undefined ? "" : isMet ? "met" : "**missed**";
    return `| ${what} | ${value} | ${goal} | ${met} |`;
  });
  return ["| measured | value | goal | |", "|---|---:|---:|---|", ...lines].join("\n");
}
