import { PATHS } from "../../shared/paths.ts";
import type { Problem, ProblemCode } from "../../shared/problems.ts";

const TIMEOUT_MS = 40_000;

/** What went wrong with a call: the server's problem, or that it could not be asked. */
export class ConsoleProblem extends Error {
  readonly code: ProblemCode | "network_error" | "unexpected_answer";
  readonly requestId: string | undefined;

  constructor(code: ConsoleProblem["code"], message: string, requestId?: string) {
    super(message);
    this.name = "ConsoleProblem";
    this.code = code;
    this.requestId = requestId;
  }
}

/** A gateway as `GET /v1/gateways` tells of it. */
export interface GatewayView {
  id: string;
  label: string;
  abilities: string[];
  circuit: { state: "closed" | "open"; failures: number };
}

/** A page of a list. */
export interface ListPage<Item> {
  data: Item[];
  next: string | null;
}

/** What filters a list, by the names of its query parameters; what is empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * Calls the server with the secret key. The key lives in this object alone: it is in no storage, no address and no
 * history, and is gone with the object.
 */
export class ConsoleClient {
  readonly #key: string;
  readonly #onRefused: () => void;

  constructor(key: string, onRefused: () => void) {
    this.#key = key;
    this.#onRefused = onRefused;
  }

  /** Reads the gateways, which also tells whether the key is right. */
  async gateways(): Promise<GatewayView[]> {
    return (await this.get<{ data: GatewayView[] }>(PATHS.gateways)).data;
  }

  /** @throws ConsoleProblem */
  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, String(value)]],
    );
    const search = new URLSearchParams(given).toString();
    return this.#call(search === "" ? path : `${path}?${search}`, {});
  }

  /**
   * Posts, with a key under which the same is done only once, however often it is sent.
   *
   * @throws ConsoleProblem
   */
  post<Answer>(path: string, idempotencyKey: string, body: object = {}): Promise<Answer> {
    const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
    return this.#call(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async #call<Answer>(
    path: string,
    { headers, ...init }: Omit<RequestInit, "headers"> & { headers?: Record<string, string> },
  ): Promise<Answer> {
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(path, {
        ...init,
        headers: { ...headers, authorization: `Bearer ${this.#key}` },
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = await response.json();
    } catch {
      throw new ConsoleProblem("network_error", "The server could not be reached, or did not answer in time.");
    }
    if (response.ok) return answer as Answer;
    if (response.status === 401) this.#onRefused();
    throw toProblem(answer);
  }
}

/** Makes a key for `Idempotency-Key` of 128 random bits. */
export function newIdempotencyKey(): string {
  // Not `randomUUID`, which a console on plain http has not got.
  return `console-${crypto.getRandomValues(new Uint8Array(16)).join("-")}`;
}

function toProblem(answer: unknown): ConsoleProblem {
  const { code, detail, requestId, errors = [] } = answer as Partial<Problem>;
  if (typeof code !== "string" || typeof detail !== "string") {
    return new ConsoleProblem("unexpected_answer", "The server answered in a way that this page does not know.");
  }
  const faults = errors.map(({ path, message }) => `${path} ${message}`).join("; ");
  return new ConsoleProblem(code, faults === "" ? detail : `${detail}: ${faults}`, requestId);
}
