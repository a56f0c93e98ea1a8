import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Ajv } from "ajv";
import type { CustomElement, Package } from "custom-elements-manifest/schema.d.ts";
import { OffsiteCheckout } from "../../widget/index.ts";
import type { OffsiteEventMap } from "../../widget/index.ts";
import { styles } from "../../widget/styles.ts";
import { EVERY_ATTRIBUTE } from "./jsx/every-attribute.ts";

const ROOT = new URL("../../", import.meta.url);
const run = promisify(execFile);

const EVERY_EVENT: Record<keyof OffsiteEventMap, true> = {
  "offsite-ready": true,
  "offsite-started": true,
  "offsite-complete": true,
  "offsite-pending": true,
  "offsite-declined": true,
  "offsite-cancelled": true,
  "offsite-expired": true,
  "offsite-error": true,
};

interface Named {
  name: string;
}

interface HtmlData {
  tags: (Named & { attributes: (Named & { values?: Named[] })[] })[];
}

const namesOf = (things: readonly Named[] | undefined): string[] => (things ?? []).map(({ name }) => name);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const readJson = (path: string): unknown => JSON.parse(read(path));
const nodeFile = (path: string): string => fileURLToPath(new URL(`node_modules/${path}`, ROOT));

/** The first name of each part in the element's templates; the others say how it is. */
function partsInTemplates(): Set<string> {
  const files = ["views/", "presentations/"].flatMap((folder) =>
    readdirSync(new URL(`widget/${folder}`, ROOT)).map((name) => `widget/${folder}${name}`),
  );
  const bound = files.flatMap((file) => [...read(file).matchAll(/ part=(?:"([\w-]+)"|\$\{(?:`([\w-]+)|([^}]*)\}))/g)]);
  return new Set(
    bound.flatMap(([, text, start, choice = ""]) => text ?? start ?? choice.match(/(?<=[?:] ")[\w-]+/g) ?? []),
  );
}

describe("what editors are told of the element", () => {
  let manifest: Package;
  let element: CustomElement;

  before(async () => {
    await run(
      process.execPath,
      [
        nodeFile("@custom-elements-manifest/analyzer/cem.js"),
        "analyze",
        "--config",
        "widget/custom-elements-manifest.config.ts",
      ],
      { cwd: fileURLToPath(ROOT) },
    );
    manifest = readJson("dist/custom-elements.json") as Package;
    const all = manifest.modules.flatMap(({ declarations = [] }) => declarations) as CustomElement[];
    element = all.find(({ tagName }) => tagName === "offsite-checkout") as CustomElement;
    assert.ok(element && all.some(({ tagName }) => tagName === "offsite-item"));
  });

  it("is a manifest by its schema, of published files", () => {
    const validate = new Ajv({ strict: false }).compile(
      readJson("node_modules/custom-elements-manifest/schema.json") as object,
    );
    assert.ok(validate(manifest), JSON.stringify(validate.errors));
    const paths = JSON.stringify(manifest).match(/"(?:module|path)":"[^"]+"/g) ?? [];
    for (const path of paths) assert.match(path, /"dist\/widget\/[\w-]+\.js"$/);
  });

  it("names every attribute, event, method, part and custom property, and nothing that is not there", () => {
    assert.deepEqual(namesOf(element.attributes), OffsiteCheckout.observedAttributes);
    assert.deepEqual(Object.keys(EVERY_ATTRIBUTE), OffsiteCheckout.observedAttributes);
    assert.deepEqual(namesOf(element.events), Object.keys(EVERY_EVENT));
    const members = namesOf(element.members);
    assert.deepEqual(members.slice(-2), ["start", "cancel"]);
    assert.equal(members.length, OffsiteCheckout.observedAttributes.length + 2);
    const parts = new Set(namesOf(element.cssParts));
    // A sum of the order, by the name of what it is a sum of.
    for (const sum of ["subtotal", "shipping", "tax", "discount", "total"]) assert.ok(parts.delete(sum), sum);
    assert.deepEqual([...partsInTemplates()].filter((part) => !parts.has(part)).sort(), []);
    assert.deepEqual(
      [...parts].filter((part) => !partsInTemplates().has(part)),
      [],
    );
    const properties = new Set(styles.match(/--offsite-[\w-]+/g));
    assert.deepEqual(namesOf(element.cssProperties).sort(), [...properties].sort());
  });

  it("is in the words of VS Code and of JetBrains' editors, too", () => {
    const html = readJson("dist/vscode.html-custom-data.json") as HtmlData;
    const tag = html.tags.find(({ name }) => name === "offsite-checkout");
    assert.deepEqual(namesOf(tag?.attributes), OffsiteCheckout.observedAttributes);
    const presentation = tag?.attributes.find(({ name }) => name === "presentation");
    assert.deepEqual(namesOf(presentation?.values), ["auto", "iframe", "popup", "redirect"]);
    const css = readJson("dist/vscode.css-custom-data.json") as Record<"properties" | "pseudoElements", Named[]>;
    assert.deepEqual(namesOf(css.properties), namesOf(element.cssProperties));
    assert.deepEqual(
      namesOf(css.pseudoElements),
      namesOf(element.cssParts).map((part) => `::part(${part})`),
    );
    const webTypes = readJson("dist/web-types.json") as { contributions: { html: { elements: Named[] } } };
    assert.deepEqual(namesOf(webTypes.contributions.html.elements).sort(), ["offsite-checkout", "offsite-item"]);
  });
});

describe("JSX", () => {
  it("takes the element in React, Preact and Solid, with its own attributes and events alone", async () => {
    await run(process.execPath, [
      nodeFile("typescript/bin/tsc"),
      "-p",
      fileURLToPath(new URL("jsx/", import.meta.url)),
    ]);
  });
});
