/**
 * Orders that the merchant has priced and signed, so that a page without a back end can carry them:
 *
 * 1. The merchant signs an order as a compact JWS with HS256 and a key of the configuration's `cartKey`.
 * 2. The browser hands it over unread. Nothing in it counts before the signature has been verified over its bytes.
 * 3. Of a cart for a single use one session is made, ever; a unique name in the store holds that, also between
 *    processes. Any other makes a session each time: a page that everybody sees carries one cart for all its customers,
 *    and none of them may get the session, and so the client secret, of another.
 */
import type { KeyObject } from "node:crypto";
import { CompactSign, compactVerify } from "jose";
import { Cart } from "../../shared/cart.ts";
import type { InputIssue } from "../../shared/problems.ts";
import { InputError, RequestError, StateError, VerificationError } from "../errors.ts";
import { KEEP_INPUT, toInputIssues } from "../input.ts";
import { parseJson } from "../parse.ts";
import type { CartUse } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { hashSecret } from "./ids.ts";

/** The one algorithm: what the header of a cart names is never trusted. */
const ALGORITHM = "HS256";

/** A verified cart. */
export interface VerifiedCart {
  /** The fields for `createSession`, as far as the cart has them. */
  order: Omit<Cart, "exp" | "iat" | "jti" | "singleUse">;
  /** Where one session only may be made of it. */
  use: CartUse | undefined;
}

/** Signs a payload, as it is, as a cart. */
export function signCart(payload: object, key: KeyObject): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return new CompactSign(bytes).setProtectedHeader({ alg: ALGORITHM, typ: "JWT" }).sign(key);
}

/**
 * Verifies a cart and reads it.
 *
 * @throws VerificationError `signature_invalid`
 * @throws InputError where what was signed is no order, with every path below `/cart`
 * @throws StateError `session_closed` where its time is over
 */
export async function readCart({ cartKeys = [], now }: Checkout, jws: string): Promise<VerifiedCart> {
  if (cartKeys.length === 0) {
    throw new InputError([{ path: "/cart", message: "cannot be verified: this server has no cartKey" }]);
  }
  const cart = parseCart(await verify(jws, cartKeys));
  if (cart.exp * 1000 <= now().getTime()) throw new StateError("session_closed", "the time of this cart is over");
  const { exp: _exp, iat: _iat, jti, singleUse, ...order } = cart;
  // The fields come in the schema's order, so that the same order signed anew is the same.
  const use = singleUse && jti !== undefined ? { id: jti, digest: hashSecret(JSON.stringify(order)) } : undefined;
  return { order, use };
}

/** Lists what is wrong with a payload that is to be signed. */
export function findCartIssues(payload: unknown): InputIssue[] {
  const parsed = Cart.safeParse(payload, KEEP_INPUT);
  return parsed.success ? [] : toInputIssues(parsed.error);
}

async function verify(jws: string, keys: readonly KeyObject[]): Promise<Uint8Array> {
  for (const key of keys) {
    // Only a wrong signature is worth another key, but a second look at what is malformed costs nothing.
    const verified = await compactVerify(jws, key, { algorithms: [ALGORITHM] }).catch(() => undefined);
    // Extensions change what is signed: nothing here needs one.
    if (verified !== undefined && verified.protectedHeader.crit === undefined) return verified.payload;
  }
  throw new VerificationError("the cart is no compact JWS that was signed by HS256 with the configured key");
}

function parseCart(payload: Uint8Array): Cart {
  let value: unknown;
  try {
    value = parseJson(payload);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new InputError([{ path: "/cart", message: `cannot be read: ${error.message}` }], { cause: error });
  }
  const parsed = Cart.safeParse(value, KEEP_INPUT);
  if (!parsed.success) throw new InputError(insideCart(toInputIssues(parsed.error)));
  return parsed.data;
}

/** Names places in the cart as seen from the body that carried it. */
export function insideCart(issues: readonly InputIssue[]): InputIssue[] {
  return issues.map(({ path, message }) => ({ path: `/cart${path}`, message }));
}
