import type { Context, Middleware } from "koa";
import bodyParser from "koa-bodyparser";
import type { z } from "zod";
import { InputError, RequestError } from "../errors.ts";
import { KEEP_INPUT, toInputIssues } from "../input.ts";
import { parseJson } from "../parse.ts";

/** The largest body, in bytes. */
export const MAX_BODY_BYTES = 65_536;

/** The largest body of an order with all that belongs to it, in bytes. */
const MAX_ORDER_BYTES = 1_048_576;

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Reads bodies as the bytes that came, into `ctx.request.rawBody`: signatures are over bytes, and a decoded string has
 * lost them. koa-bodyparser gives the bytes when it is told no encoding; what they mean is read by whoever needs it.
 *
 * @param isOrder tells which requests carry an order with all that belongs to it, and may be larger
 */
export function readBytes(isOrder: (ctx: Context) => boolean = () => false): Middleware {
  const parser = parserOf(MAX_BODY_BYTES);
  const orderParser = parserOf(MAX_ORDER_BYTES);
  return async (ctx, next) => {
    const encoding = ctx.get("content-encoding").toLowerCase();
    if (encoding !== "" && encoding !== "identity") {
      throw new RequestError("unsupported_media_type", `content encoding ${encoding} is not accepted`);
    }
    // A request without a body, as most are, has nothing to be read.
    await (hasBody(ctx) ? (isOrder(ctx) ? orderParser : parser)(ctx, next) : next());
  };
}

function parserOf(limitBytes: number): Middleware {
  const options = {
    enableTypes: ["text"],
    extendTypes: { text: [JSON_TYPE, FORM_TYPE, "application/vnd.api+json"] },
    textLimit: String(limitBytes),
    // Handed through to raw-body, which then gives a Buffer; the package's types do not know it.
    encoding: null,
  };
  return bodyParser(options);
}

/** Gives the bytes of the body, or `null` where there was none that is of a readable type. */
export function bodyBytes(ctx: Context): Buffer | null {
  const raw: unknown = ctx.request.rawBody;
  return Buffer.isBuffer(raw) && raw.length > 0 ? raw : null;
}

/** The media type of the body without parameters, in lower case; `null` where none is named. */
export function mediaType(ctx: Context): string | null {
  const type = ctx.get("content-type").split(";")[0]?.trim().toLowerCase() ?? "";
  return type === "" ? null : type;
}

/**
 * Reads a JSON body of a merchant or browser.
 *
 * @throws RequestError `unsupported_media_type`, `malformed_request`
 */
export function readJson(ctx: Context): unknown {
  requireMediaType(ctx, [JSON_TYPE]);
  const bytes = bodyBytes(ctx);
  if (bytes === null) throw new RequestError("malformed_request", "a JSON body is required");
  return parseJson(bytes);
}

/** Reads a JSON body that may be left out, as an empty object then. */
export function readOptionalJson(ctx: Context): unknown {
  return hasBody(ctx) || mediaType(ctx) !== null ? readJson(ctx) : {};
}

/** Tells whether a body came, also one of no type that was not read: an amount in it must not be taken for none. */
function hasBody(ctx: Context): boolean {
  return ctx.req.headers["transfer-encoding"] !== undefined || Number(ctx.get("content-length")) > 0;
}

/** Checks input against its shape. @throws InputError with every fault at once */
export function readAs<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input, KEEP_INPUT);
  if (!parsed.success) throw new InputError(toInputIssues(parsed.error));
  return parsed.data;
}

/** Refuses a body of another media type, or in another character set than UTF-8. */
export function requireMediaType(ctx: Context, types: readonly string[]): void {
  const type = mediaType(ctx);
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(ctx.get("content-type"))?.[1]?.toLowerCase();
  if (type === null || !types.includes(type) || (charset !== undefined && charset !== "utf-8" && charset !== "utf8")) {
    throw new RequestError("unsupported_media_type", `the body must be ${types.join(" or ")} in UTF-8`);
  }
}

/** The media types that a provider, or a browser sent by one, may post. */
export const PROVIDER_MEDIA_TYPES = [FORM_TYPE, JSON_TYPE, "application/vnd.api+json"] as const;
export { FORM_TYPE };
