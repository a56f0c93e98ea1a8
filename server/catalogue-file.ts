import { stat } from "node:fs/promises";
import type { BaseLogger } from "pino";
import { Catalogue } from "../shared/catalogue.ts";
import type { InputIssue } from "../shared/problems.ts";
import type { CatalogueSource } from "./checkout/checkout.ts";
import { ConfigError, readJsonFile } from "./config.ts";
import { KEEP_INPUT, toInputIssues } from "./input.ts";

/**
 * The catalogue in its file.
 *
 * 1. At start a faulty file is refused, with every fault and its path.
 * 2. Whoever asks gets what the file says now: a change counts from the next order on.
 * 3. A faulty new file is named in the log, and the catalogue before it stays.
 */
export class CatalogueFile implements CatalogueSource {
  readonly #file: string;
  readonly #log: BaseLogger;
  #catalogue: Catalogue;
  /** What tells one state of the file from another. */
  #stamp: string;
  #refreshing: Promise<void> | null = null;

  private constructor(file: string, log: BaseLogger, { catalogue, stamp }: { catalogue: Catalogue; stamp: string }) {
    this.#file = file;
    this.#log = log;
    this.#catalogue = catalogue;
    this.#stamp = stamp;
  }

  /** @throws ConfigError naming every fault */
  static async open(file: string, log: BaseLogger): Promise<CatalogueFile> {
    // Before it is read: what changes meanwhile is then read again.
    const stamp = await readStamp(file);
    return new CatalogueFile(file, log, { catalogue: await readCatalogue(file), stamp });
  }

  async current(): Promise<Catalogue> {
    await this.refresh();
    return this.#catalogue;
  }

  /** Reads the file again where it has changed. It never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const stamp = await readStamp(this.#file);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#catalogue = await readCatalogue(this.#file);
      this.#log.info({ file: this.#file, products: this.#catalogue.products.length }, "the catalogue was read again");
    } catch (error) {
      this.#log.error({ file: this.#file, reason: (error as Error).message }, "the catalogue stays as it was");
    }
  }
}

async function readStamp(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

async function readCatalogue(file: string): Promise<Catalogue> {
  const value = await readJsonFile(file);
  const parsed = Catalogue.safeParse(value, KEEP_INPUT);
  const issues = [...(parsed.success ? [] : toInputIssues(parsed.error)), ...findRepeatedSkus(value)];
  if (!parsed.success || issues.length > 0) throw new ConfigError(file, issues);
  return parsed.data;
}

/** Looked for apart, so that it is told together with whatever else is wrong. */
function findRepeatedSkus(value: unknown): InputIssue[] {
  const products = (value as { products?: unknown } | null)?.products;
  if (!Array.isArray(products)) return [];
  const skus = products.map((product) => (product as { sku?: unknown } | null)?.sku);
  return skus.flatMap((sku, index) =>
    typeof sku === "string" && skus.indexOf(sku) < index
      ? [{ path: `/products/${index}/sku`, message: `is that of /products/${skus.indexOf(sku)} already` }]
      : [],
  );
}
