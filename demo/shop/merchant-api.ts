import { PATHS } from "../../shared/paths.ts";
import { CheckoutSession, CreatedCheckoutSession } from "../../shared/records.ts";

/** What the shop asks the server to be paid. */
export interface NewSession {
  currency: string;
  items: readonly { name: string; sku: string; quantity: number; unitAmount: number }[];
  shipping: number;
  orderId: string;
  returnUrl: string;
  cancelUrl: string;
  locale: string;
  capture?: "automatic" | "manual";
  customer?: { email: string; name: string; reference: string };
}

/** The server refused or could not be reached. */
export class ServerError extends Error {
  /** The problem's code, where the server gave one. */
  readonly code: string | undefined;

  constructor(message: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ServerError";
    this.code = options.code;
  }
}

const TIMEOUT_MS = 15_000;

/** The shop's back end as a caller of the server: the only place that knows the secret key. */
export class MerchantApi {
  readonly #serverUrl: string;
  readonly #secretKey: string;

  constructor(serverUrl: string, secretKey: string) {
    this.#serverUrl = serverUrl;
    this.#secretKey = secretKey;
  }

  /** Creates a session; the same `key` never makes a second one. @throws ServerError */
  async createSession(session: NewSession, key: string): Promise<CreatedCheckoutSession> {
    return CreatedCheckoutSession.parse(await this.#call("POST", PATHS.sessions, session, key));
  }

  /** Reads how a session stands. @throws ServerError */
  async readSession(id: string): Promise<CheckoutSession> {
    return CheckoutSession.parse(await this.#call("GET", PATHS.session(id)));
  }

  /** Calls a session off, so that it can no longer be paid. @throws ServerError `session_complete` where it is paid */
  async cancelSession(id: string): Promise<void> {
    await this.#call("POST", PATHS.cancelSession(id));
  }

  async #call(method: "GET" | "POST", path: string, body?: object, key?: string): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(this.#serverUrl + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#secretKey}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw new ServerError("The payment server does not answer.", { cause });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const problem = (answer ?? {}) as { code?: string; detail?: string };
    throw new ServerError(`The payment server answered ${response.status}: ${problem.detail ?? "no reason"}`, {
      code: problem.code,
    });
  }
}
