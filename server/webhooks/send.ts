/**
 * The one way in which a delivery leaves the server.
 *
 * 1. The address that the name leads to is checked, and then the one that the connection has come to, before a byte of
 *    the request is written: a name that leads elsewhere the second time leads nowhere.
 * 2. One time limit covers the whole call. No redirect is followed. Of the answer only its beginning is read.
 * 3. It never throws: what came of it is told.
 */
import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from "node:dns";
import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import type { DeliveryRequest } from "../checkout/endpoint.ts";
import { isPublicAddress, isPublicHost } from "../public-address.ts";

/** What came of one call. */
export interface SendResult {
  httpStatus?: number;
  error?: string;
  durationMs: number;
  answer?: string;
  /** The answer's `Retry-After`, as it came. */
  retryAfter?: string;
}

/** Finds all addresses of a name. */
export type LookUp = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** How deliveries are sent. */
export interface SendOptions {
  /** Whether addresses of this machine and of private networks may be called. */
  allowPrivate: boolean;
  timeoutMs?: number;
  lookUp?: LookUp;
  /** Ends the call at once. */
  signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 2048;
const MAX_ANSWER_LENGTH = 500;

class RefusedAddressError extends Error {}

/** Sends one request. */
export async function send(url: string, { headers, body }: DeliveryRequest, options: SendOptions): Promise<SendResult> {
  const { allowPrivate, timeoutMs = TIMEOUT_MS, lookUp = lookUpName } = options;
  const startedAt = performance.now();
  const ended = () => Math.round(performance.now() - startedAt);
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  try {
    const target = new URL(url);
    if (!allowPrivate && !isPublicHost(target.hostname)) throw new RefusedAddressError();
    const content = Buffer.from(body);
    const response = await call(target, content, allowPrivate, {
      method: "POST",
      // A connection of its own, whose address is checked.
      agent: false,
      signal,
      lookup: checkedLookup(lookUp, allowPrivate),
      headers: { ...headers, "content-length": content.length, "user-agent": "offsite-checkout" },
    });
    const answer = await readBeginning(response);
    const retryAfter = response.headers["retry-after"];
    return {
      httpStatus: response.statusCode ?? 0,
      durationMs: ended(),
      ...(answer === "" ? {} : { answer }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  } catch (error) {
    return { error: describeFault(error, limit.aborted, timeoutMs), durationMs: ended() };
  }
}

function call(target: URL, content: Buffer, allowPrivate: boolean, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isSecure = target.protocol === "https:";
    const request: ClientRequest = (isSecure ? requestHttps : requestHttp)(target, options);
    request.once("error", reject);
    request.once("response", resolve);
    // A change of protocol (101) brings neither, and what is under way would be so for ever.
    request.once("close", () => reject(new Error("the connection was closed without an answer")));
    request.once("socket", (socket) => {
      socket.once(isSecure ? "secureConnect" : "connect", () => {
        // Nothing of the request has been written yet.
        if (allowPrivate || isPublicAddress(socket.remoteAddress ?? "")) request.end(content);
        else request.destroy(new RefusedAddressError());
      });
    });
  });
}

function checkedLookup(lookUp: LookUp, allowPrivate: boolean): LookupFunction {
  return (name, options, callback) => {
    lookUp(name, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) callback(error ?? new Error(`${name} has no address`), "", 0);
      // One private address among public ones is reason enough not to trust the name.
      else if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        callback(new RefusedAddressError(), "", 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function readBeginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size >= MAX_ANSWER_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString("utf8");
  return text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, MAX_ANSWER_LENGTH)
    .toWellFormed();
}

function describeFault(error: unknown, isTooLate: boolean, timeoutMs: number): string {
  if (error instanceof RefusedAddressError) return "the address is private, and allowPrivateWebhooks is not set";
  if (isTooLate) return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? `could not be reached (${code})` : "could not be reached";
}
