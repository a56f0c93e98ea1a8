import type { Context } from "koa";
import { Refusal } from "./refusal.ts";

const MAX_BODY_BYTES = 65_536;

/**
 * Reads a request's whole body as text.
 *
 * @throws Refusal 413 where it has more than 64 KiB
 */
export async function readBody(ctx: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal(413, "The form is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads a posted form. @throws Refusal 413, or 415 where it is none */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (ctx.is("application/x-www-form-urlencoded") === false) throw new Refusal(415, "A form was expected.");
  return new URLSearchParams(await readBody(ctx));
}
