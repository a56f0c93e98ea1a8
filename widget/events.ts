import type { SessionStatus } from "../shared/states.ts";

/** What every event of the element carries. */
export interface OffsiteEventDetail {
  sessionId: string;
  /** As the server last said; `null` where it could not be asked. */
  status: SessionStatus | null;
  /** The payment that counts, where there is one. */
  paymentId?: string | undefined;
  /** Why, where something went wrong: a problem code, an attempt's code, `network_error` or `unexpected_answer`. */
  code?: string | undefined;
}

/** The names of the element's events. */
export type OffsiteEventName = keyof OffsiteEventMap;

/** The type of each event by its name. */
export interface OffsiteEventMap {
  /** The session is loaded and can be paid. */
  "offsite-ready": OffsiteEvent;
  /** An attempt has begun: the customer is about to meet the provider's page. */
  "offsite-started": OffsiteEvent;
  /** The money is authorized or taken. */
  "offsite-complete": OffsiteEvent;
  /** The provider is still processing the money. */
  "offsite-pending": OffsiteEvent;
  /** The provider refused; the session is still open. */
  "offsite-declined": OffsiteEvent;
  /** The customer called the attempt off (status `open`) or the merchant the session (status `cancelled`). */
  "offsite-cancelled": OffsiteEvent;
  /** The session's time ran out. */
  "offsite-expired": OffsiteEvent;
  /** Something failed; `detail.code` says what. */
  "offsite-error": OffsiteEvent;
}

/** An event of the element: it bubbles, crosses shadow roots, and fires once per change. */
export class OffsiteEvent extends CustomEvent<OffsiteEventDetail> {
  constructor(name: OffsiteEventName, detail: OffsiteEventDetail) {
    super(name, { bubbles: true, composed: true, detail });
  }
}

declare global {
  interface HTMLElementEventMap extends OffsiteEventMap {}
}
