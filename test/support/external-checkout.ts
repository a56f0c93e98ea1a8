import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { DEFAULT_SCHEDULE, type Checkout } from "../../server/checkout/checkout.ts";
import { findTripByToken, settleReturn } from "../../server/checkout/come-back.ts";
import { settleNotification } from "../../server/checkout/notify.ts";
import { CheckoutError } from "../../server/errors.ts";
import { configureGateway } from "../../server/gateways/index.ts";
import { openJsonStore } from "../../server/stores/json.ts";
import { signExternal, type ExternalEndpoint } from "./external-endpoint.ts";
import { testClock, type TestClock } from "./server.ts";

const SILENT = pino({ level: "silent" });

/** Opens a checkout without HTTP of its own, whose one gateway leads to an endpoint. */
export async function openExternalCheckout(
  endpoint: ExternalEndpoint,
): Promise<{ checkout: Checkout; clock: TestClock; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  const clock = testClock();
  const store = await openJsonStore({ folder, log: SILENT, now: clock.now });
  const configured = configureGateway(endpoint.config, "test");
  const gateway = configured.create?.({ id: "external", fetch: globalThis.fetch, now: clock.now });
  assert.ok(gateway !== undefined);
  const checkout: Checkout = {
    store,
    gateways: new Map([["external", gateway]]),
    environment: "test",
    publicUrl: "https://pay.example",
    storefronts: new Set(["https://shop.example"]),
    clientSecretKey: createSecretKey(Buffer.alloc(32)),
    schedule: DEFAULT_SCHEDULE,
    onDuplicate: "hold",
    lookAgainAfterMs: [],
    now: clock.now,
    log: SILENT,
  };
  return {
    checkout,
    clock,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Brings the customer of an attempt back, by the token in its return address. */
export async function comeBack(checkout: Checkout, returnToken: string): Promise<void> {
  await settleReturn(checkout, await findTripByToken(checkout, returnToken), {
    method: "GET",
    query: { payment_source_token: "tok_1" },
    body: null,
    contentType: null,
    headers: {},
  });
}

/** Tells by webhook that everything which was ever asked for has succeeded; what was not promised is refused. */
export async function endActions(checkout: Checkout, { calls }: ExternalEndpoint): Promise<void> {
  for (const { key } of calls) {
    const body = Buffer.from(JSON.stringify({ success: true, data: { action_id: `action-${key}` } }));
    const headers = { "x-commercelayer-signature": signExternal(body) };
    const request = { method: "POST" as const, query: {}, body, contentType: "application/json", headers };
    try {
      await settleNotification(checkout, "external", request);
    } catch (error) {
      if (!(error instanceof CheckoutError) || error.code !== "not_found") throw error;
    }
  }
}
