import { assertNever } from "../../shared/assert-never.ts";
import type { AttemptRecord } from "../stores/ledger.ts";

/** Tells whether the provider has proven that an attempt is over without money. */
export function isEndedByProvider({ state, isEndProven }: AttemptRecord): boolean {
  return isEndProven === true && state !== "settled";
}

/** Orders the ends of an attempt, so that the end does not depend on which word came first. */
export function endWeight({ state, isEndProven }: Pick<AttemptRecord, "state" | "isEndProven">): number {
  const proven = isEndProven === true ? 10 : 0;
  switch (state) {
    case "started":
      return 0;
    case "expired":
    case "superseded":
      return 1;
    case "cancelled":
      return 2 + proven;
    case "declined":
      return 3 + proven;
    case "failed":
      return 4 + proven;
    case "settled":
      // Only money that failed again leaves it, and then by the provider's word.
      return 5;
    default:
      return assertNever(state);
  }
}
