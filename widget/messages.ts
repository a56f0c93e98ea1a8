import { isCheckoutMessage, isFrameSizeMessage } from "../shared/messages.ts";
import type { MessageType } from "../shared/messages.ts";

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

/** What a message that was let through says. */
export type News = { type: Exclude<MessageType, "resize"> } | { type: "resize"; height: number };

/**
 * Reads a message, or gives `undefined` where it is not one of ours.
 *
 * 1. Source: any window of the page may post, only this one is listened to.
 * 2. Shape: whatever is not exactly a message of ours is not looked at further.
 * 3. Origin: compared whole; the window may meanwhile show any page.
 * 4. Nonce and session: a page of the right origin may belong to an earlier attempt.
 */
export function readMessage(event: MessageEvent<unknown>, correspondent: Correspondent): News | undefined {
  const { window, serverOrigin, providerOrigin, sessionId, nonce } = correspondent;
  if (event.source === null || event.source !== window) return undefined;
  const { data, origin } = event;
  if (isCheckoutMessage(data) && origin === serverOrigin) {
    if (data.nonce !== nonce || data.sessionId !== sessionId) return undefined;
    return data.type === "resize" ? { type: "resize", height: data.height ?? 0 } : { type: data.type };
  }
  // A provider knows neither session nor nonce. All that it can change is its own frame's height.
  if (isFrameSizeMessage(data) && origin === providerOrigin) return { type: "resize", height: data.height };
  return undefined;
}

/** Makes a nonce of 128 random bits, in hexadecimal. */
export function createNonce(): string {
  // Not `randomUUID`, which a shop on plain http has not got.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
