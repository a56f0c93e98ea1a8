import { findAmbiguity } from "./ambiguity.ts";
import { RequestError } from "./errors.ts";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body strictly: well-formed UTF-8 without byte order mark, at most 16 levels, every key of an
 * object once, and no integer that a double would round. What is ambiguous is refused, never guessed.
 *
 * @throws RequestError `malformed_request`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed(`the body is not JSON: ${(cause as Error).message}`, cause);
  }
  const ambiguity = findAmbiguity(text);
  if (ambiguity !== undefined) throw malformed(ambiguity);
  return value;
}

/**
 * Reads an `application/x-www-form-urlencoded` body or a query string, each name at most once.
 *
 * @throws RequestError `malformed_request`
 */
export function parseForm(source: Uint8Array | string): Record<string, string> {
  const text = typeof source === "string" ? source : decodeUtf8(source);
  try {
    decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw malformed("a parameter is not percent-encoded UTF-8", cause);
  }
  // No prototype: a parameter may be called `__proto__`.
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(fields, name)) throw malformed(`the parameter ${JSON.stringify(name)} is repeated`);
    fields[name] = value;
  }
  return fields;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    const text = UTF_8.decode(bytes);
    if (text.startsWith("\uFEFF")) throw malformed("the body starts with a byte order mark");
    return text;
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw malformed("the body is not well-formed UTF-8", cause);
  }
}

function malformed(message: string, cause?: unknown): RequestError {
  return new RequestError("malformed_request", message, { cause });
}
