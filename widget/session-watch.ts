import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CheckoutSession } from "../shared/records.ts";
import { readSession } from "./client.ts";
import type { FaultCode, SessionTarget } from "./client.ts";
import { faultCode } from "./faults.ts";

/** When to ask again: after `firstMs`, then each time `factor` longer up to `mostMs`, `rounds` times in all. */
export interface Schedule {
  readonly firstMs: number;
  readonly factor: number;
  readonly mostMs: number;
  readonly rounds: number;
}

/** How often the server is asked, by what is being waited for. */
export const SCHEDULES = {
  /** The customer is back and the provider's word is due: about 25 seconds. */
  settling: { firstMs: 500, factor: 1.5, mostMs: 5000, rounds: 9 },
  /** Money is on its way: about an hour. */
  pending: { firstMs: 3000, factor: 1.4, mostMs: 60_000, rounds: 60 },
  /** The provider's page is open, and its message may never come. */
  frame: { firstMs: 10_000, factor: 1.2, mostMs: 60_000, rounds: 60 },
  /** An attempt was left without an end, and may yet have been paid. */
  live: { firstMs: 5000, factor: 2, mostMs: 60_000, rounds: 6 },
  /** The page is being left; it is usable again where that did not happen. */
  leaving: { firstMs: 15_000, factor: 1, mostMs: 15_000, rounds: 1 },
} as const satisfies Record<string, Schedule>;

/** Who hears what the server answers. */
export interface SessionListener {
  onSession(session: CheckoutSession): void;
  onFault(code: FaultCode): void;
}

/**
 * Asks the server how a session stands, one question at a time, and again and again while something is awaited. It
 * rests while the page is hidden or the element is off the page, and asks at once when the page is shown or online
 * again. Answers to a question from before the last `reset` are dropped.
 */
export class SessionWatch implements ReactiveController {
  readonly #listener: SessionListener;
  #target: SessionTarget | undefined;
  #schedule: Schedule | undefined;
  #onExhausted: (() => void) | undefined;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The running question, and whether something happened since it was asked. */
  #question: { isOutdated: boolean } | undefined;

  constructor(host: ReactiveControllerHost, listener: SessionListener) {
    this.#listener = listener;
    host.addController(this);
  }

  /** The session that is asked about. */
  get target(): SessionTarget | undefined {
    return this.#target;
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#wake);
    window.addEventListener("online", this.#wake);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#wake);
    window.removeEventListener("online", this.#wake);
    this.reset();
  }

  /** Turns to another session, or to none. */
  open(target: SessionTarget | undefined): void {
    this.reset();
    this.#target = target;
  }

  /** Follows a schedule; the one that is already followed goes on where it is. */
  follow(schedule: Schedule, onExhausted?: () => void): void {
    if (schedule === this.#schedule) return;
    this.#schedule = schedule;
    this.#onExhausted = onExhausted;
    this.#round = 0;
    this.#wait();
  }

  /** Follows none; a running question still gets its answer. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#schedule = undefined;
  }

  /** Follows none and forgets the running question. */
  reset(): void {
    this.rest();
    this.#question = undefined;
  }

  /** Asks now, or once more after the running question, whose answer may be older than the reason to ask. */
  askNow(): void {
    clearTimeout(this.#timer);
    if (this.#question === undefined) void this.#ask();
    else this.#question.isOutdated = true;
  }

  readonly #wake = (): void => {
    if (document.hidden) clearTimeout(this.#timer);
    else if (this.#schedule !== undefined) this.askNow();
  };

  async #ask(): Promise<void> {
    if (this.#target === undefined) return;
    const question = { isOutdated: false };
    this.#question = question;
    let answer: CheckoutSession | FaultCode;
    try {
      answer = await readSession(this.#target);
    } catch (error) {
      answer = faultCode(error);
    }
    if (this.#question !== question) return;
    this.#question = undefined;
    if (typeof answer === "string") this.#listener.onFault(answer);
    else this.#listener.onSession(answer);
    // The listener may have asked, or turned to another session.
    if (this.#question !== undefined) return;
    if (question.isOutdated) this.askNow();
    else this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#schedule === undefined || this.#question !== undefined || document.hidden) return;
    const { firstMs, factor, mostMs, rounds } = this.#schedule;
    if (this.#round >= rounds) {
      this.#onExhausted?.();
      return;
    }
    this.#timer = setTimeout(() => this.askNow(), Math.min(firstMs * factor ** this.#round, mostMs));
    this.#round += 1;
  }
}
