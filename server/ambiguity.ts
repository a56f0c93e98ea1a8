/** The deepest nesting of a JSON body. */
export const MAX_DEPTH = 16;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** The characters of a number, from a place on. */
const NUMBER = /[-+.\deE]+/y;

/**
 * Says what in a JSON text programs may read differently, or gives `undefined`: a key that an object has twice, the
 * key `__proto__`, a number that a double cannot hold or would round to another integer, and nesting deeper than
 * {@link MAX_DEPTH}. The text must be JSON already: it is looked through once and not checked again.
 */
export function findAmbiguity(text: string): string | undefined {
  /** The keys of each object that is open, and `null` for each array. */
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      const start = index;
      index = endOfString(text, start);
      if (!isKey) continue;
      const fault = addKey(open.at(-1), text.slice(start, index + 1));
      if (fault !== undefined) return fault;
    } else if (code === COMMA) isKey = isObject(open.at(-1));
    else if (code === COLON) isKey = false;
    else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
      if (open.length === MAX_DEPTH) return `the body is nested deeper than ${MAX_DEPTH} levels`;
      isKey = code === OPENING_BRACE;
      open.push(isKey ? new Set() : null);
    } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) open.pop();
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const start = index;
      index = endOfNumber(text, start);
      const literal = text.slice(start, index + 1);
      if (isTooLarge(literal)) return `the number ${literal} is too large`;
    }
  }
  return undefined;
}

function isObject(container: Set<string> | null | undefined): boolean {
  return container !== null && container !== undefined;
}

function addKey(keys: Set<string> | null | undefined, literal: string): string | undefined {
  // Two spellings of a key are the same key.
  const key = literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (keys?.has(key) === true) return `the key ${JSON.stringify(key)} is repeated`;
  // An own `__proto__` would be lost or worse on the first copy.
  if (key === "__proto__") return 'the key "__proto__" is not accepted';
  keys?.add(key);
  return undefined;
}

/** Finds the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, index: number): boolean {
  let count = 0;
  while (text.charCodeAt(index - 1 - count) === BACKSLASH) count += 1;
  return count % 2 === 1;
}

/** Finds the last character of the number that begins at `start`. */
function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(text);
  return NUMBER.lastIndex - 1;
}

function isTooLarge(literal: string): boolean {
  const value = Number(literal);
  if (Number.isSafeInteger(value)) return false;
  return /^-?\d+$/.test(literal) || !Number.isFinite(value);
}
