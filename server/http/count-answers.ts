import type { Middleware } from "koa";
import type { Metrics } from "../metrics/metrics.ts";

/** Counts every answer by its route's pattern, and how long it took until it began. */
export function countAnswers({ countAnswer }: Pick<Metrics, "countAnswer">): Middleware {
  return async (ctx, next) => {
    const startedAt = performance.now();
    await next();
    const route: unknown = ctx["_matchedRoute"];
    countAnswer(ctx.method, typeof route === "string" ? route : "none", ctx.status, performance.now() - startedAt);
  };
}
