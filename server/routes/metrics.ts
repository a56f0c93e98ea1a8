import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { requireMerchant } from "../http/authorize.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { setGauges } from "../metrics/set-gauges.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Serves what the operator's Prometheus collects. */
export function metricsRoutes({ checkout, keys }: RouteContext, metrics: Metrics): Router {
  const router = newRouter();
  router.get(PATHS.metrics, async (ctx) => {
    requireMerchant(ctx, keys);
    const { contentType, text } = await metrics.render((gauges) => setGauges(checkout, gauges));
    ctx.set("Content-Type", contentType);
    ctx.body = text;
  });
  return router;
}
