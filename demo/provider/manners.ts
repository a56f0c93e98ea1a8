/** How an external gateway answers the calls of a merchant's server: by choice, for each payment. */
export const MANNERS = [
  { id: "at-once", label: "at once" },
  { id: "refuse", label: "with a refusal" },
  { id: "later", label: "later, and does it" },
  { id: "later-refuse", label: "later, and refuses" },
  { id: "broken", label: "not at all (500)" },
] as const;
export type Manner = (typeof MANNERS)[number]["id"];

/** Reads a manner from a form; `undefined` for anything else. */
export function readManner(text: string | null): Manner | undefined {
  return MANNERS.find(({ id }) => id === text)?.id;
}
