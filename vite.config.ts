import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { defineConfig } from "vite";
import type { Plugin } from "vite";
import { dietLit } from "./widget/lit-diet.ts";
import type { Words } from "./widget/words/words.ts";

const WORDS_FOLDER = new URL("widget/words/", import.meta.url);
const DIST = new URL("dist/", import.meta.url);

/** The languages that are loaded on demand, by their tags. */
const TAGS = readdirSync(WORDS_FOLDER)
  .map((name) => basename(name, ".ts"))
  .filter((name) => /^[a-z]{2}$/.test(name) && name !== "en");

/** Changes with every word, and names the files that they are in. */
const WORDS_VERSION = hash(TAGS.map((tag) => readFileSync(new URL(`${tag}.ts`, WORDS_FOLDER), "utf8")).join(""));

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Takes the white space out of the widget's templates and style sheet, which no minifier looks into. */
export function collapseTemplates(): Plugin {
  return {
    name: "collapse-templates",
    enforce: "pre",
    transform(code, id) {
      if (!/\/widget\/.*\.ts$/.test(id)) return undefined;
      // What `dietLit` has taken out of lit-html: attributes of text and values, and values after a text that ends in `=`.
      if (/="[^"`]*\$\{|(?<!=)>[^<>`=]*=\$\{/.test(code) && !id.includes("/console/")) {
        throw new Error(`${id}: a bound attribute is bound as a whole, and no text ends in "=" before a value`);
      }
      const collapsed = code
        .replace(/styles = `[^`]*`/g, (sheet) =>
          sheet
            .replace(/\/\*.*?\*\//gs, "")
            .replace(/\s+/g, " ")
            .replace(/ ?([{}:;,>/]) /g, "$1")
            .replace(/;}/g, "}")
            .replace(/\b0(\.\d)/g, "$1")
            // A sum needs its spaces, a combinator does not.
            .replace(/ (\/|\+(?= [a-z[])) | (?=!important)/g, "$1")
            .replace(/="([\w-]+)"]/g, (whole, value: string) => (value.includes("-") ? whole : `=${value}]`)),
        )
        .replace(/\n\s+/g, "\n")
        .replace(/>\n(?=<|\$\{)/g, ">")
        .replace(/\}\n(?=<|\$\{)/g, "}")
        // Attributes on lines of their own.
        .replace(/\n(?=[?@.]?[a-z-]+=["$])/g, " ")
        .replace(/(["}])\n>/g, "$1>")
        // Private names, which only a minifier of properties shortens to one letter.
        .replace(/(?<=[\s.])#(?=[a-z])/g, "private_")
        .replace('WORDS_VERSION = "current"', `WORDS_VERSION = "${WORDS_VERSION}"`);
      return { code: collapsed, map: null };
    },
  };
}

/** Puts what renders the API's page beside the widget, so that the installed package needs no more than itself. */
function copySwaggerUi(): Plugin {
  return {
    name: "copy-swagger-ui",
    async writeBundle() {
      const source = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
      await mkdir("dist/api", { recursive: true });
      await copyFile(join(source, "swagger-ui-bundle.js"), "dist/api/swagger-ui.js");
      await copyFile(join(source, "swagger-ui.css"), "dist/api/swagger-ui.css");
      await copyFile(join(source, "LICENSE"), "dist/api/LICENSE");
      await copyFile(join(source, "NOTICE"), "dist/api/NOTICE");
    },
  };
}

/** Leaves of lit-html what the element uses; the console, which is not small, gets all of it. */
function putLitOnDiet(): Plugin {
  return {
    name: "put-lit-on-diet",
    enforce: "pre",
    transform: (code, id) => (id.endsWith("/lit-html/lit-html.js") ? { code: dietLit(code), map: null } : undefined),
  };
}

/** What the licences of the bundled code ask to be kept. */
export const NOTICE = "/*! Offsite Checkout, MIT. Lit, © 2017 Google LLC, BSD-3-Clause. */";

/** Names that only the widget's own classes call each other by; no page, event or message has them. */
const INNER_NAMES =
  "price|place|flowHost|addController|hostConnected|hostDisconnected|hostUpdate|requestUpdate|willUpdate|isTold|isReturning|" +
  "serverOrigin|providerOrigin|openWindow|showWindow|onReturn|onClosed|onSilent|startElsewhere|" +
  "isOverlay|isMute|hadFocus|announce|follow|others|choices|choice|renderRoot|ticket|round|pick|picked|instead|tell|enter|element|namedId|isFramed|isUnderway|prepareFrame|renderFrame|offerKey";

/** Makes the file as small as it gets, prints what a page may pin it by, and writes the languages beside it. */
function finish(): Plugin {
  return {
    name: "finish",
    enforce: "post",
    async generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const { code } = await minify(file.code, {
          ecma: 2020,
          toplevel: true,
          // Unsafe it is for who redefines `Array` or `String`: here it turns templates into sums.
          compress: { passes: 3, keep_fargs: false, unsafe: true, unsafe_arrows: true, pure_getters: true },
          // Lit's own inner names, which only its copies of other versions would look for, and ours.
          mangle: { properties: { regex: new RegExp(`^(_\\$.*|private_.*|${INNER_NAMES})$`) } },
        });
        file.code = `${NOTICE}\n${code}\n`;
        const integrity = createHash("sha384").update(file.code).digest("base64");
        process.stdout.write(`${file.fileName} integrity="sha384-${integrity}"\n`);
      }
    },
    async writeBundle() {
      // Those of an earlier build are not to be served, nor to be published.
      await rm(new URL("words/", DIST), { recursive: true, force: true });
      await mkdir(new URL("words/", DIST), { recursive: true });
      for (const tag of TAGS) {
        const module = (await import(new URL(`${tag}.ts`, WORDS_FOLDER).href)) as { default: Words };
        await writeFile(new URL(`words/${tag}.${WORDS_VERSION}.json`, DIST), JSON.stringify(module.default));
      }
    },
  };
}

/**
 * Builds the widget: one script with everything in it but the languages, without imports or exports, so that it runs as
 * a module and as a classic script alike. The server is compiled by `tsc`.
 */
export default defineConfig({
  plugins: [putLitOnDiet(), collapseTemplates(), copySwaggerUi(), finish()],
  build: {
    outDir: "dist",
    // The compiled server and the manifest live there, too.
    emptyOutDir: false,
    target: ["chrome108", "firefox108", "safari16"],
    minify: false,
    rolldownOptions: { output: { comments: false } },
    lib: {
      entry: "widget/define.ts",
      formats: ["iife"],
      name: "offsiteCheckout",
      fileName: () => "offsite-checkout.js",
    },
  },
});
