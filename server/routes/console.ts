import { createHash } from "node:crypto";
import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { StateError } from "../errors.ts";
import { answerConsolePage } from "../pages/console-page.ts";
import { newRouter } from "./route-context.ts";

/**
 * Serves the merchant's console: a page without data, and its script at an address that changes with it. Whoever opens
 * it types in the secret key, and sees with it what the HTTP interface tells.
 */
export function consoleRoutes(script: Buffer): Router {
  const router = newRouter();
  const version = createHash("sha256").update(script).digest("base64url");

  router.get(PATHS.console, (ctx) => answerConsolePage(ctx, PATHS.consoleScript(version)));

  router.get(PATHS.consoleScript(":version"), (ctx) => {
    // An old page must not get a script that it was not made for.
    if (ctx.params["version"] !== version) throw new StateError("not_found", "there is no such script any more");
    ctx.set("Cache-Control", "public, max-age=31536000, immutable");
    ctx.type = "text/javascript; charset=utf-8";
    ctx.body = script;
  });

  return router;
}
