import { randomUUID } from "node:crypto";
import Koa, { type Context } from "koa";
import { PATHS } from "../shared/paths.ts";
import type { Checkout } from "./checkout/checkout.ts";
import type { Keys } from "./http/authorize.ts";
import { readBytes } from "./http/body.ts";
import { countAnswers } from "./http/count-answers.ts";
import { allowStorefronts, setSecurityHeaders } from "./http/headers.ts";
import { answerProblems } from "./http/problems.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { answerProblemPage } from "./pages/problem-page.ts";
import { apiRoutes } from "./routes/api.ts";
import { checkoutPageRoutes } from "./routes/checkout-page.ts";
import { comeBackRoutes } from "./routes/come-back.ts";
import { consoleRoutes } from "./routes/console.ts";
import { eventRoutes } from "./routes/events.ts";
import { gatewayRoutes } from "./routes/gateways.ts";
import { answerCommerceLayerProblem, commerceLayerRoutes, isCommerceLayer } from "./routes/commerce-layer.ts";
import { healthRoutes } from "./routes/health.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { notifyRoutes } from "./routes/notify.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { paymentSourceRoutes } from "./routes/payment-sources.ts";
import { orderPageRoutes } from "./routes/order-page.ts";
import { paymentRoutes } from "./routes/payments.ts";
import { newRouter, type RouteContext } from "./routes/route-context.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { webhookDeliveryRoutes } from "./routes/webhook-deliveries.ts";
import { widgetRoutes } from "./routes/widget.ts";
import type { WidgetFiles } from "./widget-files.ts";

/** What the HTTP interface is made of. */
export interface AppOptions {
  checkout: Checkout;
  keys: Keys;
  /** Counts a creation by a storefront's page. @throws RequestError `rate_limited` */
  countCreation: RouteContext["countCreation"];
  /** Aborted when the server stops. */
  closing: AbortSignal;
  metrics: Metrics;
  /** The built element. */
  widget: WidgetFiles;
  /** The built console. */
  consoleScript: Buffer;
}

/** Where people's browsers, not programs, are answered. */
const PAGE_PATHS = /^\/(checkout$|(checkout|return|cancel)\/)/;

/** Whose name was used for a request that is not theirs. */
function forgedName(ctx: Context): string {
  if (isCommerceLayer(ctx)) return "commerce-layer";
  return (ctx["params"] as Record<string, string>)["gateway"] ?? "unknown";
}

/** Puts the HTTP interface together: from the outside in, what every request meets, then its route. */
export function createApp(options: AppOptions): Koa {
  const { checkout, keys, countCreation, closing, metrics, widget, consoleScript } = options;
  const app = new Koa();
  // What happens after an answer has begun, such as a page that goes away in the middle of a stream.
  app.on("error", (error: Error) => checkout.log.debug({ err: error }, "an answer could not be finished"));
  const routes = { checkout, keys, countCreation, closing };
  const router = newRouter();
  for (const group of [
    sessionRoutes(routes),
    eventRoutes(routes),
    paymentRoutes(routes),
    paymentSourceRoutes(routes),
    webhookDeliveryRoutes(routes),
    gatewayRoutes(routes),
    overviewRoutes(routes),
    orderPageRoutes(routes),
    checkoutPageRoutes(routes),
    comeBackRoutes(routes),
    notifyRoutes(routes),
    commerceLayerRoutes(routes),
    healthRoutes(routes),
    metricsRoutes(routes, metrics),
    apiRoutes(routes),
    widgetRoutes(widget),
    consoleRoutes(consoleScript),
  ]) {
    router.use(group.routes());
  }
  const cors = allowStorefronts(checkout.storefronts);

  app.use(countAnswers(metrics));
  app.use((ctx, next) => {
    ctx.state["requestId"] = randomUUID();
    ctx.set("X-Request-Id", ctx.state["requestId"] as string);
    return next();
  });
  app.use(setSecurityHeaders({ isHttps: checkout.publicUrl.startsWith("https:") }));
  app.use(
    answerProblems(checkout.log, {
      forms: [
        { isFor: ({ path }) => PAGE_PATHS.test(path), answer: answerProblemPage },
        { isFor: isCommerceLayer, answer: answerCommerceLayerProblem },
      ],
      onForgery: (ctx) => metrics.countForgery(forgedName(ctx)),
    }),
  );
  app.use((ctx, next) => (ctx.path.startsWith(PATHS.sessions) ? cors(ctx, next) : next()));
  app.use(readBytes(isCommerceLayer));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
