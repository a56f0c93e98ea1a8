import { SESSION_PARAMETER } from "../shared/paths.ts";

/**
 * Gives the base URL of the server, without a slash at its end: as given, relative to the page, else where this
 * script came from.
 *
 * @throws TypeError where what is given is no URL
 */
export function serverBase(given: string | null): string {
  // Not written inside the call, where a bundler would take it for a file to be copied.
  const script = import.meta.url;
  const { origin, pathname } = given ? new URL(given, document.baseURI) : new URL(".", script);
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
