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

const MEASURES: Readonly<Record<string, string>> = {
  radius: "8px",
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  "text-small": "0.8125rem",
  text: "0.9375rem",
  "text-large": "1.125rem",
  "text-title": "1.5rem",
  "text-total": "2rem",
  duration: "160ms",
};

/**
 * Writes the declarations of every property as `--offsite-…`, or under another prefix. With `override`, a property of
 * that prefix set by the page or any ancestor wins: `--_ink:var(--offsite-ink,#16181d)`.
 * Sizes keep to a 4 px grid: 4, 8, 12, 16, 24, 32, 48.
 */
export function themeDeclarations(prefix = "--offsite-", override?: string): string {
  const declare = (name: string, value: string) =>
    `${prefix}${name}:${override === undefined ? value : `var(${override}${name},${value})`};`;
  const colours = Object.entries(COLOURS);
  return [
    ...colours.map(([name, [light]]) => declare(name, light)),
    ...Object.entries(MEASURES).map(([name, value]) => declare(name, value)),
    // Re-declared only where the function exists: a custom property accepts any text, and would then be invalid in use.
    `@supports (color:light-dark(#fff,#000)){${colours
      .map(([name, [light, dark]]) => declare(name, `light-dark(${light},${dark})`))
      .join("")}}`,
  ].join("");
}
