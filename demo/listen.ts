import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server that takes requests. */
export interface Listening {
  /** Its origin, such as `http://localhost:4300`. */
  url: string;
  /** Ends it: what is under way has half a second to finish, and every connection is closed. */
  close(): Promise<void>;
}

const GRACE_MS = 500;

/**
 * Serves on a port of this machine alone; port 0 takes a free one.
 *
 * @throws Error with `code` `EADDRINUSE` where the port is taken
 */
export async function listen(handler: RequestListener, port: number): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { url, close };

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A browser keeps connections open for long after its last request: closing would wait for them.
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(timer);
  }
}
