import type { Context } from "koa";
import { randomBytes } from "node:crypto";
import type { Order, OrderLine } from "./order.ts";

/** One browser's cart and orders, kept in memory. */
export interface Visitor {
  /** Quantities by stock-keeping unit, in the order in which they were added. */
  readonly cart: Map<string, number>;
  /** Oldest first. */
  readonly orders: Order[];
}

const COOKIE = "shop_visitor";
const MOST_VISITORS = 10_000;
const MOST_OF_ONE = 99;

/** Knows visitors by an unguessable first-party cookie that scripts cannot read. */
export class Visitors {
  readonly #visitors = new Map<string, Visitor>();

  /** Gives the visitor that a request comes from; one who has none yet gets an empty one that is not kept. */
  find(ctx: Context): Visitor {
    return this.#visitors.get(ctx.cookies.get(COOKIE) ?? "") ?? { cart: new Map(), orders: [] };
  }

  /** Gives the visitor that a request comes from, and from now on remembers one who is new. */
  welcome(ctx: Context): Visitor {
    const known = this.#visitors.get(ctx.cookies.get(COOKIE) ?? "");
    if (known !== undefined) return known;
    const id = randomBytes(16).toString("base64url");
    const visitor: Visitor = { cart: new Map(), orders: [] };
    this.#visitors.set(id, visitor);
    const [oldest] = this.#visitors.keys();
    if (this.#visitors.size > MOST_VISITORS && oldest !== undefined) this.#visitors.delete(oldest);
    // Lax: the customer comes back from the provider by a top-level GET, and must still be known then.
    ctx.cookies.set(COOKIE, id, { httpOnly: true, sameSite: "lax", overwrite: true });
    return visitor;
  }

  /** Finds the order that a session is of, and whose it is. */
  findOrder(sessionId: string): { visitor: Visitor; order: Order } | undefined {
    for (const visitor of this.#visitors.values()) {
      const order = visitor.orders.find(({ session }) => session.id === sessionId);
      if (order !== undefined) return { visitor, order };
    }
    return undefined;
  }
}

/** Puts so many of a product into a cart; none takes it out. */
export function setQuantity({ cart }: Visitor, sku: string, quantity: number): void {
  if (quantity < 1) cart.delete(sku);
  else cart.set(sku, Math.min(quantity, MOST_OF_ONE));
}

/** Takes what was ordered out of a cart; what was added since stays. */
export function takeOut(visitor: Visitor, lines: readonly OrderLine[]): void {
  for (const { product, quantity } of lines) {
    setQuantity(visitor, product.sku, (visitor.cart.get(product.sku) ?? 0) - quantity);
  }
}
