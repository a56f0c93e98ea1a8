import type { Context } from "koa";
import { z } from "zod";
import { readAs } from "./body.ts";
import { parseForm } from "../parse.ts";

/** Reads the query strictly: each parameter once, percent-encoded UTF-8. @throws RequestError `malformed_request` */
export function readQuery(ctx: Context): Record<string, string> {
  return parseForm(ctx.querystring);
}

/** The parameters of every list: `limit` (1–100, default 20) and `after`, a cursor that an earlier page gave. */
export const PageParameters = {
  limit: z.coerce.number("must be a number").int("must be an integer").min(1).max(100).default(20),
  after: z.string().min(1).max(200).optional(),
};

/** Reads and checks the parameters of a list. @throws InputError naming each parameter at fault */
export function readParameters<Schema extends z.ZodType>(ctx: Context, schema: Schema): z.infer<Schema> {
  return readAs(schema, { ...readQuery(ctx) });
}
