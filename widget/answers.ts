import type { CheckoutSession, GatewayOption, StartedAttempt } from "../shared/records.ts";
import { ATTEMPT_STATES, SESSION_STATUSES } from "../shared/states.ts";
import { isWebUrl } from "./web-url.ts";

/**
 * Tells whether an answer of the server is a session as far as the element relies on it: what it decides by and what
 * would break its formatting. Everything else in it is only ever shown as text.
 */
export function isCheckoutSession(answer: unknown): answer is CheckoutSession {
  return (
    isRecord(answer) &&
    typeof answer["id"] === "string" &&
    (SESSION_STATUSES as readonly unknown[]).includes(answer["status"]) &&
    ["amount", "shipping", "tax", "discount", "version"].every((name) => Number.isSafeInteger(answer[name])) &&
    /^[A-Z]{3}$/.test(String(answer["currency"])) &&
    isListOf(answer["items"], isItem) &&
    isListOf(answer["gateways"], isGatewayOption) &&
    (answer["attempt"] === undefined || isAttempt(answer["attempt"])) &&
    (answer["payment"] === undefined || isRecord(answer["payment"]))
  );
}

/** Tells whether an answer of the server is a started attempt with a handoff that can be followed. */
export function isStartedAttempt(answer: unknown): answer is StartedAttempt {
  if (!isRecord(answer) || !isAttempt(answer["attempt"])) return false;
  const handoff = answer["handoff"];
  return (
    isRecord(handoff) &&
    (handoff["method"] === "GET" || handoff["method"] === "POST") &&
    isWebUrl(handoff["url"]) &&
    (handoff["fields"] === undefined || isRecord(handoff["fields"]))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isListOf<Item>(value: unknown, isOne: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.every(isOne);
}

function isItem(item: unknown): item is CheckoutSession["items"][number] {
  return isRecord(item) && Number.isSafeInteger(item["quantity"]) && Number.isSafeInteger(item["unitAmount"]);
}

function isGatewayOption(option: unknown): option is GatewayOption {
  return isRecord(option) && typeof option["id"] === "string" && Array.isArray(option["presentations"]);
}

function isAttempt(attempt: unknown): attempt is StartedAttempt["attempt"] {
  return (
    isRecord(attempt) &&
    typeof attempt["id"] === "string" &&
    (ATTEMPT_STATES as readonly unknown[]).includes(attempt["state"])
  );
}
