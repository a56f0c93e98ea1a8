import type Router from "@koa/router";
import type { Context } from "koa";
import { PATHS } from "../../shared/paths.ts";
import { StateError } from "../errors.ts";
import type { WidgetFiles } from "../widget-files.ts";
import { newRouter } from "./route-context.ts";

/** For what may change with the next version of the server. */
const FRESH = "public, max-age=300, stale-while-revalidate=86400";
/** For what is named after what is in it. */
const IMMUTABLE = "public, max-age=31536000, immutable";
const SCRIPT_TYPE = "text/javascript; charset=utf-8";

/**
 * Serves the element to any page: the script under its short address and under one that names this build, which a page
 * can pin by `integrity`, and the words of each language. They are public, and need the permission to be read.
 */
export function widgetRoutes({ script, version, words }: WidgetFiles): Router {
  const router = newRouter();

  router.get(PATHS.widget, (ctx) => answer(ctx, script, { type: SCRIPT_TYPE, caching: FRESH, etag: version }));

  router.get(PATHS.widgetVersion(":version"), (ctx) => {
    // Any other build would not match the page's integrity value.
    if (ctx.params["version"] !== version) throw new StateError("not_found", "there is no such version of the element");
    answer(ctx, script, { type: SCRIPT_TYPE, caching: IMMUTABLE, etag: version });
  });

  router.get(PATHS.widgetWords(":tag", ":version"), (ctx) => {
    const { tag = "", version: asked = "" } = ctx.params as { tag?: string; version?: string };
    const exact = words.get(`${tag}.${asked}`);
    // A page that was loaded from another build gets these words for a while; what it misses there is in English.
    const [name = "", text] = [...words].find(([key]) => key.startsWith(`${tag}.`)) ?? [];
    const file = exact ?? text;
    if (file === undefined) throw new StateError("not_found", "there are no words of this language");
    const type = "application/json; charset=utf-8";
    answer(ctx, file, { type, caching: exact === undefined ? FRESH : IMMUTABLE, etag: name });
  });

  return router;
}

function answer(
  ctx: Context,
  body: Buffer,
  { type, caching, etag }: { type: string; caching: string; etag: string },
): void {
  ctx.set({
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": caching,
    ETag: `"${etag}"`,
  });
  ctx.type = type;
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = body;
}
