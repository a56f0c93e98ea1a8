import type { CheckoutSession } from "../shared/records.ts";
import { createSession } from "./client.ts";
import type { FaultCode, NewSession, SessionTarget } from "./client.ts";
import { rememberOrder, rememberSecret } from "./secrets.ts";

/** An order whose session is yet to be made, by whom, and what it is known by in this tab. */
export interface Offer {
  server: string;
  session: NewSession;
  name: string;
}

/** A session that was made, and what it is asked about with. */
export interface MadeSession {
  session: CheckoutSession;
  target: SessionTarget;
}

/** Makes a session of an order and keeps it for this tab; `key` makes a second try of the same harmless. */
export async function takeOffer({ server, session, name }: Offer, key: string): Promise<MadeSession | FaultCode> {
  const made = await createSession(server, session, key);
  if (typeof made === "string") return made;
  const target = { server, sessionId: made.id, clientSecret: made.clientSecret };
  rememberSecret(target);
  rememberOrder(name, made.id);
  return { session: made, target };
}
