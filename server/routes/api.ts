import { readFile } from "node:fs/promises";
import type Router from "@koa/router";
import type { Context } from "koa";
import { PATHS } from "../../shared/paths.ts";
import { RequestError } from "../errors.ts";
import { describeApi } from "../openapi/describe-api.ts";
import { API_PAGE, API_PAGE_SCRIPT, API_PAGE_STYLE } from "../pages/api-page.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Where the build puts what renders the page; from the sources and from the compiled files alike. */
const FOLDERS = ["../../dist/api/", "../../api/"];
/** Nothing from anywhere else, no inline script or style; the pictures in Swagger UI's own style sheet are `data:`. */
const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** Serves the description of the whole HTTP interface to anyone: as OpenAPI, and as a page for people. */
export function apiRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();
  let description: string | undefined;

  router.get(PATHS.openapi, (ctx) => {
    // Made when it is asked for first: most processes never are.
    description ??= JSON.stringify(describeApi(checkout.publicUrl));
    // It holds no secret, and tools on other sites may read it.
    ctx.set("Access-Control-Allow-Origin", "*");
    ctx.type = "application/json";
    ctx.body = description;
  });

  router.get(PATHS.apiPage, (ctx) => {
    ctx.set("Content-Security-Policy", PAGE_CSP);
    answer(ctx, "text/html", API_PAGE);
  });

  router.get(PATHS.apiFile(":file"), async (ctx) => {
    switch (ctx.params["file"]) {
      case "page.js":
        return answer(ctx, "text/javascript", API_PAGE_SCRIPT);
      case "page.css":
        return answer(ctx, "text/css", API_PAGE_STYLE);
      case "swagger-ui.js":
        return answer(ctx, "text/javascript", await readBuilt("swagger-ui.js"));
      case "swagger-ui.css":
        return answer(ctx, "text/css", await readBuilt("swagger-ui.css"));
      default:
        throw new RequestError("not_found", "there is no such file");
    }
  });

  return router;
}

function answer(ctx: Context, type: string, body: string | Buffer): void {
  ctx.type = `${type}; charset=utf-8`;
  ctx.body = body;
}

async function readBuilt(file: string): Promise<Buffer> {
  for (const folder of FOLDERS) {
    const content = await readFile(new URL(folder + file, import.meta.url)).catch(() => undefined);
    if (content !== undefined) return content;
  }
  throw new RequestError("not_found", "what renders the page is not built: run npm run build");
}
