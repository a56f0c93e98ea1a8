const TICK_MS = 1;

/** Notes for how long at a time the event loop did nothing else, by a timer that would be called each millisecond. */
export class LoopWatch {
  readonly #gaps: { endedAt: number; ms: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #lastAt = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The longest such time that ended between two, on the clock of `performance.now()`; in milliseconds. */
  longestBetween(start: number, end: number): number {
    return this.#gaps.reduce(
      (longest, { endedAt, ms }) => (endedAt > start && endedAt <= end ? Math.max(longest, ms) : longest),
      0,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    this.#gaps.push({ endedAt: now, ms: now - this.#lastAt });
    this.#lastAt = now;
  }
}
