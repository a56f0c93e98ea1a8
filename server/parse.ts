import { visit } from "jsonc-parser";
import { withoutCardNumbers } from "../shared/card-number.ts";
import { RequestError } from "./errors.ts";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const MAX_MESSAGE_LENGTH = 300;

/** The deepest nesting of a JSON body. */
export const MAX_DEPTH = 16;

/**
 * Reads a JSON body strictly: well-formed UTF-8 without byte order mark, at most {@link MAX_DEPTH} levels, every key
 * of an object once, and no integer that a double would round. What is ambiguous is refused, never guessed.
 *
 * @throws RequestError `malformed_request`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  refuseAmbiguity(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`the body is not JSON: ${(error as Error).message}`);
  }
}

/**
 * Reads an `application/x-www-form-urlencoded` body or a query string, each name at most once.
 *
 * @throws RequestError `malformed_request`
 */
export function parseForm(source: Uint8Array | string): Record<string, string> {
  // No prototype: a parameter may be called `__proto__`.
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of parsePairs(source)) {
    if (Object.hasOwn(fields, name)) throw malformed(`the parameter ${JSON.stringify(name)} is repeated`);
    fields[name] = value;
  }
  return fields;
}

/**
 * Reads what {@link parseForm} reads, as pairs in their order: a name may be repeated.
 *
 * @throws RequestError `malformed_request`
 */
export function parsePairs(source: Uint8Array | string): [name: string, value: string][] {
  const text = typeof source === "string" ? source : decodeUtf8(source);
  try {
    decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed("a parameter is not percent-encoded UTF-8");
  }
  return [...new URLSearchParams(text)];
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    const text = UTF_8.decode(bytes);
    if (text.startsWith("\uFEFF")) throw malformed("the body starts with a byte order mark");
    return text;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw malformed("the body is not well-formed UTF-8");
  }
}

function refuseAmbiguity(text: string): void {
  const keys: Set<string>[] = [];
  let depth = 0;
  const enter = () => {
    depth += 1;
    if (depth > MAX_DEPTH) throw malformed(`the body is nested deeper than ${MAX_DEPTH} levels`);
  };
  const leave = () => {
    depth -= 1;
  };
  visit(text, {
    onObjectBegin: () => {
      enter();
      keys.push(new Set());
    },
    onObjectEnd: () => {
      leave();
      keys.pop();
    },
    onArrayBegin: enter,
    onArrayEnd: leave,
    onObjectProperty: (property) => {
      const seen = keys.at(-1);
      if (seen?.has(property) === true) throw malformed(`the key ${JSON.stringify(property)} is repeated`);
      // An own `__proto__` would be lost or worse on the first copy.
      if (property === "__proto__") throw malformed('the key "__proto__" is not accepted');
      seen?.add(property);
    },
    onLiteralValue: (value: unknown, offset, length) => {
      if (typeof value !== "number" || Number.isSafeInteger(value)) return;
      const literal = text.slice(offset, offset + length);
      if (/^-?\d+$/.test(literal) || !Number.isFinite(value)) throw malformed(`the number ${literal} is too large`);
    },
  });
}

/** What a message quotes is anybody's, and is logged: it is cut, it holds no card number, and no cause quotes more. */
function malformed(message: string): RequestError {
  return new RequestError("malformed_request", withoutCardNumbers(message).slice(0, MAX_MESSAGE_LENGTH).toWellFormed());
}
