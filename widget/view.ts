import type { Attempt } from "../shared/records.ts";
import type { AttemptState } from "../shared/states.ts";
import type { FaultCode } from "./client.ts";
import type { OffsiteEventName } from "./events.ts";
import type { ControllerHost } from "./reactive-element.ts";
import type { PairName } from "./words/words.ts";

/** The element, as far as its flow needs it. */
export interface FlowHost extends ControllerHost {
  readonly gateway: string | null;
  readonly presentation: string | null;
}

/** How things stand where there is nothing to choose, by name: a mark, and what can be done. */
export const RESULTS = {
  /** The customer is back, and the server is being asked. */
  settling: ["wait", ""],
  /** It was asked for a while, and the provider still owes its word. */
  waiting: ["wait", "check"],
  pending: ["wait", "details"],
  /** The provider's page is open in a window of its own. */
  window: ["wait", "show"],
  complete: ["good", ""],
  expired: ["bad", "back"],
  /** The merchant cancelled the session. */
  withdrawn: ["bad", "back"],
  /** The customer is back, and this browser has no secret to ask with. */
  unconfirmed: ["wait", ""],
  network: ["bad", "retry"],
  problem: ["bad", "retry"],
  /** The session is not known, or not with this secret. */
  lost: ["bad", ""],
  /** No gateway can take it. */
  closed: ["bad", "back"],
} as const satisfies Partial<Record<PairName, readonly ["good" | "wait" | "bad", string]>>;

/** The name of a result. */
export type ResultName = keyof typeof RESULTS;

/** Why the customer is at the start again: what came of an attempt, or kept it from being started. */
export type NoticeName = Exclude<
  PairName,
  Exclude<ResultName, "network" | "problem" | "lost" | "expired" | "unconfirmed">
>;

/** What is told to the customer above the button. */
export interface Notice {
  name: NoticeName;
  /** The id of the gateway that it is about. */
  gateway: string | undefined;
  /** The provider's own words, only ever shown as text. */
  message?: string | undefined;
}

/** What the element shows; exactly one at a time. */
export interface View {
  /**
   * `idle`: no session is named; `offer`: an order is named, and its session not made yet; `starting`: an attempt is being started; `leaving`: the browser is on its way to the
   * provider; `frame`: the provider's page is open in the frame.
   */
  name: "idle" | "offer" | "loading" | "start" | "starting" | "leaving" | "frame" | ResultName;
  /** Only at the start. */
  notice?: Notice | undefined;
}

/** After how many milliseconds the server is asked first, by the view. */
export const FIRST_MS: Partial<Record<View["name"], number>> = {
  // Only while an attempt was left without an end, and may yet have been paid.
  start: 5000,
  // Not even when another tab has news: an answer would make the one that is awaited stale.
  starting: 0,
  // The page is being left; it is usable again where that did not happen.
  leaving: 15_000,
  // The provider's page is open, and its message may never come.
  frame: 10_000,
  window: 10_000,
  settling: 500,
  // Goes on where `settling` is.
  waiting: 500,
  pending: 3000,
  // It may be there again, or the connection.
  network: 3000,
};

/** Asking this often takes 24 seconds; then the customer is told that it takes longer. */
export const SETTLING_ROUNDS = 8;

/** The end of an attempt that left the session open: what to say, and which event tells the page. */
export interface AttemptEnd {
  notice: Notice;
  event: OffsiteEventName;
  code: string | undefined;
}

/** `settled` and yet open: the money was on its way, and then failed. */
const ENDS: Partial<Record<AttemptState, readonly [NoticeName, OffsiteEventName]>> = {
  cancelled: ["cancelled", "offsite-cancelled"],
  declined: ["declined", "offsite-declined"],
  settled: ["declined", "offsite-declined"],
  failed: ["failed", "offsite-error"],
  expired: ["lapsed", "offsite-error"],
};

/** Tells how an open session's latest attempt ended, or `undefined` where there is none or it is still live. */
export function attemptEnd(attempt: Attempt | undefined): AttemptEnd | undefined {
  const end = attempt && ENDS[attempt.state];
  if (!end) return undefined;
  const { gateway, code, message } = attempt;
  const name = code?.endsWith("_mismatch") ? "mismatch" : end[0];
  return { notice: { name, gateway, message: name === "declined" ? message : undefined }, event: end[1], code };
}

const FAULTS: ReadonlyMap<FaultCode, NoticeName> = new Map([
  ["network_error", "network"],
  ["unauthorized", "lost"],
  ["not_found", "lost"],
  // The time of a signed cart is over.
  ["session_closed", "expired"],
  ["gateway_declined", "declined"],
  ["gateway_unavailable", "unavailable"],
  ["circuit_open", "unavailable"],
  ["rate_limited", "limited"],
]);

/** Chooses what to say of a call that had no useful answer. */
export function faultName(code: FaultCode): NoticeName {
  return FAULTS.get(code) ?? "problem";
}
