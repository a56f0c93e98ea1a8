import type { ReactiveController, ReactiveControllerHost } from "lit";

const INTERVAL_MS = 5000;
const LONGEST_MS = 60_000;

/**
 * Has a page that is looked at ask again every few seconds: not while it is hidden, at once when it is shown again, and
 * less and less often while the server does not answer.
 *
 * @param refresh - tells whether it was answered; it never fails
 */
export function keepLive(host: ReactiveControllerHost, refresh: () => Promise<boolean>): void {
  host.addController(new Live(refresh));
}

class Live implements ReactiveController {
  readonly #refresh: () => Promise<boolean>;
  #delayMs = INTERVAL_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isConnected = false;

  constructor(refresh: () => Promise<boolean>) {
    this.#refresh = refresh;
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#timer);
    if (!document.hidden) void this.#run();
  };

  hostConnected(): void {
    this.#isConnected = true;
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#plan();
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#isConnected && !document.hidden) this.#timer = setTimeout(() => void this.#run(), this.#delayMs);
  }

  async #run(): Promise<void> {
    const isAnswered = await this.#refresh();
    this.#delayMs = isAnswered ? INTERVAL_MS : Math.min(this.#delayMs * 2, LONGEST_MS);
    this.#plan();
  }
}
