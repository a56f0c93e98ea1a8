import { randomBytes, randomInt } from "node:crypto";
import type { CheckoutSession, CreatedCheckoutSession } from "../../shared/records.ts";
import { findProduct, SHIPPING, type Product } from "./products.ts";

/** One line of an order. */
export interface OrderLine {
  product: Product;
  quantity: number;
}

/** What a cart or an order comes to, in minor units. */
export interface Totals {
  goods: number;
  shipping: number;
  total: number;
}

/** What the demonstration lets be chosen at the checkout; a real shop would decide. */
export interface DemoOptions {
  /** A gateway's id; absent where the customer chooses. */
  gateway?: string | undefined;
  presentation: "iframe" | "popup" | "redirect";
}

/** What a customer has taken to the checkout. */
export interface Order {
  /** Unguessable; in the addresses of its pages. */
  readonly id: string;
  /** For people: on the page, at the provider and in the merchant's books. */
  readonly number: string;
  readonly lines: readonly OrderLine[];
  readonly totals: Totals;
  readonly clientSecret: string;
  /** What was last chosen for the demonstration. */
  options: DemoOptions;
  /** As the server last told the shop's server. */
  session: CheckoutSession;
}

const NUMBER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Reads a cart's lines with the shop's own names and prices. */
export function linesOf(cart: ReadonlyMap<string, number>): OrderLine[] {
  return [...cart].flatMap(([sku, quantity]) => {
    const product = findProduct(sku);
    return product === undefined ? [] : [{ product, quantity }];
  });
}

/** Adds lines up; shipping is free from $60. */
export function totalsOf(lines: readonly OrderLine[]): Totals {
  const goods = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  const shipping = goods === 0 || goods >= SHIPPING.freeFrom ? 0 : SHIPPING.amount;
  return { goods, shipping, total: goods + shipping };
}

/** Gives a new order its two names. */
export function nameOrder(): Pick<Order, "id" | "number"> {
  const letters = Array.from({ length: 6 }, () => NUMBER_LETTERS[randomInt(NUMBER_LETTERS.length)]);
  return { id: randomBytes(16).toString("base64url"), number: `FH-${letters.join("")}` };
}

/** Puts an order together once its session is there. */
export function createOrder(
  names: Pick<Order, "id" | "number">,
  lines: readonly OrderLine[],
  { clientSecret, ...session }: CreatedCheckoutSession,
): Order {
  return { ...names, lines, totals: totalsOf(lines), clientSecret, options: { presentation: "iframe" }, session };
}

/** Tells whether an order is of exactly these goods, at these quantities. */
export function isOrderOf({ lines }: Order, others: readonly OrderLine[]): boolean {
  const write = (list: readonly OrderLine[]) => JSON.stringify(list.map((line) => [line.product.sku, line.quantity]));
  return write(lines) === write(others);
}

/** Tells whether the money is there or on its way, so that nobody should pay again. */
export function isSettled({ session: { status } }: Order): boolean {
  return status === "complete" || status === "pending";
}
