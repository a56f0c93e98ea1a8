import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PROBLEMS, type ProblemCode } from "../../shared/problems.ts";
import { toProblem } from "./problems.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const MAX_HEADER_BYTES = 16_384;
const DRAIN_MS = 10_000;
const DRAIN_CHECK_MS = 50;

/** A server that takes requests. */
export interface Listening {
  port: number;
  /** Takes no new requests, lets those under way finish for up to 10 s, and closes every connection. */
  close(): Promise<void>;
}

/**
 * Serves requests within limits: headers within 10 s and 16 KiB, the whole request within 20 s.
 *
 * @throws Error with `code` `EADDRINUSE` where the port is taken
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
  { port, host }: { port: number; host: string | undefined },
): Promise<Listening> {
  let isClosing = false;
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      if (isClosing) response.setHeader("Connection", "close");
      if (hasReadableTarget(request)) handle(request, response);
      else answerUnreadableTarget(response);
    },
  );
  server.on("clientError", answerClientError);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      isClosing = true;
      return drain(server);
    },
  };
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Kept-alive connections would hold the server open for seconds after their last answer.
  const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
  const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
}

/** Tells whether an address is a path, or one that a proxy was asked for: on any other, Koa's own reading throws. */
function hasReadableTarget({ url = "" }: IncomingMessage): boolean {
  return url.startsWith("/") || url === "*" || URL.canParse(url);
}

function answerUnreadableTarget(response: ServerResponse): void {
  const problem = toProblem("malformed_request", "the address cannot be read", "");
  response.writeHead(problem.status, {
    "Content-Type": "application/problem+json; charset=utf-8",
    "Cache-Control": "no-store",
    Connection: "close",
  });
  response.end(JSON.stringify(problem));
}

/** Answers what Node refuses before there is a request: too slow, too long, or no HTTP. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = describeClientError(error.code);
  const body = JSON.stringify({ ...toProblem(code, detail, ""), status });
  socket.end(
    `HTTP/1.1 ${status} ${PROBLEMS[code].title}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n${body}`,
  );
}

function describeClientError(code: string | undefined): [status: number, code: ProblemCode, detail: string] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, "malformed_request", "the headers are larger than 16 KiB"];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "malformed_request", "the request did not arrive in time"];
    default:
      return [400, "malformed_request", "this is not an HTTP request"];
  }
}
