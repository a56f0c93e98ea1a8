import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Ledger } from "../../server/stores/ledger.ts";
import type { Store } from "../../server/stores/store.ts";
import { sampleTime } from "../support/sample-ledger.ts";

/** An empty place for records, of one test alone. */
export interface StorePlace {
  /** Opens a store there. What was stored by an earlier one is found again. */
  open(): Promise<Store>;
  /** Frees it, when its stores are closed. */
  remove(): Promise<void>;
}

/** Makes an empty place that one test uses, and its end frees. */
export type MakePlace = (t: TestContext) => Promise<StorePlace>;

/** Opens a store with nothing in it, which the test's end closes. */
export type OpenFresh = (t: TestContext) => Promise<Store>;

/** Makes places whose stores are closed, and which are then removed, when the test ends. */
export function cleaningUp(makePlace: () => Promise<StorePlace>): MakePlace {
  return async (t) => {
    const place = await makePlace();
    const stores: Store[] = [];
    t.after(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await place.remove();
    });
    const open = async () => {
      const store = await place.open();
      stores.push(store);
      return store;
    };
    return { ...place, open };
  };
}

/** Commits a ledger as it is. */
export async function put(store: Store, ledger: Ledger): Promise<void> {
  await store.transact(ledger.session.id, () => ({ result: undefined, ledger }));
}

/** Changes a session that is there. */
export async function alter(store: Store, sessionId: string, change: (ledger: Ledger) => void): Promise<void> {
  await store.transact(sessionId, (ledger) => {
    assert.ok(ledger !== null, `${sessionId} is there`);
    change(ledger);
    return { result: undefined, ledger };
  });
}

/** Reads all sessions, payments and events of a small store. */
export async function everything(store: Store) {
  return {
    ledgers: (await store.listSessions({}, { limit: 1000 })).items,
    payments: (await store.listPayments({}, { limit: 1000 })).items,
    events: await store.listEvents(0, 1000),
  };
}

/** Waits for something that is on its way, for so long at most. */
export async function waitUntil(isThere: () => boolean, limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isThere()) {
    assert.ok(performance.now() < end, "what was awaited came");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Tells what becomes of claims on some keys of {@link sampleAnswer}, which end at once. */
export async function claimStates(store: Store, ...keys: string[]): Promise<string[]> {
  const times = { now: sampleTime(1), leaseUntil: sampleTime(1) };
  const claims = keys.map((key) => store.claimIdempotencyKey({ ...sampleAnswer(key), ...times }));
  return (await Promise.all(claims)).map(({ state }) => state);
}

/** An answer to keep, for a day. */
export function sampleAnswer(key: string) {
  return {
    scope: "merchant /v1/checkout-sessions",
    key,
    requestHash: "a".repeat(64),
    result: '{"id":"cs_1"}',
    createdAt: sampleTime(0),
    expiresAt: sampleTime(86_400),
  };
}
