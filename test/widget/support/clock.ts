const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

/** Lets everything go on that waits for nothing but its turn: microtasks, and tasks already queued. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage("");
    });
  }
}

/** Waits for what another process does in its own time. @throws Error after ten seconds */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => {
      real.setTimeout.call(window, resolve, 10);
    });
  }
  throw new Error(`expected ${condition.toString()} within ten seconds`);
}

/** Time that passes only when a test says so. */
export class FakeClock {
  #now = 0;
  #lastId = 0;
  readonly #timers = new Map<number, { at: number; run: () => void }>();

  /** Takes the place of the page's timers. */
  install(): void {
    const setTimeout = (run: () => void, delayMs = 0): number => {
      this.#lastId += 1;
      this.#timers.set(this.#lastId, { at: this.#now + delayMs, run });
      return this.#lastId;
    };
    Object.assign(globalThis, { setTimeout, clearTimeout: (id: number) => this.#timers.delete(id) });
  }

  /** Gives the page its own timers back. */
  uninstall(): void {
    Object.assign(globalThis, real);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets milliseconds pass, and what becomes due in them happen, one after the other. */
  async pass(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    for (let steps = 0; steps < 10_000; steps += 1) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].run();
      await settle();
    }
    this.#now = end;
  }
}
