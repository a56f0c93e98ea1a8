import { createApp } from "../../server/app.ts";
import type { Checkout } from "../../server/checkout/checkout.ts";
import { hashSecret } from "../../server/checkout/ids.ts";
import { listen } from "../../server/http/listen.ts";
import { createMetrics } from "../../server/metrics/metrics.ts";
import { callServer, SECRET_KEY, type TestServer } from "./server.ts";

/** Makes the HTTP interface of a checkout that a test has made itself, for {@link SECRET_KEY}. */
export function createTestApp(checkout: Checkout): ReturnType<typeof createApp> {
  return createApp({
    checkout,
    keys: { secretKeyHash: hashSecret(SECRET_KEY) },
    countCreation: () => undefined,
    closing: new AbortController().signal,
    metrics: createMetrics(),
    widget: { script: Buffer.from(""), version: "0", integrity: "", words: new Map() },
    consoleScript: Buffer.alloc(0),
  });
}

/** Serves such a checkout on a free port; the caller closes it. */
export async function serveCheckout(checkout: Checkout): Promise<Pick<TestServer, "call" | "close">> {
  const listening = await listen(createTestApp(checkout).callback(), { port: 0, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${listening.port}`;
  return { call: (path, request = {}) => callServer(url, path, request), close: () => listening.close() };
}
