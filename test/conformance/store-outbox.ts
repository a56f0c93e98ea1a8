import assert from "node:assert/strict";
import { it } from "node:test";
import { endpointName, type DeliveryRecord, type NewDelivery } from "../../server/stores/delivery.ts";
import { StateError } from "../../server/errors.ts";
import type { Store } from "../../server/stores/store.ts";
import { sampleEvent, sampleId, sampleLedger, sampleTime } from "../support/sample-ledger.ts";
import { claimStates, sampleAnswer, type MakePlace, type OpenFresh } from "./store-place.ts";

const SHOP = "https://shop.example/hooks";
const STOCK = "https://stock.example/hooks?a=1&b=\u2028";

/** Makes a delivery that is due at once. */
export function sampleDelivery(number: number, part: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id: `whd_${String(number).padStart(22, "0")}`,
    kind: "webhook",
    endpoint: SHOP,
    eventId: sampleEvent(number, "").id,
    eventType: "payment.completed",
    sessionId: sampleId(number),
    paymentId: `pay_${number}`,
    status: "due",
    attempts: [],
    tries: 0,
    payload: JSON.stringify({ text: "Ada, 50 × 70, \u2028 \u0000 \ud800" }),
    nextAttemptAt: sampleTime(number),
    createdAt: sampleTime(number),
    ...part,
  };
}

/** Commits a session with an event and its deliveries. */
export async function putDelivery(store: Store, number: number, ...deliveries: NewDelivery[]): Promise<void> {
  const events = [sampleEvent(number, sampleId(number))];
  await store.transact(sampleId(number), () => ({ result: 0, ledger: sampleLedger(number), events, deliveries }));
}

