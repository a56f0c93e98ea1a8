import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { DEFAULT_SCHEDULE, type Checkout } from "../../../server/checkout/checkout.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { bringUpToDate, runDueWork } from "../../../server/checkout/due-work.ts";
import { settleNotification } from "../../../server/checkout/notify.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { openJsonStore } from "../../../server/stores/json.ts";
import type { Store } from "../../../server/stores/store.ts";
import { PlayProvider } from "../../support/play-gateway.ts";
import { testClock } from "../../support/server.ts";

const SILENT = pino({ level: "silent" });

describe("asking a provider", () => {
  const clock = testClock();
  const provider = new PlayProvider(clock.now);
  let folder: string;
  let store: Store;
  let checkout: Checkout;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    store = await openJsonStore({ folder, log: SILENT });
    checkout = {
      store,
      gateways: new Map([["play", provider.gateway()]]),
      environment: "test",
      publicUrl: "https://pay.example",
      storefronts: new Set(["https://shop.example"]),
      clientSecretKey: createSecretKey(Buffer.alloc(32)),
      schedule: DEFAULT_SCHEDULE,
      onDuplicate: "hold",
      now: clock.now,
      log: SILENT,
    };
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(): Promise<string> {
    const body = { amount: 4300, currency: "EUR", returnUrl: "https://shop.example/", expiresInSeconds: 30 };
    const { id } = await createSession(checkout, body);
    await startAttempt(checkout, id, { presentation: "redirect" });
    return id;
  }

  it("leaves a session readable whose provider names another order's money, and asks again later", async () => {
    const paid = await begin();
    const other = await begin();
    const [first, second] = provider.trips.slice(-2);
    assert.ok(first && second);
    provider.act(first, "pay");
    const query = { message: String(provider.messages.length - 1) };
    await settleNotification(checkout, "play", { method: "POST", query, body: null, contentType: null, headers: {} });
    assert.equal((await bringUpToDate(checkout, paid)).session.status, "complete");
    provider.act(second, "pay");
    second.remoteId = first.remoteId;
    clock.advance(31);
    const { session, payments, dueAt } = await bringUpToDate(checkout, other);
    assert.deepEqual([session.status, payments], ["open", []]);
    assert.ok(dueAt !== undefined && dueAt > clock.now().toISOString());
    assert.equal(await runDueWork(checkout), 0);
  });
});
