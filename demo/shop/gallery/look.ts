import type { ParsedUrlQuery } from "node:querystring";
import { LANGUAGES, type Language } from "./languages.ts";
import { THEMES, type Theme } from "./themes.ts";

export const SCHEMES = ["auto", "light", "dark"] as const;

/** How the gallery shows the element: chosen by the page's query, so that every look has an address. */
export interface Look {
  /** Absent for the element's own look. */
  theme: Theme | undefined;
  language: Language;
  /** `auto` is what the browser prefers. */
  scheme: (typeof SCHEMES)[number];
}

const ENGLISH: Language = { tag: "en", name: "English" };

/** Reads a look from a query; what it does not know is left at its default. */
export function readLook(query: ParsedUrlQuery): Look {
  return {
    theme: THEMES.find(({ id }) => id === query["theme"]),
    language: LANGUAGES.find(({ tag }) => tag === query["language"]) ?? ENGLISH,
    scheme: SCHEMES.find((scheme) => scheme === query["scheme"]) ?? "auto",
  };
}

/** Writes the query of a look, and of `more`, with its question mark; nothing where all is as by default. */
export function lookSearch({ theme, language, scheme }: Look, more: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries({ theme: theme?.id ?? "", language: language.tag, scheme, ...more });
  const defaults: Readonly<Record<string, string>> = { theme: "", language: "en", scheme: "auto" };
  const search = new URLSearchParams(pairs.filter(([name, value]) => value !== defaults[name])).toString();
  return search === "" ? "" : `?${search}`;
}
