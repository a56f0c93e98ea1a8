import { setTimeout as sleep } from "node:timers/promises";
import type Router from "@koa/router";
import type { Context } from "koa";
import { PATHS } from "../../shared/paths.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import type { CartSessionRequest, SkuSessionRequest } from "../../shared/storefront-requests.ts";
import { sumItems } from "../checkout/create-session.ts";
import { createStorefrontSession, priceOrder, readStorefrontRequest } from "../checkout/create-storefront-session.ts";
import { newToken } from "../checkout/ids.ts";
import { readCart, type VerifiedCart } from "../checkout/signed-cart.ts";
import { findStorefrontUrlFault } from "../checkout/storefront-url.ts";
import { InputError, StateError } from "../errors.ts";
import { bodyBytes, FORM_TYPE, requireMediaType } from "../http/body.ts";
import { refuseForeignForm } from "../http/foreign-form.ts";
import { answerOnce } from "../http/idempotency.ts";
import { answerOrderPage } from "../pages/order-page.ts";
import { parsePairs } from "../parse.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

type Pairs = readonly (readonly [name: string, value: string])[];

type CartOrder = VerifiedCart["order"];
/** An order by SKU has a part of what one in a cart has. */
type ShownOrder = Partial<CartOrder> & Pick<CartOrder, "currency" | "shipping" | "tax">;

const WAIT_MS = 100;
const MAX_WAITS = 50;

/**
 * Serves orders that a link or a form of a page without JavaScript names:
 *
 * 1. GET shows the order with its prices, and makes nothing.
 * 2. Its button posts the same again, with a random key: pressed twice, it makes one session.
 * 3. The answer leads on to the session's plain page, where the customer pays.
 */
export function orderPageRoutes({ checkout, countCreation }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.order, async (ctx) => {
    const pairs = parsePairs(ctx.querystring);
    const request = readOrder(pairs);
    for (const name of ["returnUrl", "cancelUrl"] as const) {
      const fault =
        request[name] === undefined ? undefined : findStorefrontUrlFault(request[name], checkout.storefronts);
      if (fault !== undefined) throw new InputError([{ path: `/${name}`, message: fault }]);
    }
    const order: ShownOrder =
      "cart" in request ? (await readCart(checkout, request.cart)).order : await priceOrder(checkout, request.items);
    const { items = [], shipping, tax, discount = 0, currency, orderId } = order;
    const { amount = sumItems(order), locale = request.locale } = order;
    const { returnUrl = request.returnUrl, cancelUrl = request.cancelUrl ?? returnUrl } = order;
    answerOrderPage(
      ctx,
      { amount, currency, items, shipping, tax, discount, orderId, locale },
      {
        action: checkout.publicUrl + PATHS.order,
        fields: [...pairs, ["key", newToken()]],
        leaveAddress: cancelUrl ?? homePage(),
      },
    );
  });

  router.post(PATHS.order, async (ctx) => {
    refuseForeignForm(ctx, checkout.publicUrl);
    requireMediaType(ctx, [FORM_TYPE]);
    countCreation(ctx.req);
    const pairs = parsePairs(bodyBytes(ctx) ?? "");
    const key = pairs.find(([name]) => name === "key")?.[1] ?? "";
    const request = readOrder(pairs.filter(([name]) => name !== "key"));
    await makeOnce(ctx, key, request);
  });

  return router;

  async function makeOnce(ctx: Context, key: string, request: CartSessionRequest | SkuSessionRequest): Promise<void> {
    const toAnswer = (session: CheckoutSession) => {
      ctx.set("Location", session.url);
      return { status: 303, body: "" };
    };
    for (let waits = 0; ; waits += 1) {
      try {
        await answerOnce<CheckoutSession>(ctx, checkout, { caller: "order page", toAnswer, key }, (keep) =>
          createStorefrontSession(ofRequest(checkout, ctx), request, keep),
        );
        return;
      } catch (error) {
        // Of a double click the browser shows the second answer, which must be what the first press made.
        const isRunning = error instanceof StateError && error.code === "idempotency_key_in_use";
        if (!isRunning || waits === MAX_WAITS) throw error;
        await sleep(WAIT_MS);
      }
    }
  }

  /** Reads `sku` and `quantity`, as often as there are lines, or `cart`; and the rest, once each. */
  function readOrder(pairs: Pairs): CartSessionRequest | SkuSessionRequest {
    const items: { sku: string; quantity: unknown }[] = [];
    const fields: Record<string, unknown> = {};
    for (const [name, value] of pairs) {
      const last = items.at(-1);
      if (name === "sku") items.push({ sku: value, quantity: 1 });
      else if (name === "quantity" && last !== undefined)
        last.quantity = /^\d{1,9}$/.test(value) ? Number(value) : value;
      else if (Object.hasOwn(fields, FIELD_NAMES.get(name) ?? name)) {
        throw new InputError([{ path: `/${name}`, message: "must be given once" }]);
      } else fields[FIELD_NAMES.get(name) ?? name] = value;
    }
    // An order that names no page of the shop to go back to gets its first one; a cart's own goes before that.
    const isCart = fields["cart"] !== undefined && items.length === 0;
    return readStorefrontRequest({ returnUrl: homePage(), ...fields, ...(isCart ? {} : { items }) });
  }

  function homePage(): string {
    return `${[...checkout.storefronts][0] ?? ""}/`;
  }
}

/** What parameters are called in the API. */
const FIELD_NAMES: ReadonlyMap<string, string> = new Map([
  ["return", "returnUrl"],
  ["cancel", "cancelUrl"],
]);
