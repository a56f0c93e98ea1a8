import { createHash } from "node:crypto";

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * Writes any text so that PostgreSQL takes it, which refuses U+0000 and lone surrogates: as JSON would between its
 * quotes. Two texts never become the same, and ids and times stay as they are.
 */
export function encodeText(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1);
}

/** Reads what {@link encodeText} wrote. */
export function decodeText(text: string): string {
  return PLAIN.test(text) ? text : (JSON.parse(`"${text}"`) as string);
}

/** Makes a short key of a text of any length; an index takes none above 2.7 kB. */
export function digestText(text: string): Buffer {
  return createHash("sha256").update(encodeText(text)).digest();
}

/** Makes the key of an idempotency record; no two pairs of scope and key share one. */
export function digestKey({ scope, key }: { scope: string; key: string }): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([scope, key]))
    .digest();
}
