import type { ReactiveController } from "lit";
import type { CheckoutSession } from "../shared/records.ts";
import { readSession } from "./client.ts";
import type { FaultCode, SessionTarget } from "./client.ts";
import type { ControllerHost } from "./reactive-element.ts";

const LONGEST_MS = 60_000;
/** With the longest pause, about an hour. */
const MOST_ROUNDS = 60;

/**
 * Asks the server how a session stands, and again and again while something is awaited, each time after half as long
 * again, up to a minute. It rests while the page is hidden or the element is off the page, and asks at once when the
 * page is shown or online again. An answer counts only while nothing was asked or reset since.
 */
export class SessionWatch implements ReactiveController {
  /** The session that is asked about. */
  target: SessionTarget | undefined;
  /** How often it was asked since it began to follow. */
  round = 0;
  /** Raised by every question and every reset: what was begun under another one is stale. */
  ticket = 0;
  #channel: BroadcastChannel | undefined;
  readonly #onAnswer: (answer: CheckoutSession | FaultCode) => void;
  #firstMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ControllerHost, onAnswer: (answer: CheckoutSession | FaultCode) => void) {
    this.#onAnswer = onAnswer;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    try {
      // Other tabs and elements of this storefront, which may be about the same session.
      this.#channel = new BroadcastChannel("offsite-checkout");
      this.#channel.addEventListener("message", ({ data }) => {
        if (data === this.target?.sessionId && this.#firstMs !== 0) void this.ask();
      });
    } catch {
      // Firefox forbids it with storage: the others then follow by the server alone.
    }
    void this.ask();
  }

  hostDisconnected(): void {
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#channel?.close();
    clearTimeout(this.#timer);
    this.ticket += 1;
  }

  /** Has every other element of the storefront that is about this session ask, too. */
  announce(): void {
    this.#channel?.postMessage(this.target?.sessionId);
  }

  /** Asks after `firstMs`, and so on, or not by itself; what is followed already goes on where it is. */
  follow(firstMs?: number): void {
    if (firstMs === this.#firstMs) return;
    this.#firstMs = firstMs;
    this.round = 0;
    this.#wait();
  }

  /** Follows nothing, forgets the running question, and gives the new ticket. */
  reset(): number {
    this.follow();
    this.ticket += 1;
    return this.ticket;
  }

  /** Asks now. */
  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.ticket += 1;
    const { ticket, target } = this;
    if (!target) return;
    const answer = await readSession(target);
    if (ticket !== this.ticket) return;
    this.round += 1;
    this.#onAnswer(answer);
    if (ticket === this.ticket) this.#wait();
  }

  readonly #wake = (): void => {
    if (this.#firstMs && !isHidden()) void this.ask();
    else clearTimeout(this.#timer);
  };

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#firstMs || isHidden() || this.round > MOST_ROUNDS) return;
    this.#timer = setTimeout(() => void this.ask(), Math.min(this.#firstMs * 1.5 ** this.round, LONGEST_MS));
  }
}

/** Not `document.hidden`: where the page has a form of that name, nothing would ever be asked again. */
function isHidden(): boolean {
  return document.visibilityState === "hidden";
}
