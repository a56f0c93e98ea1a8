import { fileURLToPath } from "node:url";

/** Runs once before the files of a suite: their processes, and those that they start, keep what Node has compiled. */
export function globalSetup(): void {
  process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url));
}
