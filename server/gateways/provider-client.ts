/**
 * The one way in which a gateway calls its provider.
 *
 * 1. One time limit covers the whole call, the answer's body included; no redirect is followed, since a provider that
 *    sends us elsewhere would be sent our secrets there.
 * 2. The body is read up to a cap and as strict JSON. Answers 2xx and 4xx are the gateway's to understand; everything
 *    else is thrown as `gateway_unavailable`, and says whether the provider may have done what was asked.
 * 3. No secret reaches a message or a cause, also where the provider or the platform repeats one.
 */
import { inspect } from "node:util";
import { withoutCardNumbers } from "../../shared/card-number.ts";
import { GatewayError } from "../errors.ts";
import { parseJson } from "../parse.ts";
import { truncate } from "./provider-text.ts";

/** The most bytes of an answer that are read. */
export const MAX_ANSWER_BYTES = 1_000_000;

const MAX_EXCERPT_LENGTH = 300;

/** How a gateway's provider is called. */
export interface ProviderClientOptions {
  fetch: typeof globalThis.fetch;
  /** What may stand in no message and no cause. */
  secrets: readonly string[];
  /** For one whole call, in milliseconds. */
  timeoutMs: number;
}

/** One call; `json`, or `jsonText` as it stands, is sent as the body of a POST. */
export interface ProviderCall {
  method: "GET" | "POST";
  /** Absolute; messages show it up to its query, for that may hold a key. */
  url: string;
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  /** JSON that is already written, where a signature covers its very text. */
  jsonText?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A status 200 to 299 or 400 to 499 with its JSON body. */
export interface ProviderAnswer {
  status: number;
  body: unknown;
}

/** A provider, as a gateway talks to it. */
export interface ProviderClient {
  /** @throws GatewayError `gateway_unavailable` where it is slow, gone, answers 3xx, 5xx, not JSON or too much */
  call(request: ProviderCall): Promise<ProviderAnswer>;
  /** Takes every secret out of a provider's words. */
  withoutSecrets: (text: string) => string;
}

/** Makes the client of one configured gateway. */
export function createProviderClient({ fetch, secrets, timeoutMs }: ProviderClientOptions): ProviderClient {
  const withoutSecrets = secretRemover(secrets);
  const call = async (request: ProviderCall): Promise<ProviderAnswer> => {
    const { method } = request;
    const [place] = request.url.split("?");
    const unavailable = (what: string, cause: unknown, mayBeDone: boolean) =>
      new GatewayError("gateway_unavailable", withoutSecrets(`${method} ${place} ${what}`), {
        cause: safeCause(cause, withoutSecrets),
        // A question changes nothing at the provider, answered or not.
        inDoubt: method !== "GET" && mayBeDone,
      });
    let status: number;
    let bytes: Buffer;
    try {
      const response = await fetch(addressOf(request), {
        ...contentOf(request),
        method,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      bytes = await readBody(response);
    } catch (cause) {
      throw unavailable(describeFault(cause, timeoutMs), cause, !isUnsent(cause));
    }
    const isSuccess = status >= 200 && status < 300;
    // 408 says that the provider gave up, not that it did nothing.
    const isRefusal = status >= 400 && status < 500 && status !== 408;
    // Cut only after the secrets are out: half of one is no longer found.
    const excerpt = () =>
      new Error(`it began: ${truncate(withoutSecrets(bytes.toString("utf8")), MAX_EXCERPT_LENGTH)}`);
    if (!isSuccess && !isRefusal) throw unavailable(`answered ${status}`, excerpt(), true);
    try {
      return { status, body: parseJson(bytes) };
    } catch {
      // The parser's own message quotes the answer, with whatever part of a secret stands there.
      throw unavailable(`answered ${status} with what is not plain JSON`, excerpt(), isSuccess);
    }
  };
  return { call, withoutSecrets };
}

function addressOf({ url, query = {} }: ProviderCall): string {
  const search = new URLSearchParams(query).toString();
  return search === "" ? url : `${url}?${search}`;
}

function contentOf({ json, jsonText, headers: given = {} }: ProviderCall): RequestInit {
  const headers = { ...given, accept: "application/json" };
  const body = jsonText ?? (json === undefined ? undefined : JSON.stringify(json));
  return body === undefined ? { headers } : { headers: { ...headers, "content-type": "application/json" }, body };
}

class AnswerTooLargeError extends Error {}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new AnswerTooLargeError(`more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function describeFault(cause: unknown, timeoutMs: number): string {
  if (cause instanceof AnswerTooLargeError) return `answered ${cause.message}`;
  if (cause instanceof Error && cause.name === "TimeoutError") return `did not answer within ${timeoutMs} ms`;
  return isUnsent(cause) ? "could not be reached" : "broke off before it answered";
}

/** Tells whether a request cannot have left, since there was never a connection. */
function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnsent);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT") return true;
  return isUnsent(error.cause);
}

function secretRemover(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ "": secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ]);
  // The longest first, so that no part of one stays behind.
  const ordered = [...new Set(forms)].sort((one, other) => other.length - one.length);
  // A provider's words may quote what nobody here may keep, too.
  return (text) => withoutCardNumbers(ordered.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text));
}

/** Keeps a cause as it is where a log of it would show no secret; else only its words, without them. */
function safeCause(cause: unknown, withoutSecrets: (text: string) => string): unknown {
  const shown = inspect(cause, { depth: 8 });
  return withoutSecrets(shown) === shown ? cause : new Error(withoutSecrets(String(cause)));
}
