import { globSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { chromeLauncher } from "@web/test-runner-chrome";
import { launch } from "puppeteer-core";
import { findBrowser, findFirefox } from "./browser.ts";
import { choose } from "./depth.ts";
import { framedPage } from "./framed-pages.ts";
import { WebKitLauncher } from "./webkit-launcher.ts";
import { webKitFault } from "./web-driver.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { executablePath, args } = await findBrowser();
const firefox = findFirefox();
const withoutWebKit = webKitFault();

/** What the tests run in: Chromium always, the other engines where they are installed; `ENGINES=firefox,…` chooses. */
const ENGINES = {
  chromium: () =>
    // One process for all origins: a new one for each of a test's frames takes longer than all the rest.
    chromeLauncher({ launchOptions: { executablePath, args: [...args, "--disable-site-isolation-trials"] } }),
  firefox: () =>
    firefox === undefined
      ? leftOut("Firefox", "there is no firefox-esr or firefox in /usr/bin")
      : chromeLauncher({
          puppeteer: { launch },
          // Two tabs at once wait for each other.
          concurrency: 1,
          launchOptions: {
            browser: "firefox",
            executablePath: firefox,
            // As in Chromium: one process for all origins.
            extraPrefsFirefox: { "fission.autostart": false, "dom.ipc.processCount": 1 },
          },
        }),
  webkit: () => (withoutWebKit === undefined ? new WebKitLauncher() : leftOut("WebKit", withoutWebKit)),
};

const chosen = (process.env["ENGINES"] ?? "chromium,firefox,webkit").split(",");

function leftOut(engine, why) {
  process.stdout.write(`Left out: the element's tests in ${engine}; ${why}.\n`);
  return undefined;
}

// Another port is another origin of the same host.
const elsewhere = createServer((request, response) => {
  response.setHeader("content-type", "text/html").end(framedPage(request.url ?? "/") ?? "");
});
await new Promise((resolve) => {
  elsewhere.listen(0, () => resolve(undefined));
});
elsewhere.unref();

const files = globSync("test/widget/**/*.test.ts", { cwd: root });
/** What is about slots, windows, frames and leaving the page, in which engines differ most. */
const NEAR_THE_ENGINE = new Set(["fallback.test.ts", "frame.test.ts", "hostile.test.ts", "redirect.test.ts"]);

/** Which files one of the engines runs. */
function filesFor(engine) {
  if (engine === "chromium") return files;
  return choose(`files of the element's tests in ${engine}`, files, (file) => NEAR_THE_ENGINE.has(basename(file)));
}

const engines = chosen.flatMap((name) => {
  const launcher = ENGINES[name]?.();
  return launcher === undefined ? [] : [{ name, launcher }];
});

/** Runs the widget's tests, or those that `--files` names, in every engine there is, from the sources. */
export default {
  ...(process.argv.includes("--files")
    ? { browsers: engines.map(({ launcher }) => launcher) }
    : { groups: engines.map(({ name, launcher }) => ({ name, files: filesFor(name), browsers: [launcher] })) }),
  rootDir: root,
  nodeResolve: { exportConditions: ["production", "default"] },
  concurrency: 2,
  plugins: [esbuildPlugin({ ts: true, target: "es2022", tsconfig: `${root}tsconfig.json` })],
  testFramework: { config: { timeout: 15_000 } },
  browserStartTimeout: 60_000,
  testsFinishTimeout: 120_000,
  middleware: [
    async (ctx, next) => {
      if (ctx.path === "/nothing") {
        // A browser that is sent here stays where it is.
        ctx.status = 204;
        return undefined;
      }
      if (ctx.path === "/refused") {
        ctx.set("X-Frame-Options", "DENY");
        ctx.body = "This page is in no frame.";
        return undefined;
      }
      if (ctx.path === "/slow") {
        // The page is there, and something on it never comes.
        ctx.type = "html";
        ctx.body = new PassThrough();
        // Less than this, WebKit waits for more.
        ctx.body.write(`<!doctype html><title>Slow</title><p>Card number${" ".repeat(16_384)}`);
        return undefined;
      }
      const page = framedPage(ctx.url, ctx.method, ctx.method === "POST" ? await text(ctx.req) : "");
      if (page === undefined) return next();
      ctx.type = "html";
      ctx.body = page;
      return undefined;
    },
  ],
  testRunnerHtml: (testFramework) => `<!doctype html><html lang="en"><body>
    <script>globalThis.elsewherePort = ${elsewhere.address().port}</script>
    <script type="module" src="${testFramework}"></script></body></html>`,
};
