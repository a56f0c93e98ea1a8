import { z } from "zod";
import { Currency, PartialAmount, safeText } from "./records.ts";

const Quantity = z.number().int("must be an integer").min(1, "must be at least 1").max(10_000, "must be at most 10000");

/** A percentage as decimal text: no binary fraction comes between `"8.25"` and what it says. */
const Percent = z
  .string('must be a text such as "8.25"')
  .regex(/^(?:100(?:\.0{1,4})?|\d{1,2}(?:\.\d{1,4})?)$/, "must be 0 to 100 with at most 4 digits after the point");

/** Something that can be ordered by its SKU; `unitAmount` is in minor units of the catalogue's currency. */
export const CatalogueProduct = z.strictObject({
  sku: safeText(100),
  name: safeText(200),
  description: safeText(500).optional(),
  unitAmount: PartialAmount,
  /** The most of it in one order; else the catalogue's. */
  maxQuantity: Quantity.optional(),
});

/**
 * What a storefront's page may order by SKU alone, and what it costs. Every amount is an integer number of minor units.
 *
 * - The goods are Σ quantity × unitAmount.
 * - `shipping` costs `amount`, and nothing where the goods come to `freeFrom` or more; left out, it costs nothing.
 * - `tax` is `"included"` in the prices (or there is none), or is added: `percent` of the goods, and of shipping too
 *   where `onShipping` says so, once for the whole order and rounded to the nearest minor unit, a half upwards.
 */
export const Catalogue = z.strictObject({
  currency: Currency,
  tax: z
    .union(
      [z.literal("included"), z.strictObject({ percent: Percent, onShipping: z.boolean().default(false) })],
      'must be "included" or an object such as {"percent": "8.25"}',
    )
    .default("included"),
  shipping: z.strictObject({ amount: PartialAmount, freeFrom: PartialAmount.optional() }).default({ amount: 0 }),
  maxQuantity: Quantity.default(99),
  products: z
    .array(CatalogueProduct)
    .min(1, "must name at least one product")
    .max(10_000, "must name at most 10000 products"),
});
export type Catalogue = z.infer<typeof Catalogue>;
