/**
 * Ends a `switch` over a closed set: the compiler proves that it is never reached.
 *
 * @throws TypeError when a value outside the set arrives after all
 */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
