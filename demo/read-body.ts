import type { Context } from "koa";

const MAX_BODY_BYTES = 65_536;

/**
 * Reads a request's whole body as text.
 *
 * @throws the context's 413 where it has more than 64 KiB
 */
export async function readBody(ctx: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) ctx.throw(413, "The form is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads a posted form; of a repeated field the first counts. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (ctx.is("application/x-www-form-urlencoded") === false) ctx.throw(415, "A form was expected.");
  return new URLSearchParams(await readBody(ctx));
}
