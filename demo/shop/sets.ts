import { SignJWT } from "jose";
import { CURRENCY, findProduct, SHIPPING, type Product } from "./products.ts";

/** Several products at one price, which the catalogue does not know: the shop signs it. */
export interface ProductSet {
  id: string;
  name: string;
  /** In minor units of the shop's currency. */
  price: number;
  products: readonly Product[];
}

const SETS = [{ id: "evening", name: "Evening set", price: 3200, skus: ["candle", "notebook"] }] as const;

/** Everything that is sold as a set. */
export const PRODUCT_SETS: readonly ProductSet[] = SETS.map(({ skus, ...set }) => ({
  ...set,
  products: skus.flatMap((sku) => findProduct(sku) ?? []),
}));

/** Finds a set by its name in addresses. */
export function findSet(id: string): ProductSet | undefined {
  return PRODUCT_SETS.find((set) => set.id === id);
}

/** Signs an order of one set, which can be placed within the next hour: a compact JWS (HS256). */
export async function signCart({ id, name, price, products }: ProductSet, key: string): Promise<string> {
  const order = {
    currency: CURRENCY,
    items: [
      {
        name,
        sku: id,
        description: products.map((product) => product.name).join(", "),
        quantity: 1,
        unitAmount: price,
      },
    ],
    shipping: price >= SHIPPING.freeFrom ? 0 : SHIPPING.amount,
  };
  const cart = new SignJWT(order).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h");
  return cart.sign(new TextEncoder().encode(key));
}
