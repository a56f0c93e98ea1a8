import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** The built element, as it is served. */
export interface WidgetFiles {
  script: Buffer;
  /** The start of the script's SHA-256: names this very build. */
  version: string;
  /** The Subresource Integrity value of the script. */
  integrity: string;
  /** The words of the languages, by `<tag>.<version>`. */
  words: ReadonlyMap<string, Buffer>;
}

/** Where `npm run build` puts the element; from the sources and from the compiled files alike. */
const FOLDERS = ["../dist/", "../"];

/** Reads the built element. @throws Error where it is not built */
export async function readWidgetFiles(): Promise<WidgetFiles> {
  for (const path of FOLDERS) {
    const folder = new URL(path, import.meta.url);
    const script = await readFile(new URL("offsite-checkout.js", folder)).catch(() => undefined);
    if (script !== undefined) {
      return {
        script,
        version: createHash("sha256").update(script).digest("hex").slice(0, 16),
        integrity: `sha384-${createHash("sha384").update(script).digest("base64")}`,
        words: await readWords(new URL("words/", folder)),
      };
    }
  }
  throw new Error("the element is not built: run npm run build");
}

async function readWords(folder: URL): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name.replace(/\.json$/, ""), await readFile(new URL(name, folder))] as const),
    ),
  );
}
