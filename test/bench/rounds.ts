/**
 * Runs what is compared in turns, round after round (floor, subject, floor, subject …), so that a machine that is busy
 * for a while is so for all of them; gives every result by name, in order.
 */
export async function takeTurns<Subjects extends Record<string, () => Promise<unknown>>>(
  rounds: number,
  subjects: Subjects,
): Promise<{ [Name in keyof Subjects]: Awaited<ReturnType<Subjects[Name]>>[] }> {
  const results: Record<string, unknown[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(subjects)) (results[name] ??= []).push(await run());
  }
  return results as { [Name in keyof Subjects]: Awaited<ReturnType<Subjects[Name]>>[] };
}

/** The middle one of some numbers, or the mean of the two in the middle. @throws RangeError where there are none */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError("there is no median of nothing");
  return (low + high) / 2;
}

/** The number below which a share (0–1) of some numbers lie. @throws RangeError where there are none */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (found === undefined) throw new RangeError("there is no quantile of nothing");
  return found;
}
