import type { Context } from "koa";
import type { ProviderRequest } from "../gateways/gateway.ts";
import { bodyBytes, mediaType, PROVIDER_MEDIA_TYPES, requireMediaType } from "./body.ts";
import { readQuery } from "./query.ts";

/**
 * Takes what came in a provider's name as it came, for the gateway to prove.
 *
 * @throws RequestError `malformed_request` for a repeated parameter, `unsupported_media_type` for another body
 */
export function readProviderRequest(ctx: Context): ProviderRequest {
  const isPost = ctx.method === "POST";
  if (isPost) requireMediaType(ctx, PROVIDER_MEDIA_TYPES);
  return {
    method: isPost ? "POST" : "GET",
    query: readQuery(ctx),
    body: isPost ? bodyBytes(ctx) : null,
    contentType: isPost ? mediaType(ctx) : null,
    headers: Object.fromEntries(
      Object.entries(ctx.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
  };
}

/** Tells whether a browser only looks ahead: HEAD and prefetch must change nothing. */
export function isLookAhead(ctx: Context): boolean {
  if (ctx.method === "POST") return false;
  const purpose = `${ctx.get("sec-purpose")} ${ctx.get("purpose")} ${ctx.get("x-moz")}`;
  return ctx.method === "HEAD" || /\b(prefetch|prerender|preview)\b/i.test(purpose);
}
