import type { CheckoutSession } from "../shared/records.ts";
import { OffsiteEvent } from "./events.ts";
import type { OffsiteEventName } from "./events.ts";

/** Tells the page what happened by events, each change once, however often the server is asked. */
export class Announcer {
  readonly #target: EventTarget;
  readonly #announced = new Set<string>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  /** Forgets what was told, for another session. */
  reset(): void {
    this.#announced.clear();
  }

  /** Tells whether a change of the session or of its latest attempt has not been told yet. */
  isNews(name: OffsiteEventName, session: CheckoutSession): boolean {
    return !this.#announced.has(changeOf(name, session));
  }

  /** Tells of a change of the session or of its latest attempt, unless that was told. */
  announceOnce(name: OffsiteEventName, session: CheckoutSession, code?: string): void {
    if (!this.isNews(name, session)) return;
    this.#announced.add(changeOf(name, session));
    this.announce(name, session.id, session, code);
  }

  /** Tells of something that happened just now; `session` as far as it is known. */
  announce(name: OffsiteEventName, sessionId: string, session: CheckoutSession | undefined, code?: string): void {
    const paymentId = session?.payment?.id;
    const detail = {
      sessionId,
      status: session?.status ?? null,
      ...(paymentId === undefined ? {} : { paymentId }),
      ...(code === undefined ? {} : { code }),
    };
    this.#target.dispatchEvent(new OffsiteEvent(name, detail));
  }
}

function changeOf(name: OffsiteEventName, { status, attempt }: CheckoutSession): string {
  return name === "offsite-ready" ? name : `${name} ${status} ${attempt?.id ?? ""}`;
}
