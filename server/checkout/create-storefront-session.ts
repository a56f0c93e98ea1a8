import type { InputIssue } from "../../shared/problems.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { CartSessionRequest, SkuSessionRequest } from "../../shared/storefront-requests.ts";
import { InputError } from "../errors.ts";
import { KEEP_INPUT, toInputIssues } from "../input.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { createCartSession } from "./create-cart-session.ts";
import { createSession } from "./create-session.ts";
import { priceItems } from "./price-items.ts";

/** What the server decides: a page that names it is told so. */
const PRICE_FIELDS: ReadonlySet<string | undefined> = new Set([
  "amount",
  "currency",
  "unitAmount",
  "shipping",
  "tax",
  "discount",
]);

/**
 * Creates a session for a storefront's page, without the merchant's secret key: it names SKUs, and the server's
 * catalogue their prices; or it hands over a cart that the merchant has signed.
 *
 * @returns the session as the customer may see it
 * @throws InputError with every fault of the body
 */
export async function createStorefrontSession(
  checkout: Checkout,
  body: unknown,
  keep?: KeepAnswer<CheckoutSession>,
): Promise<CheckoutSession> {
  const asked = readStorefrontRequest(body);
  if ("cart" in asked) return createCartSession(checkout, asked, keep);
  const { items, ...request } = asked;
  const order = await priceOrder(checkout, items);
  return createSession(checkout, { ...request, ...order }, keep, { audience: "customer" });
}

/**
 * Prices an order by the catalogue as it is now.
 *
 * @throws InputError where there is none, or it does not have what is ordered
 */
export async function priceOrder({ catalogue }: Checkout, items: SkuSessionRequest["items"]) {
  if (catalogue === undefined) {
    throw new InputError([{ path: "/items", message: "cannot be priced: this server has no catalogue" }]);
  }
  return priceItems(await catalogue.current(), items);
}

/** Reads what a page asks for, before anything is looked up. @throws InputError with every fault of it */
export function readStorefrontRequest(body: unknown): SkuSessionRequest | CartSessionRequest {
  const isCart = typeof body === "object" && body !== null && "cart" in body;
  const parsed = (isCart ? CartSessionRequest : SkuSessionRequest).safeParse(body, KEEP_INPUT);
  if (!parsed.success) throw new InputError(toInputIssues(parsed.error).map(explainPrice));
  return parsed.data;
}

function explainPrice({ path, message }: InputIssue): InputIssue {
  return PRICE_FIELDS.has(path.split("/").at(-1))
    ? { path, message: "must be left out: the server names the price" }
    : { path, message };
}
