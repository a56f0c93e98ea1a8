import type { Context } from "koa";
import { RequestError } from "../errors.ts";

/**
 * Lets only forms of our own pages pass: another site must do nothing in a customer's name.
 *
 * @throws RequestError `forbidden`
 */
export function refuseForeignForm(ctx: Context, publicUrl: string): void {
  const origin = ctx.get("origin");
  // `no-referrer` makes browsers say `null` even for our own page, so the fetch metadata decides where there is any.
  const site = ctx.get("sec-fetch-site");
  const isForeign =
    site === "" ? origin !== "" && origin !== "null" && origin !== new URL(publicUrl).origin : site !== "same-origin";
  if (isForeign) throw new RequestError("forbidden", "this form must be sent from its own page");
}
