import { z } from "zod";
import { safeText } from "./records.ts";
import { CreateSessionRequest } from "./requests.ts";

const { paymentSource: _notForBrowsers, returnUrl, ...order } = CreateSessionRequest.shape;

/** Seconds since 1970 (RFC 7519). */
const NumericDate = z
  .number("must be a number of seconds since 1970")
  .int("must be a whole number of seconds since 1970")
  .min(1, "must be a number of seconds since 1970")
  .max(253_402_300_799, "must be in seconds, not milliseconds");

/**
 * What a merchant signs: the payload of a cart, a compact JWS (RFC 7515) with HS256. It is an order with its prices, in
 * the fields of `CreateSessionRequest`, and
 *
 * - `exp`: until when a session can be made of it. A price that is signed once would else hold for ever.
 * - `singleUse` with `jti`: one session is made of it and no second one. Whoever brings it again gets that session. An
 *   order with the same `jti` and other contents is refused; `exp` and `iat` may differ.
 *
 * It is signed and not encrypted: whoever has it can read it.
 */
export const Cart = z
  .strictObject({
    ...order,
    returnUrl: returnUrl.optional(),
    exp: NumericDate,
    iat: NumericDate.optional(),
    jti: safeText(100).optional(),
    singleUse: z.boolean().default(false),
  })
  .refine(({ singleUse, jti }) => !singleUse || jti !== undefined, {
    path: ["jti"],
    message: "is required where the cart is for a single use",
  });
export type Cart = z.infer<typeof Cart>;
