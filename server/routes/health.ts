import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Tells an operator's machinery that the process is alive, and whether it can take a payment now. */
export function healthRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();
  router.get(PATHS.health, (ctx) => {
    ctx.body = { status: "alive" };
  });
  router.get(PATHS.ready, async (ctx) => {
    await checkout.store.checkReady();
    ctx.body = { status: "ready" };
  });
  return router;
}
