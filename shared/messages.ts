/**
 * What frames and popups say to the element by `postMessage`.
 *
 * 1. The element starts an attempt with a fresh `nonce`; the server keeps it with the storefront's origin.
 * 2. The customer meets the provider's page in the frame or popup.
 * 3. The provider sends the customer to the return page, which sends {@link CheckoutMessage}s to that one origin.
 * 4. The element checks `event.source`, then the shape, then `event.origin`, then `nonce`, and asks the server.
 *
 * A message is a hint and never carries a result. A provider's page knows neither session nor nonce: the one
 * thing that it may say is how high it wants to be ({@link FrameSizeMessage}).
 */

export const MESSAGE_SOURCE = "offsite-checkout";
export const MESSAGE_VERSION = 1;

export const MESSAGE_TYPES = ["returned", "cancelled", "resize", "ready"] as const;
/** `ready`: the page is there; `resize`: it wants `height`; `returned`, `cancelled`: the customer is back. */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** A message from the server's return page to the element. */
export interface CheckoutMessage {
  source: typeof MESSAGE_SOURCE;
  version: typeof MESSAGE_VERSION;
  type: MessageType;
  sessionId: string;
  /** 16–64 of `A–Z a–z 0–9 - _`, as the element gave it when it started the attempt. */
  nonce: string;
  /** CSS pixels, an integer; only with `resize`. */
  height?: number;
}

/** A message from a provider's page in the frame: its wanted height in CSS pixels. */
export interface FrameSizeMessage {
  source: typeof MESSAGE_SOURCE;
  version: typeof MESSAGE_VERSION;
  type: "resize";
  height: number;
}

/** The tallest frame that a message may ask for, in CSS pixels. */
export const MAX_FRAME_HEIGHT = 4000;

/** What a nonce looks like. */
export const NONCE_PATTERN = /^[A-Za-z0-9_-]{16,64}$/;

const SESSION_ID_PATTERN = /^cs_[A-Za-z0-9_-]{1,64}$/;

/** Tells whether unknown data is a {@link CheckoutMessage}; it never throws, whatever arrives. */
export function isCheckoutMessage(data: unknown): data is CheckoutMessage {
  return (
    isMessage(data) &&
    typeof data["sessionId"] === "string" &&
    SESSION_ID_PATTERN.test(data["sessionId"]) &&
    typeof data["nonce"] === "string" &&
    NONCE_PATTERN.test(data["nonce"])
  );
}

/** Tells whether unknown data is a message of ours, whoever it may be from; it never throws, whatever arrives. */
export function isMessage(data: unknown): data is Record<string, unknown> & Pick<CheckoutMessage, "type" | "height"> {
  if (!isEnvelope(data)) return false;
  return (
    (MESSAGE_TYPES as readonly unknown[]).includes(data["type"]) &&
    (data["type"] === "resize" ? isHeight(data["height"]) : data["height"] === undefined)
  );
}

/** Tells whether unknown data is a {@link FrameSizeMessage}; it never throws, whatever arrives. */
export function isFrameSizeMessage(data: unknown): data is FrameSizeMessage {
  return isMessage(data) && data["type"] === "resize";
}

function isEnvelope(data: unknown): data is Record<string, unknown> {
  const envelope = data as Record<string, unknown> | null | undefined;
  try {
    return envelope?.["source"] === MESSAGE_SOURCE && envelope["version"] === MESSAGE_VERSION;
  } catch {
    // Cloned messages hold no accessors; only a script of the page itself could pass one that throws.
    return false;
  }
}

function isHeight(height: unknown): height is number {
  return Number.isInteger(height) && (height as number) > 0 && (height as number) <= MAX_FRAME_HEIGHT;
}
