import type { Catalogue } from "../../shared/catalogue.ts";
import { MAX_AMOUNT } from "../../shared/money.ts";
import type { InputIssue } from "../../shared/problems.ts";
import type { CheckoutItem } from "../../shared/records.ts";
import type { OrderedItem } from "../../shared/storefront-requests.ts";
import { InputError } from "../errors.ts";

/** An order with its prices, in minor units of `currency`. */
export interface PricedOrder {
  currency: string;
  items: CheckoutItem[];
  shipping: number;
  tax: number;
}

/** A percentage of at most four digits after its point, and that of a whole, in units of the last digit. */
const PERCENT_DIGITS = 4;
const WHOLE = 100n * 10n ** BigInt(PERCENT_DIGITS);

/**
 * Prices an order by the catalogue, as the docblock of `Catalogue` says. A SKU that is named twice is one line.
 *
 * @throws InputError naming each item that the catalogue does not have, or not so many of
 */
export function priceItems(catalogue: Catalogue, ordered: readonly OrderedItem[]): PricedOrder {
  const { currency, products } = catalogue;
  const issues: InputIssue[] = [];
  const lines = new Map<string, CheckoutItem>();
  for (const [index, { sku, quantity }] of ordered.entries()) {
    const product = products.find((one) => one.sku === sku);
    if (product === undefined) {
      issues.push({ path: `/items/${index}/sku`, message: "is not in the catalogue" });
      continue;
    }
    const { maxQuantity = catalogue.maxQuantity, ...fields } = product;
    const line = { ...fields, quantity: (lines.get(sku)?.quantity ?? 0) + quantity };
    lines.set(sku, line);
    if (line.quantity > maxQuantity) {
      issues.push({ path: `/items/${index}/quantity`, message: `must be at most ${maxQuantity} of ${sku} in all` });
    }
  }
  if (issues.length > 0) throw new InputError(issues);
  const items = [...lines.values()];
  const goods = items.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
  const shipping = priceShipping(catalogue, goods);
  const tax = computeTax(catalogue, goods, shipping);
  if (goods + shipping + tax > MAX_AMOUNT) {
    throw new InputError([{ path: "/items", message: `must add up to at most ${MAX_AMOUNT}` }]);
  }
  return { currency, items, shipping, tax };
}

function priceShipping({ shipping: { amount, freeFrom } }: Catalogue, goods: number): number {
  return freeFrom !== undefined && goods >= freeFrom ? 0 : amount;
}

function computeTax({ tax }: Catalogue, goods: number, shipping: number): number {
  if (tax === "included") return 0;
  const [whole = "", fraction = ""] = tax.percent.split(".");
  const rate = BigInt(whole + fraction.padEnd(PERCENT_DIGITS, "0"));
  const taxed = BigInt(goods) + (tax.onShipping ? BigInt(shipping) : 0n);
  return Number((taxed * rate + WHOLE / 2n) / WHOLE);
}
