import { en } from "./en.ts";
import type { Words } from "./words.ts";

/** English is whole in this bundle, and needs no file. The build for a script tag keeps what the first view needs. */
const IS_ENGLISH_WHOLE = true as boolean;

/** The languages beside English, each in a file of its own that is asked for when it is needed: the build names them. */
const LANGUAGES = "" as string;

/** Names what was built together; the build puts the hash of all words here. */
const WORDS_VERSION = "current";

/** Longer than this no customer waits for words: English is there. */
const TIMEOUT_MS = 4000;

const loaded = new Map<string, Promise<Words>>();

/** Finds the language of a BCP 47 language tag: English where there is no other. */
export function findLanguage(locale: string): string {
  const tag = locale
    .toLowerCase()
    .replace(/[-_].*/, "")
    .replace(/^n[no]$/, "nb");
  return tag.length === 2 && LANGUAGES.includes(tag) ? tag : "en";
}

/**
 * Gives the words of a language that the script does not have: what the server's file says, as JSON, so that it never
 * runs. What that lacks, or all where it does not come, is English. It never rejects.
 */
export function loadWords(server: string, language: string): Promise<Words> | undefined {
  return language === "en" && IS_ENGLISH_WHOLE ? undefined : fetchOnce(server, language);
}

function fetchOnce(server: string, tag: string): Promise<Words> {
  const address = `${server}/offsite-checkout.${tag}.${WORDS_VERSION}.json`;
  const known = loaded.get(address) ?? fetchWords(address);
  loaded.set(address, known);
  return known;
}

async function fetchWords(address: string): Promise<Words> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return overrideWords(en, await response.json());
  } catch {
    // Away, or not JSON.
  }
  // The next element may have more luck.
  loaded.delete(address);
  return en;
}

/** Puts texts in the place of others, where each is of the same kind: a text for a text, a pair for a pair. */
export function overrideWords(words: Words, given: unknown): Words {
  // Not every pair comes with the script, so that what is no text is one.
  const isAlike = ([name, value]: [string, unknown]): boolean =>
    typeof words[name as keyof Words] === "string"
      ? typeof value === "string"
      : Array.isArray(value) && value.length === 2 && value.every((text) => typeof text === "string");
  return { ...words, ...Object.fromEntries(Object.entries(given ?? {}).filter(isAlike)) };
}
