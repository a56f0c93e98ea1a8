import { SESSION_PARAMETER } from "../shared/paths.ts";
import type { CheckoutSession } from "../shared/records.ts";
import { createSession } from "./client.ts";
import type { FaultCode, NewSession, Order, SessionTarget } from "./client.ts";
import { rememberOrder, rememberSecret } from "./secrets.ts";

/** An order whose session is yet to be made, by whom, and what it is known by in this tab. */
export interface Offer {
  server: string;
  session: NewSession;
  name: string;
  /** Which of the page's elements it is for, counted from 0. */
  place: number;
}

/** A session that was made, and what it is asked about with. */
export interface MadeSession {
  session: CheckoutSession;
  target: SessionTarget;
}

/** Says what session to make of an order: both ways back lead to this page, without what an earlier return put there. */
export function describeSession(order: Order): NewSession {
  const page = new URL(location.href);
  page.searchParams.delete(SESSION_PARAMETER);
  return { ...order, returnUrl: page.href, cancelUrl: page.href };
}

/** Makes a session of an order and keeps it for this tab; `key` makes a second try of the same harmless. */
export async function takeOffer(
  { server, session, name, place }: Offer,
  key: string,
): Promise<MadeSession | FaultCode> {
  const made = await createSession(server, session, key);
  if (typeof made === "string") return made;
  const target = { server, sessionId: made.id, clientSecret: made.clientSecret };
  rememberSecret(target);
  rememberOrder(name, made.id);
  rememberOrder(made.id + place, made.id);
  return { session: made, target };
}
