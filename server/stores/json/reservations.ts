/** The names that commits are giving away which are not on disk yet. */
export class Reservations {
  readonly #held = new Map<string, Promise<void>>();

  /**
   * Starts a commit as soon as no other one under way holds any of its names, and holds them until it has ended.
   * `assertFree` is asked at first and after each wait.
   */
  async take(names: readonly string[], assertFree: () => void, start: () => Promise<void>): Promise<void> {
    assertFree();
    for (let other = this.#holder(names); other !== undefined; other = this.#holder(names)) {
      // What the other ends with decides: its for ever, or free again.
      await other.catch(() => undefined);
      assertFree();
    }
    // Nothing may be awaited between the last look and this.
    const commit = start();
    for (const name of names) this.#held.set(name, commit);
    try {
      await commit;
    } finally {
      for (const name of names) this.#held.delete(name);
    }
  }

  #holder(names: readonly string[]): Promise<void> | undefined {
    return names.map((name) => this.#held.get(name)).find((commit) => commit !== undefined);
  }
}
