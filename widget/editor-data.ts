import type { ClassDeclaration, CustomElement, Declaration, Package } from "custom-elements-manifest/schema.d.ts";

/** An element, as a manifest describes its class. */
type ElementDeclaration = ClassDeclaration & CustomElement;

/** What is no text, of which the properties say nothing as they give texts. */
const ATTRIBUTE_TYPES: Record<string, string> = { overlay: "boolean", quantity: "number" };

/** The modules that the package exports. */
const PUBLIC_MODULES = /^widget\/(index|define|events|offsite-checkout)\.ts$/;

/** Called by the browser. */
const CALLBACKS = new Set(["connectedMoveCallback"]);

/** `<offsite-item>` is read by the element around it, and has no class of its own. */
const OFFSITE_ITEM: ElementDeclaration = {
  kind: "class",
  name: "HTMLElement",
  customElement: true,
  tagName: "offsite-item",
  description: "One of several lines inside `<offsite-checkout>`, priced by the server's catalogue.",
  attributes: [
    { name: "sku", type: { text: "string" }, description: "A product of the server's catalogue." },
    { name: "quantity", type: { text: "number" }, description: "How many of `sku`; else one." },
  ],
};

/**
 * Leaves in a manifest what a page may use, under the paths that are published, and says which tag is which class.
 *
 * @returns the elements
 */
export function tidyManifest(manifest: Package): ElementDeclaration[] {
  manifest.modules = manifest.modules.filter(({ path }) => PUBLIC_MODULES.test(path));
  for (const module of manifest.modules) {
    for (const declaration of module.declarations ?? []) if (isElement(declaration)) tidyElement(declaration);
    if (module.path === "widget/define.ts") {
      module.declarations = [OFFSITE_ITEM];
      const declaration = { name: "OffsiteCheckout", module: "dist/widget/offsite-checkout.js" };
      module.exports = [{ kind: "custom-element-definition", name: "offsite-checkout", declaration }];
    }
  }
  usePublishedPaths(manifest);
  return manifest.modules.flatMap(({ declarations = [] }) => declarations).filter(isElement);
}

/** Names compiled files instead of sources, wherever a module is named. */
function usePublishedPaths(part: object): void {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === "object" && value !== null) usePublishedPaths(value as object);
    else if ((key === "module" || key === "path") && typeof value === "string") {
      Object.assign(part, { [key]: value.replace(/^(\.\/|\/?widget\/)(.*)\.ts$/, "dist/widget/$2.js") });
    }
  }
}

function isElement(declaration: Declaration): declaration is ElementDeclaration {
  return "customElement" in declaration && declaration.tagName !== undefined;
}

function tidyElement(element: ElementDeclaration): void {
  element.members = (element.members ?? []).filter(
    ({ name, privacy, inheritedFrom }) => (privacy ?? "public") === "public" && !inheritedFrom && !CALLBACKS.has(name),
  );
  for (const attribute of element.attributes ?? []) {
    const text = ATTRIBUTE_TYPES[attribute.name] ?? attribute.type?.text.replace(" | null", "") ?? "string";
    attribute.type = { text };
  }
  for (const event of element.events ?? []) event.type = { text: "CustomEvent<OffsiteEventDetail>" };
  // How it is made is nobody's business: for a page it is an element as any other.
  element.superclass = { name: "HTMLElement", package: "global:" };
}

/** Gives what VS Code completes and explains in HTML. */
export function describeForHtml(elements: readonly ElementDeclaration[]): object {
  return {
    version: 1.1,
    tags: elements.map(({ tagName: name, description, attributes = [], slots = [], events = [] }) => ({
      name,
      description: {
        kind: "markdown",
        value: [description, listNames("Slots", slots), listNames("Events", events)].filter(Boolean).join("\n\n"),
      },
      attributes: attributes.map(({ name, description, type }) => ({
        name,
        description,
        ...(type?.text === "boolean" ? { valueSet: "v" } : {}),
        ...(type?.text.includes('"') ? { values: choicesOf(type.text).map((name) => ({ name })) } : {}),
      })),
    })),
  };
}

/** Gives what VS Code completes and explains in style sheets. */
export function describeForCss(elements: readonly ElementDeclaration[]): object {
  return {
    version: 1.1,
    properties: elements.flatMap(({ cssProperties = [] }) =>
      cssProperties.map(({ name, description }) => ({ name, description })),
    ),
    pseudoElements: elements.flatMap(({ cssParts = [] }) =>
      cssParts.map(({ name, description }) => ({ name: `::part(${name})`, description })),
    ),
  };
}

/** Gives what JetBrains' editors complete and explain, as their `web-types` schema has it. */
export function describeForWebTypes(
  elements: readonly ElementDeclaration[],
  { name, version }: { name: string; version: string },
): object {
  return {
    $schema: "https://json.schemastore.org/web-types.json",
    name,
    version,
    "description-markup": "markdown",
    contributions: {
      html: {
        elements: elements.map((element) => ({
          name: element.tagName,
          description: element.description,
          attributes: (element.attributes ?? []).map(({ name, description, type }) => ({
            name,
            description,
            value: { type: type?.text.includes('"') ? choicesOf(type.text).map((text) => `"${text}"`) : type?.text },
          })),
          slots: (element.slots ?? []).map(({ name, description }) => ({ name, description })),
          js: {
            properties: (element.members ?? []).flatMap((member) =>
              member.kind === "field"
                ? [{ name: member.name, description: member.description, type: member.type?.text }]
                : [],
            ),
            events: (element.events ?? []).map(({ name, description, type }) => ({
              name,
              description,
              type: type.text,
            })),
          },
          css: {
            properties: (element.cssProperties ?? []).map(({ name, description }) => ({ name, description })),
            parts: (element.cssParts ?? []).map(({ name, description }) => ({ name, description })),
          },
        })),
      },
    },
  };
}

function listNames(title: string, things: readonly { name: string; description?: string }[]): string {
  if (things.length === 0) return "";
  return [`**${title}**`, ...things.map(({ name, description }) => `- \`${name}\`: ${description}`)].join("\n");
}

/** Gives the texts in a union of texts. */
function choicesOf(type: string): string[] {
  return [...type.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text);
}
