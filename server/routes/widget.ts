import { createHash } from "node:crypto";
import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { newRouter } from "./route-context.ts";

/** Serves the element's script to any page: it is public, and a module script needs the permission to be read. */
export function widgetRoutes(script: Buffer): Router {
  const router = newRouter();
  const etag = `"${createHash("sha256").update(script).digest("base64url")}"`;
  router.get(PATHS.widget, (ctx) => {
    ctx.set({
      "Access-Control-Allow-Origin": "*",
      "Cross-Origin-Resource-Policy": "cross-origin",
      "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
      ETag: etag,
    });
    ctx.type = "text/javascript; charset=utf-8";
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = script;
  });
  return router;
}
