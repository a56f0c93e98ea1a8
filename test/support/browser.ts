import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

/** What starts a browser, for `puppeteer-core` and `@web/test-runner-chrome` alike. */
export interface BrowserLaunch {
  executablePath: string;
  args: string[];
  /** How long a browser may take to answer a command, in milliseconds. */
  protocolTimeout: number;
}

const COMMAND_LIMIT_MS = 60_000;

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // What no test looks at takes a sixth of the processor time: processes in reserve, hints, screens to cast to.
  "--disable-features=SpareRendererForSitePerProcess,OptimizationHints,MediaRouter,InterestFeedContentSuggestions",
];

const HOW = { args: ARGS, protocolTimeout: COMMAND_LIMIT_MS };

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Finds a browser: the one that `CHROME_PATH` names, an installed Chromium or Chrome, else the Chromium that the
 * repository brings as a development dependency, which is unpacked into the folder for temporary files once.
 *
 * @throws Error where `CHROME_PATH` names nothing that can be run, or the packed Chromium cannot be unpacked
 */
export async function findBrowser(): Promise<BrowserLaunch> {
  const named = process.env["CHROME_PATH"];
  if (named !== undefined && named !== "") {
    if (!isExecutable(named)) throw new Error(`expected CHROME_PATH to name a browser, got ${named}`);
    return { executablePath: named, ...HOW };
  }
  return { executablePath: INSTALLED.find(isExecutable) ?? (await unpackChromium()), ...HOW };
}

/** Finds an installed Firefox: the one that `FIREFOX_PATH` names, or the system's. */
export function findFirefox(): string | undefined {
  const named = process.env["FIREFOX_PATH"];
  const places = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];
  return [named ?? "", ...places].find((path) => path !== "" && isExecutable(path));
}

async function unpackChromium(): Promise<string> {
  if (lacksLibraries()) {
    // The package brings the libraries and fonts that a bare container lacks, for Lambda; this word asks for them.
    process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs22.x";
  }
  const { default: chromium } = await import("@sparticuz/chromium");
  return chromium.executablePath();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lacksLibraries(): boolean {
  try {
    return !execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" }).includes("libnss3.so");
  } catch {
    return true;
  }
}
