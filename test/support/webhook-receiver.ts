import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { CheckoutEvent } from "../../shared/events.ts";
import type { CheckoutSession, Payment } from "../../shared/records.ts";

/** The secret that {@link startReceiver} verifies with. */
export const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAbCdEfGh";

/** What the merchant's server understands of a delivery. */
export interface ReceivedWebhook {
  id: string;
  type: string;
  timestamp: string;
  data: { event: CheckoutEvent; session: CheckoutSession; payment?: Payment };
  headers: IncomingHttpHeaders;
  /** The body as it was verified. */
  message: unknown;
}

/** A merchant's server that verifies what it is sent with the library of Standard Webhooks. */
export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  /** How it answers from now on; 204 unless told. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** How often it was called. */
  calls: number;
  close(): Promise<void>;
}

/** Starts one, on a port that may be given. */
export async function startReceiver({ port = 0, secret = WEBHOOK_SECRET } = {}): Promise<Receiver> {
  // Its clock is the test's business: the library's own check of age is left to its own tests.
  const verifier = new Webhook(secret);
  const server = createServer((request, response) => {
    void receive(request, response);
  });
  const receiver: Receiver = {
    url: "",
    received: [],
    calls: 0,
    answer: (_request, response) => void response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    receiver.calls += 1;
    try {
      const message = verifyAt(verifier, body, request.headers as Record<string, string>);
      const { headers } = request;
      receiver.received.push({ ...(message as ReceivedWebhook), id: String(headers["webhook-id"]), headers, message });
    } catch {
      response.writeHead(401).end();
      return;
    }
    receiver.answer(request, response);
  }
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  return receiver;
}

/** Verifies at the time at which the message says it was sent, where a test's clock is another one. */
function verifyAt(verifier: Webhook, body: string, headers: Record<string, string>): unknown {
  const now = Date.now;
  Date.now = () => Number(headers["webhook-timestamp"]) * 1000;
  try {
    return verifier.verify(body, headers);
  } finally {
    Date.now = now;
  }
}
