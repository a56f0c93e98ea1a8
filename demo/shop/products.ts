import type { Html } from "../../shared/html.ts";
import { pictures } from "./pictures.ts";
import catalogue from "./catalogue.json" with { type: "json" };

/** What the shop sells; `price` in minor units of {@link CURRENCY}. */
export interface Product {
  sku: string;
  name: string;
  price: number;
  summary: string;
  description: string;
  details: readonly string[];
  picture: Html;
}

/** What names and prices are read from; the Offsite Checkout server reads the same file. */
export const CATALOGUE_FILE = new URL("./catalogue.json", import.meta.url);

/** The shop's one currency, and what shipping costs in its minor units. */
export const { currency: CURRENCY, shipping: SHIPPING } = catalogue;

const DESCRIPTIONS: readonly Omit<Product, "name" | "price">[] = [
  {
    sku: "mug",
    summary: "Stoneware, 350 ml",
    description: "Thrown by hand and glazed in oat and iron speckle. It keeps coffee warm and fits most hands.",
    details: ["350 ml", "Stoneware", "Dishwasher and microwave safe"],
    picture: pictures.mug,
  },
  {
    sku: "notebook",
    summary: "A5, 160 pages",
    description:
      "Thread-sewn so that it lies flat from the first page to the last, on paper that takes a fountain pen.",
    details: ["A5, 160 pages", "100 g/m² paper", "Two ribbons"],
    picture: pictures.notebook,
  },
  {
    sku: "tote",
    summary: "Organic cotton, 14 l",
    description: "Heavy canvas with long handles and a flat base. It carries a week's vegetables without complaint.",
    details: ["38 × 42 cm, 14 l", "Organic cotton, 340 g/m²", "Washes at 30 °C"],
    picture: pictures.tote,
  },
  {
    sku: "print",
    summary: "Risograph, A3",
    description: "The view from the studio on an evening in May, printed in four colours on uncoated paper.",
    details: ["A3, unframed", "Four-colour risograph", "Edition of 200"],
    picture: pictures.print,
  },
  {
    sku: "candle",
    summary: "Soy wax, 45 hours",
    description: "Cedar, a little smoke and a little orange peel, in a glass that becomes a tumbler afterwards.",
    details: ["220 g soy wax", "About 45 hours", "Cotton wick"],
    picture: pictures.candle,
  },
  {
    sku: "planter",
    summary: "With saucer, 16 cm",
    description: "Unglazed, so that the soil can breathe, with a saucer that does not leak on the window sill.",
    details: ["16 cm across", "Drainage hole and saucer", "Plant not included"],
    picture: pictures.planter,
  },
];

/** Everything in the shop, as its home page shows it. */
export const PRODUCTS: readonly Product[] = catalogue.products.flatMap(({ sku, name, unitAmount }) =>
  DESCRIPTIONS.filter((about) => about.sku === sku).map((about) => ({ ...about, name, price: unitAmount })),
);

/** Finds a product by its stock-keeping unit. */
export function findProduct(sku: string): Product | undefined {
  return PRODUCTS.find((product) => product.sku === sku);
}
