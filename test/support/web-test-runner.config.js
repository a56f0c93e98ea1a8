import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { chromeLauncher } from "@web/test-runner-chrome";
import { findBrowser } from "./browser.ts";
import { framedPage } from "./framed-pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { executablePath, args } = await findBrowser();

// Another port is another origin of the same host.
const elsewhere = createServer((request, response) => {
  response.setHeader("content-type", "text/html").end(framedPage(request.url ?? "/") ?? "");
});
await new Promise((resolve) => {
  elsewhere.listen(0, () => resolve(undefined));
});
elsewhere.unref();

/** Runs the widget's tests in a browser, from the sources. */
export default {
  files: "test/widget/**/*.test.ts",
  rootDir: root,
  nodeResolve: { exportConditions: ["production", "default"] },
  concurrency: 2,
  // One process for all origins: a new one for each of a test's frames takes longer than all the rest.
  browsers: [chromeLauncher({ launchOptions: { executablePath, args: [...args, "--disable-site-isolation-trials"] } })],
  plugins: [esbuildPlugin({ ts: true, target: "es2022", tsconfig: `${root}tsconfig.json` })],
  testFramework: { config: { timeout: 15_000 } },
  testsFinishTimeout: 60_000,
  middleware: [
    async (ctx, next) => {
      if (ctx.path === "/nothing") {
        // A browser that is sent here stays where it is.
        ctx.status = 204;
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
