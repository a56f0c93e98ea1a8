import { serverBase } from "../addresses.ts";
import { en } from "./en.ts";
import type { Words } from "./words.ts";

/** The tags of the languages beside English. Each is in a file of its own, which is asked for when it is needed. */
const LANGUAGES = "ar cs da de es fi fr he hu it ja ko nb nl pl pt ru sv tr zh";

/** Names what was built together; the build puts the hash of all words here. */
const WORDS_VERSION = "current";

/** Longer than this no customer waits for words: English is there. */
const TIMEOUT_MS = 4000;

const loaded: Record<string, Promise<Words> | undefined> = {};

/** Finds the language of a BCP 47 language tag: English where there is no other. */
export function findLanguage(locale: string): string {
  const tag = locale
    .toLowerCase()
    .replace(/[-_].*/, "")
    .replace(/^n[no]$/, "nb");
  return LANGUAGES.split(" ").includes(tag) ? tag : "en";
}

/** Gives the language that an element inherits from what is around it, also out of shadow roots. */
export function languageAround(element: Element): string {
  const root = element.getRootNode();
  // Not `.lang`: a form answers that with its field of this name.
  const language = element.closest("[lang]")?.getAttribute("lang");
  return language ?? (root instanceof ShadowRoot ? languageAround(root.host) : "");
}

/**
 * Gives the words of a language beside English: what the server's file says, as JSON, so that it never runs. What that
 * lacks, or all where it does not come, is English. It never rejects.
 */
export function loadWords(server: string | null, language: string): Promise<Words> {
  const key = `${server} ${language}`;
  return (loaded[key] ??= fetchWords(key, server, language));
}

async function fetchWords(key: string, server: string | null, language: string): Promise<Words> {
  try {
    const address = `${serverBase(server)}/offsite-checkout.${language}.${WORDS_VERSION}.json`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return overrideWords(en, await response.json());
  } catch {
    // Away, or not JSON; or the server's address is none.
  }
  // The next element may have more luck.
  loaded[key] = undefined;
  return en;
}

/** Puts texts in the place of others, where each is of the same kind: a text for a text, a pair for a pair. */
export function overrideWords(words: Words, given: unknown): Words {
  const kindOf = (value: unknown) => JSON.stringify(value, (_, part) => (typeof part === "string" ? "" : part));
  const isAlike = ([name, value]: [string, unknown]): boolean => kindOf(value) === kindOf(words[name as keyof Words]);
  return { ...words, ...Object.fromEntries(Object.entries(given ?? {}).filter(isAlike)) };
}
