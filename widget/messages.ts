import { isMessage } from "../shared/messages.ts";
import type { CheckoutMessage } from "../shared/messages.ts";

/** Whom messages are taken from, and what they must carry. */
export interface Correspondent {
  /** The frame or popup; `null` once it is gone. */
  window: Window | null;
  /** The origin of the server, whose return page sends everything. */
  serverOrigin: string;
  /** The origin that the handoff goes to, which may say how high it wants to be. */
  providerOrigin: string;
  sessionId: string;
  nonce: string;
}

/**
 * Reads a message, or gives `undefined` where it is not one of ours.
 *
 * 1. Source: any window of the page may post, only this one is listened to.
 * 2. Shape: whatever is not exactly a message of ours is not looked at further.
 * 3. Origin: compared whole; the window may meanwhile show any page.
 * 4. Nonce and session: a page of the right origin may belong to an earlier attempt.
 */
export function readMessage(
  { source, data, origin }: MessageEvent<unknown>,
  { window, serverOrigin, providerOrigin, sessionId, nonce }: Correspondent,
): Pick<CheckoutMessage, "type" | "height"> | undefined {
  if (!source || source !== window || !isMessage(data)) return undefined;
  if (origin === serverOrigin && data["nonce"] === nonce && data["sessionId"] === sessionId) return data;
  // A provider knows neither session nor nonce. All that it can change is its own frame's height.
  return data.type === "resize" && origin === providerOrigin && !data["nonce"] ? data : undefined;
}

/** Makes a nonce of 128 random bits: 16 numbers with dashes between, 31 to 63 characters. */
export function createNonce(): string {
  // Not `randomUUID`, which a shop on plain http has not got.
  return crypto.getRandomValues(new Uint8Array(16)).join("-");
}
