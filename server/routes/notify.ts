import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { settleNotification } from "../checkout/notify.ts";
import { isLookAhead, readProviderRequest } from "../http/provider-request.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

/** Serves the addresses that the providers' servers call: 2xx is said only once what they told is on disk. */
export function notifyRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();
  router.register(PATHS.notify(":gateway"), ["GET", "HEAD", "POST"], async (ctx) => {
    ctx.status = 200;
    ctx.body = "";
    if (isLookAhead(ctx)) return;
    const answer = await settleNotification(
      ofRequest(checkout, ctx),
      ctx.params["gateway"] ?? "",
      readProviderRequest(ctx),
    );
    if (answer === undefined) return;
    ctx.type = answer.contentType;
    ctx.body = answer.body;
  });
  return router;
}