/** Tests of what is to be delivered. */
export function outboxTests(makePlace: MakePlace): void {
  const open: OpenFresh = async (t) => (await makePlace(t)).open();
  const claim = async (store: Store, seconds: number, { endpoint = SHOP, limit = 10 } = {}) => {
    const name = endpointName({ kind: "webhook", endpoint });
    const times = { now: sampleTime(seconds), leaseUntil: sampleTime(seconds + 60) };
    return await store.claimDeliveries({ endpoint: name, ...times, limit });
  };
  const ids = (deliveries: readonly DeliveryRecord[]) => deliveries.map(({ id }) => id);
  const sampleIds = (...numbers: number[]) => numbers.map((number) => sampleDelivery(number).id);

  it("stores deliveries with their event's sequence in the same commit, or not at all", async (t) => {
    const store = await open(t);
    await putDelivery(
      store,
      1,
      sampleDelivery(1),
      sampleDelivery(2, { endpoint: STOCK, eventId: sampleEvent(1, "").id }),
    );
    await putDelivery(store, 3, sampleDelivery(3, { eventId: "evt_of_another_commit" }));
    await assert.rejects(
      store.transact(sampleId(1), () => {
        throw new Error("no");
      }),
    );
    const [event] = await store.listEvents(0, 1);
    const sequence = event?.sequence ?? 0;
    assert.ok(sequence > 0);
    const expected = { ...sampleDelivery(1), sequence };
    assert.deepEqual(await store.readDelivery(expected.id), expected);
    const other = sampleDelivery(2, { endpoint: STOCK, eventId: sampleEvent(1, "").id });
    assert.deepEqual(await store.readDelivery(other.id), { ...other, sequence });
    assert.deepEqual(
      await store.readDelivery(sampleDelivery(3).id),
      sampleDelivery(3, { eventId: "evt_of_another_commit" }),
    );
    assert.equal(await store.readDelivery("whd_none"), null);
    assert.deepEqual(await store.readOutboxState(), { due: 3, dead: 0, oldestDueAt: sampleTime(1) });
  });

  it("gives out an endpoint's due deliveries, the longest due first, and no other's", async (t) => {
    const store = await open(t);
    for (const [number, due] of [30, 10, 20, 99, 10].entries()) {
      await putDelivery(store, number, sampleDelivery(number, { nextAttemptAt: sampleTime(due) }));
    }
    await putDelivery(store, 5, sampleDelivery(5, { endpoint: STOCK, nextAttemptAt: sampleTime(1) }));
    await putDelivery(store, 6, sampleDelivery(6, { kind: "commerce_layer", nextAttemptAt: sampleTime(50) }));
    const names = async (seconds: number) => (await store.listDueEndpoints(sampleTime(seconds))).sort();
    assert.deepEqual(await names(0), []);
    assert.deepEqual(await names(9), [`webhook ${STOCK}`]);
    assert.deepEqual(await names(50), [`commerce_layer ${SHOP}`, `webhook ${SHOP}`, `webhook ${STOCK}`]);
    assert.deepEqual(await claim(store, 9), []);
    assert.deepEqual(ids(await claim(store, 30, { limit: 2 })), sampleIds(1, 4));
    const rest = await claim(store, 30);
    assert.deepEqual(ids(rest), sampleIds(2, 0));
    assert.equal(rest[0]?.payload, sampleDelivery(2).payload);
    assert.deepEqual(await claim(store, 30), []);
    assert.deepEqual(await names(30), [`webhook ${STOCK}`]);
    assert.deepEqual(ids(await claim(store, 30, { endpoint: STOCK })), sampleIds(5));
  });

  it("gives out again what was claimed when the lease has ended", async (t) => {
    const store = await open(t);
    await putDelivery(store, 1, sampleDelivery(1));
    assert.deepEqual(ids(await claim(store, 1)), sampleIds(1));
    assert.deepEqual(await claim(store, 60), []);
    assert.deepEqual(ids(await claim(store, 61)), sampleIds(1));
  });

  it("gives each delivery to one of many who ask at once", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 30; number += 1) await putDelivery(store, number, sampleDelivery(number));
    const claims = (await Promise.all(Array.from({ length: 8 }, () => claim(store, 99, { limit: 3 })))).flat();
    assert.equal(new Set(ids(claims)).size, claims.length);
    assert.ok(claims.length >= 20, `${claims.length} were claimed`);
  });

  it("changes a delivery alone, which ends its lease", async (t) => {
    const store = await open(t);
    await putDelivery(store, 1, sampleDelivery(1));
    await claim(store, 1);
    const attempt = { at: sampleTime(2), httpStatus: 503, durationMs: 12, answer: "not now" };
    const changed = await store.changeDelivery(sampleDelivery(1).id, (delivery) => ({
      delivery: { ...delivery, attempts: [...delivery.attempts, attempt], tries: 1, nextAttemptAt: sampleTime(7) },
    }));
    assert.deepEqual(changed?.attempts, [attempt]);
    assert.deepEqual(await store.readDelivery(sampleDelivery(1).id), changed);
    assert.deepEqual(await claim(store, 6), []);
    assert.deepEqual((await claim(store, 7))[0]?.attempts, [attempt]);
    assert.deepEqual(await store.changeDelivery(sampleDelivery(1).id, () => null), changed);
    assert.equal(await store.changeDelivery("whd_none", (delivery) => ({ delivery })), null);
    const fails = () => assert.fail("no");
    await assert.rejects(store.changeDelivery(sampleDelivery(1).id, fails), /no/);
    assert.deepEqual(await store.readDelivery(sampleDelivery(1).id), changed);
    await Promise.all(
      Array.from({ length: 10 }, () =>
        store.changeDelivery(sampleDelivery(1).id, (delivery) => ({ delivery: retried(delivery) })),
      ),
    );
    assert.equal((await store.readDelivery(sampleDelivery(1).id))?.tries, 11);
  });

  it("keeps an answer with a delivery's change, and neither where it is refused", async (t) => {
    const place = await makePlace(t);
    const store = await place.open();
    for (const number of [1, 2]) await putDelivery(store, number, sampleDelivery(number));
    const change = (number: number, key: string) =>
      store.changeDelivery(sampleDelivery(number).id, (delivery) => {
        const commit = { delivery: retried(delivery), idempotency: sampleAnswer(key) };
        // What was given belongs to the caller, who may alter it.
        queueMicrotask(() => Object.assign(commit.idempotency, { key: "altered", result: "altered" }));
        return commit;
      });
    const tries = async () =>
      (await Promise.all([1, 2].map((number) => store.readDelivery(sampleDelivery(number).id)))).map(
        (delivery) => delivery?.tries,
      );
    assert.equal((await change(1, "first"))?.tries, 1);
    const claim = { ...sampleAnswer("first"), now: sampleTime(1), leaseUntil: sampleTime(9) };
    assert.deepEqual(await store.claimIdempotencyKey(claim), { state: "stored", record: sampleAnswer("first") });
    const isInUse = (error: unknown) => error instanceof StateError && error.code === "idempotency_key_in_use";
    await assert.rejects(change(1, "first"), isInUse);
    await assert.rejects(change(2, "first"), isInUse);
    assert.deepEqual(await tries(), [1, 0]);
    const both = await Promise.allSettled([change(1, "at once"), change(2, "at once")]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const expected = both.map(({ status }, index) => (status === "fulfilled" ? 1 : 0) + (index === 0 ? 1 : 0));
    assert.deepEqual(await tries(), expected);
    const fails = (delivery: DeliveryRecord) => {
      Object.assign(delivery, { tries: 99 });
      return assert.fail("no");
    };
    await assert.rejects(store.changeDelivery(sampleDelivery(1).id, fails), /no/);
    const nobody = () => assert.fail("there is none to change");
    assert.equal(await store.changeDelivery("whd_none", nobody), null);
    assert.deepEqual(await tries(), expected);
    assert.deepEqual(await claimStates(store, "altered", "at once"), ["claimed", "stored"]);
    await store.close();
    assert.deepEqual(await claimStates(await place.open(), "first", "at once"), ["stored", "stored"]);
  });

  it("lists deliveries, newest first, by event, session and status", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 7; number += 1) await putDelivery(store, number, sampleDelivery(number));
    await settle(store, 2, "delivered");
    await settle(store, 4, "dead");
    const list = async (filter: Parameters<Store["listDeliveries"]>[0], limit = 9) =>
      ids((await store.listDeliveries(filter, { limit })).items);
    assert.deepEqual(await list({}), sampleIds(6, 5, 4, 3, 2, 1, 0));
    assert.deepEqual(await list({ status: "delivered" }), sampleIds(2));
    assert.deepEqual(await list({ status: "dead" }), sampleIds(4));
    assert.deepEqual(await list({ sessionId: sampleId(3) }), sampleIds(3));
    assert.deepEqual(await list({ eventId: sampleEvent(5, "").id }), sampleIds(5));
    assert.deepEqual(await list({ eventId: sampleEvent(5, "").id, status: "dead" }), []);
    const first = await store.listDeliveries({ status: "due" }, { limit: 3 });
    assert.deepEqual(ids(first.items), sampleIds(6, 5, 3));
    const second = await store.listDeliveries({ status: "due" }, { limit: 3, after: first.next ?? "" });
    assert.deepEqual(ids(second.items), sampleIds(1, 0));
    assert.equal(second.next, null);
    assert.deepEqual(await store.readOutboxState(), { due: 5, dead: 1, oldestDueAt: sampleTime(0) });
  });

  it("finds deliveries again after it was closed, and puts back one that is sent again", async (t) => {
    const place = await makePlace(t);
    const first = await place.open();
    for (let number = 0; number < 4; number += 1) await putDelivery(first, number, sampleDelivery(number));
    await settle(first, 1, "delivered");
    const before = (await first.listDeliveries({}, { limit: 9 })).items;
    await first.close();
    const second = await place.open();
    assert.deepEqual((await second.listDeliveries({}, { limit: 9 })).items, before);
    assert.equal(
      before.every(({ sequence = 0 }) => sequence > 0),
      true,
    );
    await second.changeDelivery(sampleDelivery(1).id, ({ keepUntil: _keepUntil, ...delivery }) => ({
      delivery: { ...delivery, status: "due", nextAttemptAt: sampleTime(1) },
    }));
    assert.deepEqual(ids(await claim(second, 99)), sampleIds(0, 1, 2, 3));
  });
}

/** Ends a delivery, to be kept for a minute. */
export async function settle(store: Store, number: number, status: "delivered" | "dead"): Promise<void> {
  await store.changeDelivery(sampleDelivery(number).id, ({ nextAttemptAt: _nextAttemptAt, ...delivery }) => ({
    delivery: { ...delivery, status, keepUntil: sampleTime(number + 60) },
  }));
}

function retried(delivery: DeliveryRecord): DeliveryRecord {
  return { ...delivery, tries: delivery.tries + 1 };
}
