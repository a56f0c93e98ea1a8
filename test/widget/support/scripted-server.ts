import type { Attempt, CheckoutSession, Handoff, Payment } from "../../../shared/records.ts";

/** The origins that tests play on: `*.localhost` is this machine under any name. */
export const originOf = (host: string, port = location.port): string => `http://${host}.localhost:${port}`;

export const SERVER = originOf("server");
export const PROVIDER = originOf("provider");
export const SESSION_ID = "cs_0123456789abcdefghijkl";
export const CLIENT_SECRET = "cs_secret_0123456789abcdefghijkl";

const AT = "2026-01-01T00:00:00.000Z";

/** An open session of 43.00 EUR. */
export function sampleSession(changes: Partial<CheckoutSession> = {}): CheckoutSession {
  return {
    id: SESSION_ID,
    status: "open",
    amount: 4300,
    currency: "EUR",
    items: [{ name: "Mug", description: "Stoneware", quantity: 2, unitAmount: 1750 }],
    shipping: 490,
    tax: 610,
    discount: -300,
    orderId: "order-7",
    capture: "automatic",
    returnUrl: `${location.origin}/thanks`,
    cancelUrl: `${location.origin}/cart`,
    environment: "live",
    expiresAt: "2036-01-01T00:00:00.000Z",
    createdAt: AT,
    version: 1,
    url: `${SERVER}/checkout/token`,
    gateways: [
      { id: "card", label: "Card", presentations: ["iframe", "redirect"] },
      { id: "bank", label: "Bank & Co", presentations: ["redirect"] },
    ],
    ...changes,
  };
}

export function sampleAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    id: "at_1",
    gateway: "card",
    state: "started",
    presentation: "iframe",
    amount: 4300,
    currency: "EUR",
    environment: "live",
    createdAt: AT,
    ...changes,
  };
}

export function samplePayment(changes: Partial<Payment> = {}): Payment {
  return {
    id: "pay_1",
    version: 1,
    sessionId: SESSION_ID,
    attemptId: "at_1",
    gateway: "card",
    environment: "live",
    state: "completed",
    amount: 4300,
    capturedAmount: 4300,
    refundedAmount: 0,
    balance: 4300,
    currency: "EUR",
    remoteId: "remote-1",
    remoteState: "Completed",
    createdAt: AT,
    operations: [],
    ...changes,
  };
}

/** One call that the element made. */
export interface Call {
  method: string;
  url: string;
  body: Record<string, unknown> | undefined;
  init: RequestInit;
}

type Answer = () => Response | Promise<Response>;

/**
 * An answer whose body is there at once: a real response is read in its own time, which no test could wait for
 * without sleeping. A body that is a text stands for one that is no JSON.
 */
export function reply(body: unknown, status = 200): Response {
  const json = async (): Promise<unknown> => {
    if (typeof body === "string") throw new SyntaxError("no JSON");
    return structuredClone(body);
  };
  return { ok: status < 400, status, json } as Response;
}

/** Stands in for the server: keeps one session, starts attempts, and fails or waits where a test says so. */
export class ScriptedServer {
  session: CheckoutSession = sampleSession();
  /** The words of the languages that it has, by their tags: what the file holds. */
  words: Record<string, unknown> = {};
  /** The tags of the languages that were asked for, in that order. */
  /** What words wait for. */
  wordsOnTheirWay: Promise<void> = Promise.resolve();
  readonly askedWords: string[] = [];
  handoff: Handoff = { method: "GET", url: `${PROVIDER}/puppet` };
  readonly calls: Call[] = [];
  /** The answers to the next calls, before the usual ones. */
  readonly answers: Answer[] = [];
  readonly #fetch = globalThis.fetch;
  #attempts = 0;

  /** Takes the place of the page's `fetch` for calls to the server. */
  install(): void {
    globalThis.fetch = (input, init = {}) => {
      const url = input instanceof Request ? input.url : input.toString();
      const tag = /\/offsite-checkout\.(\w+)\.current\.json$/.exec(url)?.[1];
      if (tag !== undefined) return this.#speak(tag);
      return /\/v1\//.test(url) ? this.#answer(url, init) : this.#fetch(input, init);
    };
  }

  uninstall(): void {
    globalThis.fetch = this.#fetch;
  }

  /** Changes the session, as the server does: with the next version. */
  change(changes: Partial<CheckoutSession>): void {
    this.session = { ...this.session, ...changes, version: this.session.version + 1 };
  }

  /** Ends the latest attempt. */
  endAttempt(changes: Partial<Attempt>): void {
    this.change({ attempt: { ...sampleAttempt(), ...this.session.attempt, ...changes } });
  }

  /** Lets the money arrive. */
  complete(): void {
    this.endAttempt({ state: "settled" });
    this.change({ status: "complete", payment: samplePayment() });
  }

  /** Lets the next call wait; what is returned lets it go on. */
  hold(): () => void {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.answers.push(async () => {
      // As it was when the call came, not when its answer left.
      const session = structuredClone(this.session);
      await released;
      return reply(session);
    });
    return release;
  }

  /** The calls of one kind. */
  get asked(): number {
    return this.calls.filter(({ method }) => method === "GET").length;
  }

  get started(): Call[] {
    return this.calls.filter(({ method }) => method === "POST");
  }

  async #speak(tag: string): Promise<Response> {
    this.askedWords.push(tag);
    await this.wordsOnTheirWay;
    const words = this.words[tag];
    return words === undefined ? problem(404, "not_found")() : reply(words);
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const method = init.method ?? "GET";
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as Record<string, unknown>) : undefined;
    this.calls.push({ method, url, body, init });
    const scripted = this.answers.shift();
    if (scripted !== undefined) return scripted();
    if (method === "GET") return reply(this.session);
    this.#attempts += 1;
    const attempt = sampleAttempt({ id: `at_${this.#attempts}`, gateway: String(body?.["gateway"]) });
    this.change({ attempt });
    return reply({ attempt, handoff: this.handoff }, 201);
  }
}

/** An answer with a problem of the server's. */
export function problem(status: number, code: string): Answer {
  return () => reply({ code, status, title: "", detail: "", type: "", requestId: "" }, status);
}

/** A connection that breaks. */
export const brokenConnection: Answer = () => Promise.reject(new TypeError("Failed to fetch"));
