import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

const RANDOM_BYTES = 18;
const SECRET_BYTES = 32;

/** Makes an id such as `cs_…` with 144 random bits. */
export function newId(prefix: "cs" | "at" | "pay" | "op" | "evt"): string {
  return `${prefix}_${randomBytes(RANDOM_BYTES).toString("base64url")}`;
}

/** Makes an unguessable token of 256 random bits that is safe in an address. */
export function newToken(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/**
 * Derives a session's client secret from the server's key: 256 bits that can be given again for a repeated request,
 * and of which only the hash is stored.
 */
export function deriveClientSecret(clientSecretKey: Uint8Array, sessionId: string): string {
  return `secret_${createHmac("sha256", clientSecretKey).update(sessionId).digest("base64url")}`;
}

/** Derives the key of all client secrets from the merchant's secret key (HKDF, RFC 5869). */
export function deriveClientSecretKey(secretKey: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secretKey, "", "offsite-checkout client secret", SECRET_BYTES));
}

/** Makes our own id of a trip for a provider: 144 random bits, letters and digits only, as old protocols want it. */
export function newReference(): string {
  return randomBytes(RANDOM_BYTES).toString("hex");
}

/** SHA-256 in lower-case hex, for what is compared or looked up but must not be stored. */
export function hashSecret(secret: string | Uint8Array): string {
  return createHash("sha256").update(secret).digest("hex");
}
