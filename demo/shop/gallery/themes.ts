import { readFileSync } from "node:fs";

/** A sample theme: a style sheet of custom properties and parts alone. */
export interface Theme {
  id: string;
  title: string;
  text: string;
  css: string;
}

/** The sample themes, each in a file of its own in `demo/shop/themes/`. */
export const THEMES: readonly Theme[] = [
  {
    id: "atelier",
    title: "Atelier",
    text: "A calm boutique: a book's typeface, ivory and burgundy, thin double rules.",
  },
  {
    id: "ledger",
    title: "Ledger",
    text: "A dense trade counter: black on white, hard edges, every figure in its column.",
  },
  {
    id: "pebble",
    title: "Pebble",
    text: "A playful shop for small things: round, warm, and a button that can be felt.",
  },
].map((theme) => ({
  ...theme,
  css: readFileSync(new URL(`../themes/${theme.id}.css`, import.meta.url), "utf8"),
}));

/** The path of a theme's style sheet. */
export const themePath = (id: string): string => `/themes/${id}.css`;

/** Every theme in one style sheet, each for what is inside an element of the class `theme-<id>`. */
export const THEMES_SIDE_BY_SIDE: string = THEMES.map(({ id, css }) => `.theme-${id}{${css}}`).join("\n");
