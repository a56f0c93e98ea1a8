import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

/** Takes the white space out of the widget's templates and style sheet, which no minifier looks into. */
function collapseTemplates(): Plugin {
  return {
    name: "collapse-templates",
    enforce: "pre",
    transform(code, id) {
      if (!/\/widget\/.*\.ts$/.test(id)) return undefined;
      const collapsed = code
        .replace(/styles = `[^`]*`/g, (sheet) =>
          sheet
            .replace(/\s+/g, " ")
            .replace(/ ?([{}:;,>]) /g, "$1")
            .replace(/;}/g, "}"),
        )
        .replace(/\n\s+/g, "\n")
        .replace(/>\n(?=<)/g, ">");
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

/** What the licences of the bundled code ask to be kept. */
const NOTICE = "/*! Offsite Checkout, MIT. Lit, Copyright 2017 Google LLC, BSD-3-Clause. */";

const MINIFY = {
  compress: true,
  mangle: true,
  codegen: true,
  // Lit's own inner names, which only its copies of other versions would look for.
  mangleProps: { include: /^_\$/ },
};

/** Builds the widget: one module with everything in it, for a script tag. The server is compiled by `tsc`. */
export default defineConfig({
  plugins: [collapseTemplates(), copySwaggerUi()],
  build: {
    outDir: "dist",
    // The compiled server and the manifest live there, too.
    emptyOutDir: false,
    target: ["chrome108", "firefox108", "safari16"],
    // A library's white space is kept for bundlers by default; this file is for browsers.
    rolldownOptions: { output: { minify: MINIFY, comments: false, postBanner: NOTICE } },
    lib: { entry: "widget/index.ts", formats: ["es"], fileName: () => "offsite-checkout.js" },
  },
});
