import { SESSION_PARAMETER } from "../shared/paths.ts";
import { isWebUrl } from "./web-url.ts";

/**
 * Gives the base URL of the server, without a slash at its end: as given, relative to the page, else where this
 * script came from. Gives `undefined` where neither is an http(s) URL.
 */
export function serverBase(given: string | undefined): string | undefined {
  const script = import.meta.url;
  try {
    const { href, origin, pathname } = given === undefined ? new URL(".", script) : new URL(given, document.baseURI);
    return isWebUrl(href) ? (origin + pathname).replace(/\/+$/, "") : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Gives the session that the page's address brings back. `isFresh`: the customer has just come, and did not press
 * the Back button to be here again.
 */
export function returnedSession(): { sessionId: string; isFresh: boolean } | undefined {
  const sessionId = new URLSearchParams(location.search).get(SESSION_PARAMETER) ?? "";
  if (!/^cs_[\w-]{1,64}$/.test(sessionId)) return undefined;
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return { sessionId, isFresh: navigation?.type !== "back_forward" };
}
