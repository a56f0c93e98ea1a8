import { timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { hashSecret } from "../checkout/ids.ts";
import type { Audience } from "../checkout/view.ts";
import { RequestError, StateError } from "../errors.ts";
import type { Ledger } from "../stores/ledger.ts";

/** Who may call: the hash of the merchant's secret key, SHA-256 in hex. */
export interface Keys {
  secretKeyHash: string;
}

/** Lets only the merchant pass. @throws RequestError `unauthorized` */
export function requireMerchant(ctx: Context, keys: Keys): void {
  if (!isSame(hashSecret(readBearer(ctx)), keys.secretKeyHash)) throw unauthorized();
}

/**
 * Lets the merchant, or the browser that holds the session's client secret, pass. Somebody else's session and one that
 * does not exist give the same answer.
 *
 * @throws StateError `not_found`
 */
export function requireSessionAccess(
  ctx: Context,
  keys: Keys,
  ledger: Ledger | null,
): { ledger: Ledger; audience: Audience } {
  const hash = hashSecret(readBearer(ctx));
  // Compared also where there is no session, so that both answers take the same time.
  const isCustomer = isSame(hash, ledger?.session.clientSecretHash ?? keys.secretKeyHash);
  const isMerchant = isSame(hash, keys.secretKeyHash);
  if (ledger === null || !(isCustomer || isMerchant)) {
    throw new StateError("not_found", "there is no such checkout session for this key");
  }
  return { ledger, audience: isMerchant ? "merchant" : "customer" };
}

/**
 * Gives the storefront whose page asks, where it asks without a key; `undefined` where a key is to decide. Other sites'
 * pages are refused; whoever is no browser can name any origin, so it is never more than a convenience.
 *
 * @throws RequestError `forbidden`
 */
export function readStorefront(ctx: Context, storefronts: ReadonlySet<string>): string | undefined {
  const origin = ctx.get("origin");
  if (ctx.get("authorization") !== "" || origin === "") return undefined;
  if (!storefronts.has(origin)) throw new RequestError("forbidden", "this origin is no configured storefront");
  return origin;
}

function readBearer(ctx: Context): string {
  const match = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(ctx.get("authorization"));
  if (match?.[1] === undefined) throw unauthorized();
  return match[1];
}

function isSame(hash: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(expected));
}

function unauthorized(): RequestError {
  return new RequestError("unauthorized", "send Authorization: Bearer with a valid key");
}
