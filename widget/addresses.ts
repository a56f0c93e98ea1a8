import { SESSION_PARAMETER } from "../shared/paths.ts";

/**
 * Where this script came from: the page's script of that very name, or none where another script brought it. The client
 * secret goes to that origin. Not by `document.scripts`, which a form of this name would stand in front of.
 */
const scriptUrl =
  globalThis.document &&
  [...document.querySelectorAll("script")].find(({ src }) => /\/offsite-checkout(\.\w+)?\.js([?#]|$)/.test(src))?.src;

/**
 * Gives the base URL of the server, without a slash at its end: as given, relative to the page, else where this
 * script came from.
 *
 * @throws TypeError where what is given is no URL
 */
export function serverBase(given: string | null): string {
  const { origin, pathname } = given ? new URL(given, location.href) : new URL(".", scriptUrl);
  return (origin + pathname).replace(/\/+$/, "");
}

/** Gives the session's id that the page's address brings back from the server, or an empty text. */
export function returnedSession(): string {
  const id = new URLSearchParams(location.search).get(SESSION_PARAMETER) ?? "";
  return /^cs_[\w-]+$/.test(id) ? id : "";
}

/** Tells whether the customer pressed the Back button to be on this page again. */
export function isRevisited(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "back_forward";
}
