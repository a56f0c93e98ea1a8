import { PATHS } from "../shared/paths.ts";
import type { ProblemCode } from "../shared/problems.ts";
import type { CheckoutSession, StartedAttempt } from "../shared/records.ts";
import type { StartAttemptRequest } from "../shared/requests.ts";
import { isCheckoutSession, isStartedAttempt } from "./answers.ts";

const TIMEOUT_MS = 20_000;

/** A code of the HTTP interface, or of what kept its answer from being heard or understood. */
export type FaultCode = ProblemCode | "network_error" | "unexpected_answer";

/** A call to the server that had no useful answer; `code` says why. */
export class ClientFault extends Error {
  override readonly name = "ClientFault";
  readonly code: FaultCode;

  constructor(code: FaultCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** One session, the secret that opens it, and the base URL of the server that keeps it. */
export interface SessionTarget {
  /** Without a slash at its end. */
  server: string;
  sessionId: string;
  clientSecret: string;
}

/**
 * Asks the server how a session stands.
 *
 * @throws ClientFault
 */
export async function readSession(target: SessionTarget): Promise<CheckoutSession> {
  const session = await request(target, PATHS.session(encodeURIComponent(target.sessionId)), isCheckoutSession);
  if (session.id !== target.sessionId) throw new ClientFault("unexpected_answer");
  return session;
}

/**
 * Starts a trip to a provider.
 *
 * @throws ClientFault
 */
export function startAttempt(target: SessionTarget, body: StartAttemptRequest): Promise<StartedAttempt> {
  return request(target, PATHS.attempts(encodeURIComponent(target.sessionId)), isStartedAttempt, body);
}

async function request<Answer>(
  { server, clientSecret }: SessionTarget,
  path: string,
  isAnswer: (answer: unknown) => answer is Answer,
  body?: object,
): Promise<Answer> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(server + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${clientSecret}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The client secret is the only key: the page's cookies are none of the server's business.
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = JSON.parse(await response.text(), dropPrototypeKey);
  } catch (cause) {
    throw new ClientFault(cause instanceof SyntaxError ? "unexpected_answer" : "network_error", { cause });
  }
  if (response.ok && isAnswer(answer)) return answer;
  throw new ClientFault(response.ok ? "unexpected_answer" : problemCode(answer));
}

function dropPrototypeKey(key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

function problemCode(answer: unknown): FaultCode {
  const code = (answer as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[a-z_]{1,64}$/.test(code) ? (code as ProblemCode) : "unexpected_answer";
}
