import { defineConfig, mergeConfig } from "vite";
import widget from "./vite.config.ts";

/** Builds the merchant's console, apart from the element, whose file must not grow by it. */
export default mergeConfig(
  widget,
  defineConfig({ build: { lib: { entry: "widget/console/index.ts", formats: ["es"], fileName: () => "console.js" } } }),
);
