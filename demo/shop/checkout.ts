import type { WebhookMessage } from "../../shared/webhooks.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { type MerchantApi, ServerError } from "./merchant-api.ts";
import { createOrder, isOrderOf, isSettled, linesOf, nameOrder, totalsOf, type Order } from "./order.ts";
import { CURRENCY } from "./products.ts";
import { takeOut, type Visitor, type Visitors } from "./visitors.ts";

/** The addresses of an order's pages. */
export const orderPaths = {
  checkout: (orderId: string) => `/orders/${orderId}/checkout`,
  thanks: (orderId: string) => `/orders/${orderId}/thanks`,
} as const;

/**
 * How the shop gets paid:
 *
 * 1. `begin` turns the cart into an order and creates its session, from the shop's own prices, with the secret key.
 * 2. The checkout page carries the element with the session's id and client secret; the customer pays there.
 * 3. `refresh` asks the server how the session stands, whichever page the customer comes back to. What the address of
 *    that page says is never trusted. Once the money is there or on its way, the cart is emptied.
 * 4. `hear` takes what the server tells by webhook: that an order is paid though nobody came back, or was refunded.
 */
export class ShopCheckout {
  readonly #api: MerchantApi;
  readonly #visitors: Visitors;
  readonly #shopUrl: () => string;
  readonly #turns = new WeakMap<Visitor, Promise<unknown>>();

  constructor(api: MerchantApi, visitors: Visitors, shopUrl: () => string) {
    this.#api = api;
    this.#visitors = visitors;
    this.#shopUrl = shopUrl;
  }

  /**
   * Gives the order for what is in the cart: the one that is already open for it, or a new one. An open order for
   * other goods is called off first, so that a tab left behind cannot pay for it.
   *
   * @throws ServerError where the server does not answer
   */
  begin(visitor: Visitor): Promise<Order | undefined> {
    // One at a time for a visitor: a double click makes one order.
    const before = this.#turns.get(visitor) ?? Promise.resolve();
    const turn = before.then(() => this.#begin(visitor));
    this.#turns.set(
      visitor,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Asks the server how an order stands. @throws ServerError where it does not answer */
  async refresh(visitor: Visitor, order: Order): Promise<void> {
    takeNews(visitor, order, await this.#api.readSession(order.session.id));
  }

  /** Takes what a webhook tells; an order that is not, or no longer, this shop's changes nothing. */
  hear({ data: { session } }: WebhookMessage): void {
    const found = this.#visitors.findOrder(session.id);
    if (found !== undefined) takeNews(found.visitor, found.order, session);
  }

  /** Asks about every order of a visitor that is not finished. @throws ServerError where the server does not answer */
  async refreshAll(visitor: Visitor): Promise<void> {
    const unfinished = visitor.orders.filter(({ session }) => ["open", "pending"].includes(session.status));
    await Promise.all(unfinished.map((order) => this.refresh(visitor, order)));
  }

  async #begin(visitor: Visitor): Promise<Order | undefined> {
    const lines = linesOf(visitor.cart);
    const last = visitor.orders.at(-1);
    if (last !== undefined && last.session.status === "open") {
      await this.refresh(visitor, last);
      if (isSettled(last)) return last;
      if (last.session.status === "open") {
        if (isOrderOf(last, lines)) return last;
        await this.#callOff(visitor, last);
        if (isSettled(last)) return last;
      }
    }
    return lines.length === 0 ? undefined : this.#create(visitor);
  }

  async #create(visitor: Visitor): Promise<Order> {
    const lines = linesOf(visitor.cart);
    const names = nameOrder();
    const session = await this.#api.createSession(
      {
        currency: CURRENCY,
        items: lines.map(({ product: { name, sku, price }, quantity }) => ({ name, sku, quantity, unitAmount: price })),
        shipping: totalsOf(lines).shipping,
        orderId: names.number,
        returnUrl: this.#shopUrl() + orderPaths.thanks(names.id),
        cancelUrl: this.#shopUrl() + orderPaths.checkout(names.id),
        locale: "en",
      },
      names.id,
    );
    const order = createOrder(names, lines, session);
    visitor.orders.push(order);
    return order;
  }

  async #callOff(visitor: Visitor, order: Order): Promise<void> {
    try {
      await this.#api.cancelSession(order.session.id);
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== "session_complete") throw error;
    }
    await this.refresh(visitor, order);
  }
}

/** Two pages may ask, and webhooks come, at once: the newest stays, and the first that knows empties the cart. */
function takeNews(visitor: Visitor, order: Order, session: CheckoutSession): void {
  if (session.version < order.session.version) return;
  const wasSettled = isSettled(order);
  order.session = session;
  if (isSettled(order) && !wasSettled) takeOut(visitor, order.lines);
}
