import type { BaseLogger } from "pino";

/** Who wants to hear which sessions have changed; one that throws keeps the news from nobody else. */
export class Listeners {
  readonly #log: Pick<BaseLogger, "error">;
  readonly #listeners = new Set<(sessionId: string) => void>();

  constructor(log: Pick<BaseLogger, "error">) {
    this.#log = log;
  }

  /** Adds a listener; gives the way to stop. */
  add(listener: (sessionId: string) => void): () => void {
    // Wrapped, so that one function given twice is told twice and stopped apart.
    const tell = (sessionId: string) => listener(sessionId);
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  tell(sessionId: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(sessionId);
      } catch (error) {
        this.#log.error({ err: error }, "a listener to changes has thrown");
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
