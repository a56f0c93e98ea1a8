import { writeFileSync } from "node:fs";
import type { Plugin } from "@custom-elements-manifest/analyzer";
import packageJson from "../package.json" with { type: "json" };
import { describeForCss, describeForHtml, describeForWebTypes, tidyManifest } from "./editor-data.ts";

/** Leaves in the manifest what is public, and writes beside it what VS Code and JetBrains' editors read. */
function writeEditorData(): Plugin {
  return {
    name: "write-editor-data",
    packageLinkPhase({ customElementsManifest }) {
      const elements = tidyManifest(customElementsManifest);
      const write = (name: string, data: unknown): void =>
        writeFileSync(new URL(`../dist/${name}`, import.meta.url), `${JSON.stringify(data, null, 2)}\n`);
      write("vscode.html-custom-data.json", describeForHtml(elements));
      write("vscode.css-custom-data.json", describeForCss(elements));
      write("web-types.json", describeForWebTypes(elements, packageJson));
    },
  };
}

/** Describes the element for documentation and editors: `cem analyze`. */
export default {
  globs: ["widget/{index,define,events,offsite-checkout,reactive-element}.ts"],
  outdir: "dist",
  litelement: true,
  quiet: true,
  plugins: [writeEditorData()],
};
