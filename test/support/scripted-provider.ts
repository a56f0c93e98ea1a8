import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the provider was sent. */
export interface ReceivedRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  contentType: string | undefined;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The text of the body, `""` where there was none. */
  body: string;
}

/** How the provider deals with one request: it answers, or does not. */
export type Script = (request: ReceivedRequest, response: ServerResponse) => void;

/** A provider on a port of its own, doing what a test scripted. */
export interface ScriptedProvider {
  /** Without a slash at the end. */
  url: string;
  /** All that it was sent, oldest first. */
  requests: ReceivedRequest[];
  /** Deals with every request from now on. */
  script(script: Script): void;
  /** Ends it; whoever calls it from then on finds nobody. */
  close(): Promise<void>;
}

/** Starts a provider that answers 404 until it is told otherwise. */
export async function startScriptedProvider(): Promise<ScriptedProvider> {
  let current: Script = answerJson(404, { error: "nothing is scripted" });
  const requests: ReceivedRequest[] = [];
  const deal = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await receive(incoming);
    requests.push(request);
    current(request, response);
  };
  const server = createServer((incoming, response) => {
    deal(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    script: (script) => {
      current = script;
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      // A slow answer would keep it open for as long as the test runs.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export function answerJson(status: number, body: unknown): Script {
  return answerText(status, "application/json", JSON.stringify(body));
}

/** Answers with any text. */
export function answerText(status: number, contentType: string, body: string): Script {
  return (_request, response) => {
    response.writeHead(status, { "content-type": contentType }).end(body);
  };
}

/** Sends the caller elsewhere. */
export function redirectTo(location: string): Script {
  return (_request, response) => {
    response.writeHead(307, { location }).end();
  };
}

/** Takes the request and never answers. */
export const neverAnswer: Script = () => {};

/** Starts an answer and never ends it. */
export const neverEndAnswer: Script = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).write('{"Success": true');
};

/** Cuts the connection without a word. */
export const resetConnection: Script = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Answers JSON of about this many bytes. */
export function answerTooMuch(bytes: number): Script {
  return answerText(200, "application/json", JSON.stringify({ Success: true, Message: "x".repeat(bytes) }));
}

/** Does what was asked, and then the answer is lost. */
export function loseAnswerAfter(commit: (request: ReceivedRequest) => void): Script {
  return (request, response) => {
    commit(request);
    resetConnection(request, response);
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", "http://provider.invalid");
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    contentType: incoming.headers["content-type"],
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
