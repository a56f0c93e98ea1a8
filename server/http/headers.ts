import cors from "@koa/cors";
import type { Middleware } from "koa";

const API_CSP = "default-src 'none'; frame-ancestors 'none'";

/** Sets what every answer carries; a page or the widget's file then says otherwise where it must. */
export function setSecurityHeaders({ isHttps }: { isHttps: boolean }): Middleware {
  const headers = Object.entries({
    "Cache-Control": "no-store",
    "Content-Security-Policy": API_CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    ...(isHttps ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
  });
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value);
    return next();
  };
}

/** Lets pages of the configured storefronts, and no others, call the browser's part of the interface. */
export function allowStorefronts(storefronts: ReadonlySet<string>): Middleware {
  return cors({
    // An empty answer leaves the header out: any other origin is simply not allowed.
    origin: (ctx) => (storefronts.has(ctx.get("origin")) ? ctx.get("origin") : ""),
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key"],
    exposeHeaders: ["Retry-After", "X-Request-Id"],
    maxAge: 600,
    keepHeadersOnError: true,
  });
}
