/** What the test framework in the page provides. */
interface Mocha {
  describe: (name: string, body: () => void) => void;
  it: (rule: string, body: () => void | Promise<void>) => void;
  beforeEach: (body: () => void | Promise<void>) => void;
  afterEach: (body: () => void | Promise<void>) => void;
}

export const { describe, it, beforeEach, afterEach } = globalThis as unknown as Mocha;
