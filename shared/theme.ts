/**
 * The look of the whole family as custom properties: the element, the plain pages, the demo's shop and provider.
 * Each colour is given for light alone, and then for both by `light-dark()`, which follows the `color-scheme` of the
 * place where it is used: a page that has not chosen dark gets light.
 */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ink: ["#16181d", "#f1f2f5"],
  muted: ["#5a6070", "#a6adbb"],
  line: ["#dcdfe6", "#343945"],
  surface: ["#ffffff", "#16191f"],
  canvas: ["#f6f7f9", "#0e1014"],
  accent: ["#2450d8", "#8fa9ff"],
  "on-accent": ["#ffffff", "#0b1233"],
  success: ["#14703f", "#72d6a0"],
  warning: ["#855400", "#f0c263"],
  danger: ["#b3261e", "#ff9f97"],
};

/** Corners and typefaces. */
const SHAPE: Readonly<Record<string, string>> = {
  radius: "8px",
  font: "system-ui, sans-serif",
};

/** The sizes of text. */
export const TEXT_SIZES = {
  "text-small": ".8125rem",
  text: ".9375rem",
  "text-large": "1.125rem",
  "text-title": "1.5rem",
  "text-total": "2rem",
} as const;

/**
 * Writes the declarations of every property as `--offsite-…`.
 * Sizes keep to a 4 px grid: 4, 8, 12, 16, 24, 32, 48.
 */
export function themeDeclarations(): string {
  const name = (property: string, value: string) => `--offsite-${property}:${value};`;
  return declareTheme(name) + declareAll({ ...TEXT_SIZES, duration: "160ms" }, name);
}

/**
 * Writes the declarations of colours, corners and typefaces as `--_…`, where the property that the page or any ancestor
 * sets wins: `--_ink:var(--offsite-ink,#16181d)`.
 */
export function overridableTheme(): string {
  return declareTheme((property, value) => `--_${property}:var(--offsite-${property},${value});`);
}

type Declare = (property: string, value: string) => string;

function declareTheme(declare: Declare): string {
  const colours = Object.entries(COLOURS);
  const light = Object.fromEntries(colours.map(([name, [value]]) => [name, value]));
  const both = Object.fromEntries(colours.map(([name, pair]) => [name, `light-dark(${pair.join(",")})`]));
  // Re-declared only where the function exists: a custom property accepts any text, and would then be invalid in use.
  return `${declareAll({ ...light, ...SHAPE }, declare)}@supports (color:light-dark(#fff,#000)){${declareAll(both, declare)}}`;
}

function declareAll(values: Readonly<Record<string, string>>, declare: Declare): string {
  return Object.entries(values)
    .map(([property, value]) => declare(property, value))
    .join("");
}
