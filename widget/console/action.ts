import type { ConsolePart } from "./console-part.ts";
import { ConsoleProblem, newIdempotencyKey } from "./client.ts";
import { time } from "./format.ts";

/** Posts what a button asks for; `done` says what that has done, in a sentence. */
export type Act = (path: string, done: string) => void;

/** Posts what a button of a page asks for, one thing at a time, and keeps what the page is to say of it. */
export class Action {
  isRunning = false;
  problem: ConsoleProblem | undefined;
  /** What was done last, and when. */
  said = "";
  readonly #page: ConsolePart;
  readonly #reload: () => void;

  /** @param reload - shows how things stand, whatever came of it */
  constructor(page: ConsolePart, reload: () => void) {
    this.#page = page;
    this.#reload = reload;
  }

  /** Posts, unless something is under way. */
  readonly act: Act = (path, done) => {
    if (!this.isRunning) void this.#post(path, done);
  };

  /** Says no more of what was done. */
  forget(): void {
    this.problem = undefined;
    this.said = "";
  }

  async #post(path: string, done: string): Promise<void> {
    this.forget();
    this.isRunning = true;
    this.#page.requestUpdate();
    try {
      await this.#page.client.post(path, newIdempotencyKey());
      this.said = `${done} Looked at ${time(new Date().toISOString())}.`;
    } catch (error) {
      if (!(error instanceof ConsoleProblem)) throw error;
      this.problem = error;
    } finally {
      this.isRunning = false;
      this.#reload();
    }
  }
}
