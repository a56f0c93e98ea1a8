import type { Context } from "koa";
import type { z } from "zod";
import type { ListPaymentsQuery, ListSessionsQuery } from "../../shared/queries.ts";
import type { PageRequest } from "../stores/store.ts";
import { readAs } from "./body.ts";
import { parseForm } from "../parse.ts";

/** Reads the query strictly: each parameter once, percent-encoded UTF-8. @throws RequestError `malformed_request` */
export function readQuery(ctx: Context): Record<string, string> {
  return parseForm(ctx.querystring);
}

/** Reads and checks the parameters of a list. @throws InputError naming each parameter at fault */
export function readParameters<Schema extends z.ZodType>(ctx: Context, schema: Schema): z.infer<Schema> {
  return readAs(schema, { ...readQuery(ctx) });
}

/** Splits what a list was asked for into what the store filters by and the page; what was left out is in neither. */
export function toListRequest({ limit, after, attention, ...fields }: ListSessionsQuery | ListPaymentsQuery) {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const filter = { ...given, ...(attention === undefined ? {} : { needsAttention: true as const }) };
  const page: PageRequest = { limit, ...(after === undefined ? {} : { after }) };
  return { filter, page };
}
