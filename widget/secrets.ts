import type { SessionTarget } from "./client.ts";

const PREFIX = "offsite-checkout:";

/**
 * Keeps a session's client secret for this tab and this storefront, so that the page that `returnUrl` names can ask
 * how the session stands. Where the browser forbids storage, that page shows no result, and nothing else breaks.
 */
export function rememberSecret({ sessionId, clientSecret }: SessionTarget): void {
  keep(sessionId, clientSecret);
}

/** Keeps which session was made of an order, so that coming back to the page makes no second one. */
export function rememberOrder(name: string, sessionId: string): void {
  keep(name, sessionId);
}

/** Gives the client secret that this tab kept for a session, or the session of an order. */
export function recall(name: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // Blocked or full: the customer still pays, and the merchant confirms by other means.
  }
}
