/** Runs tasks of the same name one after the other, and those of different names side by side. */
export class SerialQueues {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Starts a task at once where none of its name is running or waiting. */
  run<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(name);
    const result = before === undefined ? task() : before.then(task, task);
    this.#tails.set(name, result);
    const clear = () => {
      if (this.#tails.get(name) === result) this.#tails.delete(name);
    };
    result.then(clear, clear);
    return result;
  }

  /** Resolves when all tasks have ended. */
  async finish(): Promise<void> {
    while (this.#tails.size > 0) await Promise.allSettled(this.#tails.values());
  }
}
