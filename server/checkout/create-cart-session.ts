import type { CheckoutSession } from "../../shared/records.ts";
import type { CartSessionRequest } from "../../shared/storefront-requests.ts";
import { InputError, KeyConflictError, StateError } from "../errors.ts";
import { ledgerKey, type CartUse } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { createSession } from "./create-session.ts";
import { insideCart, readCart } from "./signed-cart.ts";
import { viewSession } from "./view.ts";

/**
 * Makes a session of a signed cart; of one for a single use the first time only, and gives the same session afterwards,
 * so that a page that is loaded again makes no second order. What the cart says goes before what the page says.
 *
 * @returns the session as the customer may see it
 * @throws VerificationError, InputError, StateError as `readCart`
 * @throws StateError `invalid_state` where another order has used the cart's `jti`
 */
export async function createCartSession(
  checkout: Checkout,
  { cart, ...request }: CartSessionRequest,
  keep?: KeepAnswer<CheckoutSession>,
): Promise<CheckoutSession> {
  const { order, use } = await readCart(checkout, cart);
  const known = await findSession(checkout, use, keep);
  if (known !== undefined) return known;
  try {
    const given = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
    return await createSession(checkout, { ...request, ...given }, keep, { audience: "customer", cart: use });
  } catch (error) {
    if (error instanceof InputError) {
      const [own, carts] = [error.errors ?? [], order as Record<string, unknown>];
      const isOfPage = (path: string) => carts[path.split("/")[1] ?? ""] === undefined;
      throw new InputError(own.flatMap((issue) => (isOfPage(issue.path) ? issue : insideCart([issue]))));
    }
    // The same cart at the same time: the other one was first.
    const first = error instanceof KeyConflictError ? await findSession(checkout, use, keep) : undefined;
    if (first === undefined) throw error;
    return first;
  }
}

async function findSession(
  checkout: Checkout,
  use: CartUse | undefined,
  keep: KeepAnswer<CheckoutSession> | undefined,
): Promise<CheckoutSession | undefined> {
  const id = use && (await checkout.store.findSessionId(ledgerKey.cart(use.id)));
  if (use === undefined || id === null || id === undefined) return undefined;
  return checkout.store.transact(id, (ledger) => {
    if (ledger?.session.cart?.digest !== use.digest) {
      throw new StateError("invalid_state", "another order has used this cart's jti");
    }
    const change = new Change(ledger, "customer", checkout);
    return change.commit((unchanged) => viewSession(checkout, unchanged, "customer"), keep);
  });
}
