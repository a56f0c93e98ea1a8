import { attemptsPath, sessionPath, sessionsPath } from "../shared/paths.ts";
import type { ProblemCode } from "../shared/problems.ts";
import type { CheckoutSession, CreatedCheckoutSession, StartedAttempt } from "../shared/records.ts";
import type { StartAttemptRequest } from "../shared/requests.ts";

const TIMEOUT_MS = 20_000;

/** A code of the HTTP interface, or of what kept its answer from being heard or understood. */
export type FaultCode = ProblemCode | "network_error" | "unexpected_answer";

/** One session, the secret that opens it, and the base URL of the server that keeps it. */
export interface SessionTarget {
  /** Without a slash at its end. */
  server: string;
  sessionId: string;
  clientSecret: string;
}

/**
 * Asks the server how a session stands; gives the code of a fault where there is no useful answer. Checked is what
 * nothing but our server answers, and what the element could not show itself without; texts are only ever texts.
 */
export function readSession(target: SessionTarget): Promise<CheckoutSession | FaultCode> {
  return request<CheckoutSession>(
    target,
    sessionPath(target.sessionId),
    (session) => session.id === target.sessionId && isSession(session),
  );
}

/** Starts a trip to a provider, by a handoff to an http(s) URL; gives the code of a fault where it did not start. */
export function startAttempt(target: SessionTarget, body: StartAttemptRequest): Promise<StartedAttempt | FaultCode> {
  return request<StartedAttempt>(
    target,
    attemptsPath(target.sessionId),
    // A `javascript:` or `data:` URL would run in the shop's page.
    ({ handoff }) => /^https?:$/.test(new URL(handoff.url).protocol),
    body,
  );
}

/** What is to be paid for where no session is named: lines of the server's catalogue, or a cart that the merchant signed. */
export type Order = { items: { sku: string; quantity: number }[] } | { cart: string };

/** Where the customer goes on, and how. */
export type NewSession = Order & { returnUrl: string; cancelUrl: string };

/**
 * Makes a session of an order, which the server prices; gives the code of a fault where it did not.
 *
 * @param key - the same for every try of one order, so that none is made twice
 */
export function createSession(
  server: string,
  session: NewSession,
  key: string,
): Promise<CreatedCheckoutSession | FaultCode> {
  return request<CreatedCheckoutSession>(
    { server },
    sessionsPath,
    (answer) => isSession(answer) && typeof answer.clientSecret === "string",
    session,
    key,
  );
}

function isSession({ currency, items, gateways }: CheckoutSession): boolean {
  return /^[A-Z]{3}$/.test(currency) && Array.isArray(items) && Array.isArray(gateways);
}

/** @param isAnswer - may throw at an answer that is not even alike */
async function request<Answer>(
  { server, clientSecret }: { server: string; clientSecret?: string },
  path: string,
  isAnswer: (answer: Answer) => boolean,
  body?: object,
  key?: string,
): Promise<Answer | FaultCode> {
  let response: Response;
  try {
    response = await fetch(server + path, {
      method: body ? "POST" : "GET",
      headers: {
        ...(clientSecret && { authorization: `Bearer ${clientSecret}` }),
        ...(body && { "content-type": "application/json" }),
        ...(key && { "idempotency-key": key }),
      },
      body: body ? JSON.stringify(body) : null,
      // The client secret is the only key: the page's cookies are none of the server's business.
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return "network_error";
  }
  try {
    const answer = (await response.json()) as Answer & { code?: unknown };
    if (!response.ok) return typeof answer.code === "string" ? (answer.code as FaultCode) : "unexpected_answer";
    if (isAnswer(answer)) return answer;
  } catch {
    // Not JSON, or not alike.
  }
  return "unexpected_answer";
}
