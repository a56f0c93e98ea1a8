import { createHmac, createSecretKey, hash, hkdfSync, randomFillSync, type KeyObject } from "node:crypto";

const RANDOM_BYTES = 18;
const SECRET_BYTES = 32;
/** Asking the system for many random bytes costs what asking for a few does. */
const POOL_BYTES = 4096;

/** Makes an id such as `cs_…` with 144 random bits. */
export function newId(prefix: "cs" | "at" | "pay" | "op" | "src" | "evt" | "whd"): string {
  return `${prefix}_${takeRandom(RANDOM_BYTES, "base64url")}`;
}

/** Makes an unguessable token of 256 random bits that is safe in an address. */
export function newToken(): string {
  return takeRandom(SECRET_BYTES, "base64url");
}

/**
 * Derives a session's client secret from the server's key: 256 bits that can be given again for a repeated request,
 * and of which only the hash is stored.
 */
export function deriveClientSecret(clientSecretKey: KeyObject, sessionId: string): string {
  return `secret_${createHmac("sha256", clientSecretKey).update(sessionId).digest("base64url")}`;
}

/** Derives the key of all client secrets from the merchant's secret key (HKDF, RFC 5869). */
export function deriveClientSecretKey(secretKey: string): KeyObject {
  const bytes = hkdfSync("sha256", secretKey, "", "offsite-checkout client secret", SECRET_BYTES);
  // As an object, for bytes are taken in anew by each HMAC, which costs ten times the HMAC.
  return createSecretKey(Buffer.from(bytes));
}

/** Makes our own id of a trip for a provider: 144 random bits, letters and digits only, as old protocols want it. */
export function newReference(): string {
  return takeRandom(RANDOM_BYTES, "hex");
}

/** SHA-256 in lower-case hex, for what is compared or looked up but must not be stored. */
export function hashSecret(secret: string | Uint8Array): string {
  return hash("sha256", secret, "hex");
}

const pool = Buffer.alloc(POOL_BYTES);
let taken = POOL_BYTES;

/** Writes so many random bytes that nobody else is given, and forgets them. */
function takeRandom(count: number, encoding: "base64url" | "hex"): string {
  if (taken + count > POOL_BYTES) {
    randomFillSync(pool);
    taken = 0;
  }
  const bytes = pool.subarray(taken, taken + count);
  taken += count;
  const text = bytes.toString(encoding);
  bytes.fill(0);
  return text;
}
