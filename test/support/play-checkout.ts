import { createSecretKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { DEFAULT_SCHEDULE, type Checkout } from "../../server/checkout/checkout.ts";
import { createSession } from "../../server/checkout/create-session.ts";
import { settleNotification } from "../../server/checkout/notify.ts";
import { startAttempt } from "../../server/checkout/start-attempt.ts";
import type { Gateway } from "../../server/gateways/gateway.ts";
import { openStore } from "../../server/stores/index.ts";
import { PlayProvider, type PlayTrip } from "./play-gateway.ts";
import { storeAddress } from "./store-address.ts";
import { testClock, type TestClock } from "./server.ts";

const SILENT = pino({ level: "silent" });

/** A checkout without HTTP, whose one gateway's provider a test plays. */
export interface PlayCheckout {
  checkout: Checkout;
  provider: PlayProvider;
  clock: TestClock;
  /** Creates a session that lasts 30 seconds, and gives its id. */
  create(fields?: Record<string, unknown>): Promise<string>;
  /** Creates one and sends its customer to the provider. */
  begin(fields?: Record<string, unknown>): Promise<{ id: string; trip: PlayTrip }>;
  /** Delivers what the provider said last. */
  notify(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one; `change` may alter what its gateway does. */
export async function openPlayCheckout(change: (gateway: Gateway) => Gateway = (same) => same): Promise<PlayCheckout> {
  const clock = testClock();
  const provider = new PlayProvider(clock.now);
  const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  const store = await openStore(await storeAddress(folder), { log: SILENT, onFatal: () => undefined });
  const checkout: Checkout = {
    store,
    gateways: new Map([["play", change(provider.gateway())]]),
    environment: "test",
    publicUrl: "https://pay.example",
    storefronts: new Set(["https://shop.example"]),
    clientSecretKey: createSecretKey(Buffer.alloc(32)),
    schedule: DEFAULT_SCHEDULE,
    onDuplicate: "hold",
    now: clock.now,
    log: SILENT,
  };
  const create = async (fields: Record<string, unknown> = {}) => {
    const body = { amount: 4300, currency: "EUR", returnUrl: "https://shop.example/", expiresInSeconds: 30, ...fields };
    return (await createSession(checkout, body)).id;
  };
  return {
    checkout,
    provider,
    clock,
    create,
    begin: async (fields) => {
      const id = await create(fields);
      await startAttempt(checkout, id, { presentation: "redirect" });
      const trip = provider.trips.at(-1);
      if (trip === undefined) throw new Error("the provider was not told of the trip");
      return { id, trip };
    },
    notify: async () => {
      const query = { message: String(provider.messages.length - 1) };
      await settleNotification(checkout, "play", { method: "POST", query, body: null, contentType: null, headers: {} });
    },
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
