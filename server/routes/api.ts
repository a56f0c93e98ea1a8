import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { describeApi } from "../openapi/describe-api.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Serves the description of the whole HTTP interface to anyone. */
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

  return router;
}
