import type { DeliveryAttempt } from "../../shared/deliveries.ts";
import type { DeliveryRecord } from "../stores/delivery.ts";
import type { SendResult } from "./send.ts";

/** How long after the one before each attempt is made, in seconds; the first at once. */
export const DELIVERY_SCHEDULE_SECONDS = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

const JITTER = 0.1;
const MAX_RETRY_AFTER_SECONDS = 86_400;
const GONE = 410;
/** So many attempts of one delivery are kept. */
const MAX_ATTEMPTS = 30;
const KEPT_DELIVERED_MS = 3 * 86_400_000;
const KEPT_DEAD_MS = 30 * 86_400_000;

/**
 * Notes what came of an attempt: 2xx is delivered; 410 is dead, for the receiver wants no more of it; all else is tried
 * again by the schedule, up to a tenth later so that many do not come at once, and not before its `Retry-After`.
 *
 * @param random between 0 and 1
 */
export function noteAttempt(
  delivery: DeliveryRecord,
  result: SendResult,
  { at, now, random }: { at: Date; now: Date; random: () => number },
): DeliveryRecord {
  const { retryAfter, ...seen } = result;
  const { httpStatus = 0 } = seen;
  const isDelivered = httpStatus >= 200 && httpStatus < 300;
  const error = isDelivered ? undefined : (seen.error ?? describeStatus(httpStatus));
  const attempt: DeliveryAttempt = { at: at.toISOString(), ...seen, ...(error === undefined ? {} : { error }) };
  const attempts = [...delivery.attempts, attempt].slice(-MAX_ATTEMPTS);
  const { nextAttemptAt: _next, ...rest } = delivery;
  // A slower attempt beside the one that arrived changes nothing any more.
  if (delivery.status === "delivered") return { ...rest, attempts };
  const tries = delivery.tries + 1;
  const delay = DELIVERY_SCHEDULE_SECONDS[tries];
  if (isDelivered) return end({ ...rest, attempts, tries, status: "delivered" }, now, KEPT_DELIVERED_MS);
  if (httpStatus === GONE || delay === undefined) {
    return end({ ...rest, attempts, tries, status: "dead" }, now, KEPT_DEAD_MS);
  }
  const wanted = Math.min(readRetryAfter(retryAfter, now), MAX_RETRY_AFTER_SECONDS);
  const seconds = Math.max(delay * (1 + JITTER * random()), wanted);
  return {
    ...rest,
    attempts,
    tries,
    status: "due",
    nextAttemptAt: new Date(now.getTime() + seconds * 1000).toISOString(),
  };
}

/** Gives up a delivery whose endpoint nobody is configured to send to. */
export function giveUp(delivery: DeliveryRecord, now: Date): DeliveryRecord {
  const { nextAttemptAt: _next, ...rest } = delivery;
  const attempt = { at: now.toISOString(), error: "the endpoint is not configured any more", durationMs: 0 };
  return end(
    { ...rest, attempts: [...delivery.attempts, attempt].slice(-MAX_ATTEMPTS), status: "dead" },
    now,
    KEPT_DEAD_MS,
  );
}

/** Puts a delivery back, however it stood: it is due at once, and its schedule begins anew. */
export function putBack({ keepUntil: _keepUntil, ...delivery }: DeliveryRecord, now: Date): DeliveryRecord {
  return { ...delivery, status: "due", tries: 0, nextAttemptAt: now.toISOString() };
}

function end(delivery: DeliveryRecord, now: Date, keptMs: number): DeliveryRecord {
  return { ...delivery, keepUntil: new Date(now.getTime() + keptMs).toISOString() };
}

function describeStatus(status: number): string {
  if (status === GONE) return "the receiver wants no more of it (410)";
  if (status >= 300 && status < 400) return "answered with a redirect, which is not followed";
  return `answered ${status}`;
}

/** Reads seconds or a date (RFC 9110, section 10.2.3); 0 where it is neither. */
function readRetryAfter(value: string | undefined, now: Date): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const time = Date.parse(value);
  return Number.isNaN(time) ? 0 : Math.max(0, (time - now.getTime()) / 1000);
}
