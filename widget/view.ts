import { assertNever } from "../shared/assert-never.ts";
import type { CheckoutSession } from "../shared/records.ts";
import type { OffsiteEventName } from "./events.ts";

/** Why the customer is where payment starts, again. */
export type NoticeName =
  | "cancelled"
  | "declined"
  | "failed"
  | "mismatch"
  | "lapsed"
  | "superseded"
  | "unavailable"
  | "network"
  | "limited"
  | "problem";

/** What is told to the customer above the button. */
export interface Notice {
  name: NoticeName;
  /** The id of the gateway that it is about. */
  gateway?: string | undefined;
  /** The provider's own words, only ever shown as text. */
  message?: string | undefined;
}

/** Why nothing can be paid here, for now or at all. */
export type Obstacle = "network" | "limited" | "lost" | "closed" | "problem";

/** What the element shows; exactly one at a time. */
export type View =
  /** No session is named. */
  | { name: "idle" }
  | { name: "loading" }
  /** The customer is back, and this browser has no secret to ask with. */
  | { name: "unconfirmed" }
  | { name: "start"; notice?: Notice }
  /** An attempt is being started. */
  | { name: "starting" }
  /** The browser is on its way to the provider. */
  | { name: "leaving" }
  | { name: "frame" }
  /** The customer is back, and the server is being asked. */
  | { name: "settling" }
  /** It was asked for a while, and the provider still owes its word. */
  | { name: "waiting" }
  | { name: "pending" }
  | { name: "complete" }
  | { name: "expired" }
  | { name: "calledOff" }
  | { name: "error"; obstacle: Obstacle };

/** The end of an attempt that left the session open: what to say, and which event tells the page. */
export interface AttemptEnd {
  notice: Notice;
  event: Extract<OffsiteEventName, "offsite-cancelled" | "offsite-declined" | "offsite-error">;
  code?: string | undefined;
}

/** The end of an attempt in whose place another window began one. */
export const SUPERSEDED: AttemptEnd = {
  notice: { name: "superseded" },
  event: "offsite-cancelled",
  code: "superseded",
};

const MISMATCHES: readonly unknown[] = ["amount_mismatch", "currency_mismatch", "environment_mismatch"];

/** Tells how an open session's latest attempt ended, or `undefined` where there is none or it is still live. */
export function attemptEnd({ attempt }: CheckoutSession): AttemptEnd | undefined {
  if (attempt === undefined) return undefined;
  const { state, code, message, gateway } = attempt;
  const end = (name: NoticeName, event: AttemptEnd["event"], because = code): AttemptEnd => ({
    notice: { name, gateway, message: name === "declined" ? message : undefined },
    event,
    code: because,
  });
  switch (state) {
    case "started":
    case "superseded":
      return undefined;
    case "cancelled":
      return end("cancelled", "offsite-cancelled");
    // Settled and yet open: the money was on its way, and then failed.
    case "settled":
    case "declined":
      return end("declined", "offsite-declined");
    case "failed":
      return end(MISMATCHES.includes(code) ? "mismatch" : "failed", "offsite-error");
    case "expired":
      return end("lapsed", "offsite-error", code ?? state);
    default:
      return assertNever(state);
  }
}
