import type { SessionTarget } from "./client.ts";

const PREFIX = "offsite-checkout:";

/**
 * Keeps a session's client secret for this tab and this storefront, so that the page that `returnUrl` names can ask
 * how the session stands. Where the browser forbids storage, that page shows no result, and nothing else breaks.
 */
export function rememberSecret({ sessionId, clientSecret }: SessionTarget): void {
  try {
    sessionStorage.setItem(PREFIX + sessionId, clientSecret);
  } catch {
    // Blocked or full: the customer still pays, and the merchant confirms by other means.
  }
}

/** Gives the client secret that this tab kept for a session, if it did. */
export function recallSecret(sessionId: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + sessionId);
  } catch {
    return null;
  }
}
