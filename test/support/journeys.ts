/**
 * Runs the journeys: all where everything was asked for, else in Chromium alone, and without those of what a customer
 * does not meet on the way to paying today, such as the gallery, the API's page, the console's pages, or a day that goes by.
 *
 *     node test/support/journeys.ts npm run test:node --
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { choose } from "./depth.ts";

const LEFT_OUT = new Set(
  ["api-page", "commerce-layer", "console-pages", "firefox", "gallery", "restart", "time", "webkit"].map(
    (name) => `${name}.test.ts`,
  ),
);

const [program, ...parameters] = process.argv.slice(2);
if (program === undefined) throw new Error("a command to run is missing");
const files = choose(
  "files of journeys",
  globSync("test/journeys/**/*.test.ts").sort(),
  (file) => !LEFT_OUT.has(basename(file)),
);
const child = spawn(program, [...parameters, ...files], { stdio: "inherit" });
const [code] = (await once(child, "exit")) as [number | null];
process.exitCode = code ?? 1;
