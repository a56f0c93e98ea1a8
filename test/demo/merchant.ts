import type { IncomingHttpHeaders } from "node:http";
import { pino } from "pino";
import { pauseFor, startProvider, type ProviderOptions } from "../../demo/provider/provider.ts";
import { listen } from "../../demo/listen.ts";

/** A callback as it arrived. */
export interface ReceivedCallback {
  headers: IncomingHttpHeaders;
  body: string;
}

/** The provider's only account and application in these tests. */
export const ACCOUNT = { id: "shop-1", secret: "universal-secret-of-the-tests" };
export const APPLICATION = {
  key: "application-key",
  secret: "application-secret",
  destinationId: "812-713-9234",
  merchant: "Fernhill",
};

/** The provider's only account for external gateways in these tests, but for the address of its webhook. */
export const WALLET = { id: "shop-1", secret: "external-secret-of-the-tests", merchant: "Fernhill" };

/** Starts a provider and a merchant's server that takes its callbacks. */
export async function startMerchant(options: Partial<ProviderOptions> = {}) {
  const received: ReceivedCallback[] = [];
  let held: Promise<void> | undefined;
  const merchant = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.end();
    });
  }, 0);
  const provider = await startProvider({
    port: 0,
    universalAccounts: [ACCOUNT],
    dwollaApplications: [APPLICATION],
    externalAccounts: [{ ...WALLET, webhookUrl: `${merchant.url}/notify/wallet` }],
    now: () => new Date(),
    log: pino({ level: "silent" }),
    pause: async (signal) => {
      await held;
      await pauseFor(20)(signal);
    },
    ...options,
  });
  return {
    received,
    url: merchant.url,
    provider: provider.url,
    /** Lets none of the provider's pauses end until the function that is given back is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    close: async () => {
      await provider.close();
      await merchant.close();
    },
  };
}

export type Merchant = Awaited<ReturnType<typeof startMerchant>>;

/** Posts a form as a browser would, without following where it leads. */
export function postForm(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
}

/** Makes a choice on a payment's page and gives the address that the customer is sent to. */
export async function choose(merchant: Merchant, paymentId: string, choice: string): Promise<URL> {
  const response = await postForm(`${merchant.provider}/payments/${paymentId}/choice`, { choice });
  return new URL(response.headers.get("location") ?? "", merchant.provider);
}

/** Waits until so many callbacks have arrived, for at most two seconds. */
export async function receive(merchant: Merchant, count: number): Promise<ReceivedCallback[]> {
  const deadlineMs = performance.now() + 2000;
  while (merchant.received.length < count && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return merchant.received;
}
