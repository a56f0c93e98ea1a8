import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

/** A file to which lines are appended in groups: what comes while the disk is busy goes together, with one fdatasync. */
export class GroupedLog {
  readonly #file: FileHandle;
  #waiting: { line: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isRunning = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Resolves when a line is on disk. */
  append(line: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#file.write(Buffer.concat(group.map(({ line }) => line)));
        await this.#file.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
