import { createHmac, timingSafeEqual } from "node:crypto";

/** Computes an HMAC over text as UTF-8, in lower-case hex. */
export function hmacHex(algorithm: "sha1" | "sha256", secret: string, message: string): string {
  return createHmac(algorithm, secret).update(message, "utf8").digest("hex");
}

/** Computes an HMAC-SHA256 over bytes, or over text as UTF-8, in base64. */
export function hmacBase64(secret: string, message: string | Uint8Array): string {
  return createHmac("sha256", secret).update(message).digest("base64");
}

/**
 * Tells whether a given digest is the expected one, in a time that does not depend on where they differ.
 * A missing one and one of another length are "no", never an exception.
 */
export function isSameDigest(expected: string, given: string | undefined): boolean {
  if (given === undefined) return false;
  const expectedBytes = Buffer.from(expected, "utf8");
  const givenBytes = Buffer.from(given, "utf8");
  // `timingSafeEqual` throws on another length; the length of a digest is no secret.
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}
