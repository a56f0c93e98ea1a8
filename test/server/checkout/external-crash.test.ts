/** An external gateway's payment with the server cut off before each of its writes: in the end it is paid once. */
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pino } from "pino";
import { DEFAULT_SCHEDULE, type Checkout } from "../../../server/checkout/checkout.ts";
import { findTripByToken, settleReturn } from "../../../server/checkout/come-back.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { settleNotification } from "../../../server/checkout/notify.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { StoreError } from "../../../server/errors.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import { openJsonStore } from "../../../server/stores/json.ts";
import type { Store } from "../../../server/stores/store.ts";
import { signExternal, startExternalEndpoint, type ExternalEndpoint } from "../../support/external-endpoint.ts";
import { testClock } from "../../support/server.ts";

const SILENT = pino({ level: "silent" });

/** Gives the store of a process that dies at its n-th write, before or after it is on disk. */
function dyingStore(store: Store, writes: number, isWritten: boolean): Store {
  let left = writes;
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "transact") return value.bind(target);
      return async (...parameters: Parameters<Store["transact"]>) => {
        left -= 1;
        if (left === 0 && isWritten) await target.transact(...parameters);
        if (left <= 0) throw new StoreError("storage_unavailable", "the process is dead");
        return target.transact(...parameters);
      };
    },
  });
}

/** Pays with a process that dies at a write, and then lets another do what is due. */
async function payWithDeath(writes: number, isWritten: boolean, isPromised: boolean) {
  const endpoint = await startExternalEndpoint();
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
    now: clock.now,
    log: SILENT,
  };
  try {
    const { id } = await createSession(checkout, {
      amount: 12_900,
      currency: "EUR",
      returnUrl: "https://shop.example/",
    });
    const { handoff } = await startAttempt(checkout, id, { presentation: "redirect" });
    const token = new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "";
    endpoint.behaviour = isPromised ? "promise" : "succeed";
    const dying = { ...checkout, store: dyingStore(store, writes, isWritten) };
    const hasDied = await comeBack(dying, token).then(
      () => false,
      () => true,
    );
    endpoint.behaviour = "succeed";
    // The customer, whose browser had no answer, comes back once more.
    await comeBack(checkout, token);
    for (let round = 0; round < 4; round += 1) {
      clock.advance(400);
      await runDueWork(checkout);
      if (isPromised) await endActions(checkout, endpoint);
    }
    const ledger = await store.readLedger(id);
    assert.ok(ledger);
    return { hasDied, ledger, endpoint };
  } finally {
    await store.close();
    await endpoint.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function comeBack(checkout: Checkout, token: string): Promise<void> {
  await settleReturn(checkout, await findTripByToken(checkout, token), {
    method: "GET",
    query: { payment_source_token: "tok_1" },
    body: null,
    contentType: null,
    headers: {},
  });
}

async function endActions(checkout: Checkout, { calls }: ExternalEndpoint): Promise<void> {
  for (const { key } of calls) {
    const body = Buffer.from(JSON.stringify({ success: true, data: { action_id: `action-${key}` } }));
    const headers = { "x-commercelayer-signature": signExternal(body) };
    const request = { method: "POST" as const, query: {}, body, contentType: "application/json", headers };
    await settleNotification(checkout, "external", request).catch(() => undefined);
  }
}

function assertPaidOnce({ session, payments }: Ledger, { done }: ExternalEndpoint): void {
  assert.equal(session.status, "complete");
  assert.equal(payments.length, 1);
  const [payment] = payments;
  assert.deepEqual([payment?.state, payment?.capturedAmount], ["completed", 12_900]);
  assert.deepEqual(
    payment?.operations.map(({ type, status }) => [type, status]),
    [["capture", "succeeded"]],
  );
  assert.deepEqual(
    [...done.values()].map(({ action }) => action),
    ["authorize", "capture"],
  );
}

describe("a payment at an external gateway is taken once", () => {
  for (const isPromised of [false, true]) {
    for (const isWritten of [false, true]) {
      const how = `${isPromised ? "asynchronously" : "synchronously"}, a write is ${isWritten ? "the last" : "lost"}`;
      it(`whichever write the process dies at: ${how}`, async () => {
        let writes = 1;
        for (; writes < 20; writes += 1) {
          const { hasDied, ledger, endpoint } = await payWithDeath(writes, isWritten, isPromised);
          assertPaidOnce(ledger, endpoint);
          if (!hasDied) break;
        }
        assert.ok(writes >= (isPromised ? 4 : 6) && writes < 20, `it died at ${writes - 1} writes`);
      });
    }
  }
});
