/** Fails unless a condition holds. */
export function ok(condition: unknown, message = "expected the condition to hold"): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless two values are equal, as far as JSON tells. */
export function equal(actual: unknown, expected: unknown, message = ""): void {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value, null, 1) ?? "undefined");
  if (got !== wanted) throw new Error(`${message} expected ${wanted}, got ${got}`.trim());
}

/** Fails unless a text has a part. */
export function includes(text: string | null | undefined, part: string): void {
  ok(text?.includes(part), `expected ${JSON.stringify(text)} to include ${JSON.stringify(part)}`);
}
