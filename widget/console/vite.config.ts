import { defineConfig } from "vite";
import { collapseTemplates, NOTICE } from "../../vite.config.ts";

/** Builds the merchant's console, apart from the element, whose file must not grow by it. */
export default defineConfig({
  plugins: [collapseTemplates()],
  build: {
    outDir: "dist",
    // The element, the compiled server and the manifest live there, too.
    emptyOutDir: false,
    target: ["chrome108", "firefox108", "safari16"],
    rolldownOptions: { output: { minify: true, comments: false, postBanner: NOTICE } },
    lib: { entry: "widget/console/index.ts", formats: ["es"], fileName: () => "console.js" },
  },
});
