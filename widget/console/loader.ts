import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ConsoleProblem } from "./client.ts";

/** Loads what a page shows, and tells the page when it is there; an answer to an earlier question is not taken. */
export class Loader<Value> implements ReactiveController {
  value: Value | undefined;
  problem: ConsoleProblem | undefined;
  isLoading = false;
  readonly #host: ReactiveControllerHost;
  #round = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#round += 1;
  }

  /** Loads anew; what was there stays until the new is, unless it is of something else. */
  async load(ask: () => Promise<Value>, { keeps = false } = {}): Promise<void> {
    this.isLoading = true;
    if (!keeps) this.value = undefined;
    this.#host.requestUpdate();
    await this.#take(ask, false);
  }

  /** Asks for the same again, beside what people do: nothing says so, and what is loading goes before it. */
  async refresh(ask: () => Promise<Value>): Promise<boolean> {
    if (this.isLoading) return true;
    await this.#take(ask, true);
    return this.problem === undefined;
  }

  async #take(ask: () => Promise<Value>, isRefresh: boolean): Promise<void> {
    const round = (this.#round += 1);
    try {
      const value = await ask();
      if (round !== this.#round) return;
      this.value = value;
      this.problem = undefined;
    } catch (error) {
      if (round !== this.#round) return;
      if (!(error instanceof ConsoleProblem)) throw error;
      // The same again, with another request's id, is no news to be read out every few seconds.
      if (!isRefresh || error.code !== this.problem?.code) this.problem = error;
    }
    this.isLoading = false;
    this.#host.requestUpdate();
  }
}
