import type { en } from "./en.ts";

/** Every text of the element in one language. */
export type Words = Readonly<Record<keyof typeof en, string>>;

/** Puts values into a text's `{name}` places; a place without a value stays as it is. */
export function fillWords(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? place) : place,
  );
}
