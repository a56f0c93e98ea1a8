import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CreatedCheckoutSession } from "../../shared/records.ts";
import { STOREFRONT, type TestAnswer, type TestServer } from "./server.ts";

/** What the storefront of tests sells. */
export const CATALOGUE = {
  currency: "EUR",
  shipping: { amount: 500, freeFrom: 10_000 },
  maxQuantity: 10,
  products: [
    { sku: "mug", name: "Mug", description: "Stoneware", unitAmount: 1900 },
    { sku: "print", name: "Print", unitAmount: 3200, maxQuantity: 2 },
  ],
};

/** Writes a catalogue beside a test server's store; gives the configuration's field. */
export async function writeCatalogue(folder: string, catalogue: unknown = CATALOGUE): Promise<{ catalogue: string }> {
  await writeFile(
    join(folder, "catalogue.json"),
    typeof catalogue === "string" ? catalogue : JSON.stringify(catalogue),
  );
  return { catalogue: "./catalogue.json" };
}

/** Creates a session as a storefront's page does: without the secret key. */
export function createFromPage<Body = CreatedCheckoutSession>(
  server: TestServer,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer<Body>> {
  return server.call<Body>("/v1/checkout-sessions", { key: null, json, headers: { origin: STOREFRONT, ...headers } });
}
