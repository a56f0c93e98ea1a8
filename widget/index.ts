/** Registers `<offsite-checkout>`; `offsite-checkout.ts` has the class alone. */
import "./define.ts";

export { OffsiteEvent } from "./events.ts";
export type { OffsiteEventDetail, OffsiteEventMap, OffsiteEventName } from "./events.ts";
export { OffsiteCheckout } from "./offsite-checkout.ts";
