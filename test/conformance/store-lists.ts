import assert from "node:assert/strict";
import { it } from "node:test";
import { InputError } from "../../server/errors.ts";
import type { EventRecord, Ledger } from "../../server/stores/ledger.ts";
import type { Page, Store } from "../../server/stores/store.ts";
import {
  addAttempt,
  addPayment,
  addSource,
  sampleEvent,
  sampleId,
  sampleLedger,
  sampleTime,
} from "../support/sample-ledger.ts";
import { alter, put, type MakePlace, type OpenFresh } from "./store-place.ts";

/** Tests of lists: their order, their filters, and cursors that hold while others write. */
export function listTests(makePlace: MakePlace): void {
  const open: OpenFresh = async (t) => (await makePlace(t)).open();
  it("lists sessions newest first, page by page, each once", async (t) => {
    const store = await open(t);
    // Written in another order than they were created, some at the same moment.
    for (const number of [4, 0, 6, 2, 5, 1, 3]) {
      const ledger = sampleLedger(number);
      ledger.session.createdAt = sampleTime(Math.floor(number / 2));
      await put(store, ledger);
    }
    for (const limit of [1, 2, 3, 7, 100]) {
      const listed = await listAll((after) => store.listSessions({}, page(limit, after)));
      assert.deepEqual(idsOf(listed), [6, 5, 4, 3, 2, 1, 0].map(sampleId), `by ${limit}`);
    }
    assert.equal((await store.listSessions({}, { limit: 7 })).next, null);
    assert.notEqual((await store.listSessions({}, { limit: 6 })).next, null);
  });

  it("neither skips nor repeats a session while others are created and changed", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 20; number += 1) await put(store, sampleLedger(number));
    let created = 20;
    const listed = await listAll(async (after) => {
      await put(store, sampleLedger(created));
      created += 1;
      await alter(store, sampleId(created - 15), ({ session }) => (session.version += 1));
      return store.listSessions({}, page(3, after));
    });
    const old = idsOf(listed).filter((id) => id < sampleId(20));
    assert.deepEqual(
      old,
      Array.from({ length: 20 }, (_, index) => sampleId(19 - index)),
    );
    assert.equal(new Set(idsOf(listed)).size, listed.length);
  });

  it("lists the sessions of an order", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 9; number += 1) {
      await put(store, sampleLedger(number, { orderId: `order-${number % 3}` }));
    }
    await put(store, sampleLedger(9));
    const ids = idsOf(await listAll((after) => store.listSessions({ orderId: "order-1" }, page(2, after))));
    assert.deepEqual(ids, [7, 4, 1].map(sampleId));
    assert.deepEqual((await store.listSessions({ orderId: "order-9" }, { limit: 5 })).items, []);
  });

  it("lists sessions by status, gateway, customer, time and attention, alone and together", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 12; number += 1) {
      const ledger = sampleLedger(number, { orderId: `order-${number % 2}` });
      const { session } = ledger;
      session.customer = { reference: `customer-${number % 3}`, email: `${"ab"[number % 2]}@shop.example` };
      if (number === 7) session.customer = { email: "customer-0" };
      if (number === 8) delete session.customer;
      if (number % 4 === 0) session.status = "complete";
      if (number % 5 === 0) session.gateway = "universal";
      if (number % 6 === 1) addAttempt(ledger, number);
      if (number === 2 || number === 9) session.attention = ["late"];
      await put(store, ledger);
    }
    await alter(store, sampleId(2), ({ session }) => delete session.attention);
    await alter(store, sampleId(3), ({ session }) => (session.attention = ["amount_mismatch"]));
    await alter(store, sampleId(11), ({ session }) => {
      session.status = "expired";
      session.customer = { reference: "customer-9" };
    });
    const list = async (filter: Parameters<Store["listSessions"]>[0]) =>
      idsOf(await listAll((after) => store.listSessions(filter, page(2, after)))).map((id) => Number(id.slice(3)));
    assert.deepEqual(await list({ status: "complete" }), [8, 4, 0]);
    assert.deepEqual(await list({ status: "expired" }), [11]);
    assert.deepEqual(await list({ status: "pending" }), []);
    assert.deepEqual(await list({ gateway: "universal" }), [10, 5, 0]);
    assert.deepEqual(await list({ gateway: "dwolla" }), [7, 1]);
    assert.deepEqual(await list({ customer: "customer-0" }), [9, 7, 6, 3, 0]);
    assert.deepEqual(await list({ customer: "b@shop.example" }), [9, 5, 3, 1]);
    assert.deepEqual(await list({ customer: "customer-9" }), [11]);
    assert.deepEqual(await list({ needsAttention: true }), [9, 3]);
    assert.deepEqual(await list({ createdFrom: sampleTime(3), createdBefore: sampleTime(6) }), [5, 4, 3]);
    assert.deepEqual(await list({ createdFrom: sampleTime(11) }), [11]);
    assert.deepEqual(await list({ createdBefore: sampleTime(0) }), []);
    assert.deepEqual(await list({ createdBefore: sampleTime(1), status: "complete" }), [0]);
    assert.deepEqual(await list({ customer: "customer-0", needsAttention: true, createdFrom: sampleTime(4) }), [9]);
    assert.deepEqual(await list({ orderId: "order-0", gateway: "universal", status: "open" }), [10]);
    assert.deepEqual(await list({ orderId: "order-1", customer: "customer-0", needsAttention: true }), [9, 3]);
  });

  it("lists the sessions of which a payment source is saved, and finds them by its name", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 6; number += 1) {
      const ledger = sampleLedger(number);
      if (number % 2 === 0) delete ledger.session.customer;
      if (number !== 3) addSource(ledger, number).state = number === 4 ? "saving" : "saved";
      await put(store, ledger);
    }
    const list = async (filter: Parameters<Store["listSessions"]>[0]) =>
      idsOf(await listAll((after) => store.listSessions({ hasSource: true, ...filter }, page(2, after))));
    assert.deepEqual(await list({}), [5, 2, 1, 0].map(sampleId));
    assert.deepEqual(await list({ customer: "customer-2" }), [sampleId(2)], "the source's own customer");
    assert.deepEqual(await list({ customer: "customer-4" }), []);
    assert.equal(await store.findSessionId("source:src_2"), sampleId(2));
    await alter(store, sampleId(2), (ledger) => delete ledger.source);
    await alter(store, sampleId(4), ({ source }) => Object.assign(source ?? {}, { state: "saved" }));
    assert.deepEqual(await list({}), [5, 4, 1, 0].map(sampleId));
    assert.deepEqual(await list({ customer: "customer-2" }), []);
    assert.deepEqual(await list({ customer: "customer-4" }), [sampleId(4)]);
  });

  it("lists payments by customer, time and attention, alone and together", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 8; number += 1) {
      const ledger = sampleLedger(number, { orderId: `order-${number % 2}` });
      ledger.session.customer = { reference: `customer-${number % 2}`, email: "ada@shop.example" };
      addPayment(ledger, number, number % 3 === 0 ? { attention: ["duplicate"] } : {});
      await put(store, ledger);
    }
    await alter(store, sampleId(6), ({ payments }) => {
      for (const payment of payments) delete payment.attention;
    });
    await alter(store, sampleId(5), ({ payments }) => {
      for (const payment of payments) payment.attention = ["contradicted"];
    });
    const list = async (filter: Parameters<Store["listPayments"]>[0]) =>
      (await listAll((after) => store.listPayments(filter, page(1, after)))).map(({ id }) => Number(id.slice(4)));
    assert.deepEqual(await list({ customer: "customer-1" }), [7, 5, 3, 1]);
    assert.deepEqual(await list({ customer: "ada@shop.example", createdBefore: sampleTime(2) }), [1, 0]);
    assert.deepEqual(await list({ customer: "nobody" }), []);
    assert.deepEqual(await list({ needsAttention: true }), [5, 3, 0]);
    assert.deepEqual(await list({ needsAttention: true, customer: "customer-1", createdFrom: sampleTime(4) }), [5]);
    assert.deepEqual(await list({ needsAttention: true, orderId: "order-0" }), [0]);
    assert.deepEqual(
      await list({ createdFrom: sampleTime(2), createdBefore: sampleTime(4), state: "completed" }),
      [3, 2],
    );
    assert.deepEqual(await list({ sessionId: sampleId(3), createdFrom: sampleTime(4) }), []);
  });

  it("lists what needs attention while others write", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 30; number += 1) {
      const ledger = sampleLedger(number);
      if (number % 10 === 0) ledger.session.attention = ["duplicate"];
      await put(store, ledger);
    }
    const [listed] = await Promise.all([
      listAll((after) => store.listSessions({ needsAttention: true }, page(1, after))),
      put(store, sampleLedger(40)),
    ]);
    assert.deepEqual(idsOf(listed), [20, 10, 0].map(sampleId));
  });

  it("lists payments newest first, by every filter alone and together", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 12; number += 1) {
      const ledger = sampleLedger(number, { orderId: `order-${number % 2}` });
      addPayment(ledger, number, { gateway: number % 3 === 0 ? "universal" : "dwolla", state: "authorization" });
      if (number === 5) addPayment(ledger, 99, { duplicateOf: "pay_x", createdAt: sampleTime(50) });
      await put(store, ledger);
    }
    await alter(store, sampleId(4), ({ payments }) => {
      for (const payment of payments) payment.state = "completed";
    });
    const list = async (filter: Parameters<Store["listPayments"]>[0]) =>
      (await listAll((after) => store.listPayments(filter, page(2, after)))).map(({ id }) => Number(id.slice(4)));
    assert.deepEqual(await list({}), [99, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.deepEqual(await list({ gateway: "universal" }), [9, 6, 3, 0]);
    assert.deepEqual(await list({ state: "completed" }), [99, 4]);
    assert.deepEqual(await list({ sessionId: sampleId(5) }), [99, 5]);
    assert.deepEqual(await list({ orderId: "order-1" }), [99, 11, 9, 7, 5, 3, 1]);
    assert.deepEqual(await list({ orderId: "order-1", gateway: "universal" }), [9, 3]);
    assert.deepEqual(await list({ orderId: "order-1", sessionId: sampleId(4) }), []);
    assert.deepEqual(await list({ sessionId: sampleId(5), gateway: "dwolla", state: "completed" }), [99]);
    const [payment] = (await store.listPayments({ sessionId: sampleId(4) }, { limit: 1 })).items;
    assert.equal(payment?.orderId, "order-0");
  });

  it("neither skips nor repeats a payment while their states change", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 10; number += 1) {
      const ledger = sampleLedger(number);
      addPayment(ledger, number);
      await put(store, ledger);
    }
    let changed = 0;
    const listed = await listAll(async (after) => {
      await alter(store, sampleId(changed), ({ payments }) => {
        for (const payment of payments) payment.state = "refunded";
      });
      changed += 1;
      return store.listPayments({}, page(2, after));
    });
    assert.equal(new Set(listed.map(({ id }) => id)).size, 10);
    assert.equal(listed.length, 10);
  });

  it("sums up payments by day, state and currency, from a time on", async (t) => {
    const store = await open(t);
    const day = 86_400;
    for (let number = 0; number < 250; number += 1) {
      const ledger = sampleLedger(number);
      const createdAt = sampleTime((number % 5) * day);
      addPayment(ledger, number, {
        createdAt,
        state: number % 10 < 5 ? "completed" : "refunded",
        amount: 999_999_999_999,
        currency: number % 25 < 5 ? "JPY" : "EUR",
      });
      await put(store, ledger);
    }
    await alter(store, sampleId(4), ({ payments }) => {
      for (const payment of payments) payment.state = "partially_refunded";
    });
    const sums = (await store.sumPayments(sampleTime(3 * day))).map(
      ({ day, state, currency, count, amount }) => `${day} ${state} ${currency} ${count} ${amount}`,
    );
    const all = (count: number) => count * 999_999_999_999;
    assert.deepEqual(sums.sort(), [
      `2026-01-05 completed EUR 20 ${all(20)}`,
      `2026-01-05 completed JPY 5 ${all(5)}`,
      `2026-01-05 refunded EUR 20 ${all(20)}`,
      `2026-01-05 refunded JPY 5 ${all(5)}`,
      `2026-01-06 completed EUR 20 ${all(20)}`,
      `2026-01-06 completed JPY 4 ${all(4)}`,
      `2026-01-06 partially_refunded JPY 1 ${all(1)}`,
      `2026-01-06 refunded EUR 20 ${all(20)}`,
      `2026-01-06 refunded JPY 5 ${all(5)}`,
    ]);
    assert.deepEqual(await store.sumPayments(sampleTime(5 * day)), []);
  });

  it("refuses a cursor that no list gave", async (t) => {
    const store = await open(t);
    for (const after of ["", "x", "bm9uc2Vuc2U", "W10", "WzEsMl0", "'; --"]) {
      await assert.rejects(store.listSessions({}, { limit: 1, after }), InputError, after);
      await assert.rejects(store.listPayments({}, { limit: 1, after }), InputError, after);
    }
  });

  it("lists events oldest first, after any of them", async (t) => {
    const store = await open(t);
    for (let number = 0; number < 6; number += 2) {
      const events = [sampleEvent(number, sampleId(number)), sampleEvent(number + 1, sampleId(number))];
      await store.transact(sampleId(number), () => ({ result: 0, ledger: sampleLedger(number), events }));
    }
    const all = await store.listEvents(0, 100);
    assert.deepEqual(
      all.map(({ sequence, ...event }) => (assert.ok(sequence > 0), event)),
      [0, 1, 2, 3, 4, 5].map((number) => sampleEvent(number, sampleId(number - (number % 2)))),
    );
    assertAscending(all);
    for (const [index, { sequence }] of all.entries()) {
      assert.deepEqual(await store.listEvents(sequence, 2), all.slice(index + 1, index + 3));
    }
    assert.deepEqual(await store.listEvents(all.at(-1)?.sequence ?? 0, 10), []);
    assert.deepEqual(await store.listEvents(Number.MAX_SAFE_INTEGER, 10), []);
  });

  it("lists the events of one session, after any of them, and of no other", async (t) => {
    const place = await makePlace(t);
    let store = await place.open();
    for (let number = 0; number < 30; number += 1) {
      const id = sampleId(number % 3);
      const created = { ...sampleEvent(number, id), type: "checkout_session.created" };
      const events = number < 3 ? [created] : [sampleEvent(number, id)];
      await store.transact(id, (before) => ({ result: 0, ledger: before ?? sampleLedger(number % 3), events }));
      // What a store keeps of older events elsewhere must be found, too.
      if (number === 20) {
        await store.close();
        store = await place.open();
      }
    }
    const own = await store.listEvents(0, 100, sampleId(1));
    assert.deepEqual(
      own.map(({ id }) => id),
      [1, 4, 7, 10, 13, 16, 19, 22, 25, 28].map((number) => sampleEvent(number, "").id),
    );
    assertAscending(own);
    const all = await store.listEvents(0, 100);
    assert.deepEqual(
      own,
      all.filter(({ sessionId }) => sessionId === sampleId(1)),
    );
    const third = own[2]?.sequence ?? 0;
    assert.deepEqual(await store.listEvents(third, 2, sampleId(1)), own.slice(3, 5));
    assert.deepEqual(await store.listEvents(0, 5, sampleId(9)), []);
    assert.deepEqual(await store.listEvents(0, 5, sampleEvent(1, "").id), []);
  });

  it("never lets a reader of events pass one that is committed later", async (t) => {
    const store = await open(t);
    const seen: EventRecord[] = [];
    let isWriting = true;
    const reading = (async () => {
      for (;;) {
        const isLast = !isWriting;
        const events = await store.listEvents(seen.at(-1)?.sequence ?? 0, 7);
        seen.push(...events);
        if (isLast && events.length === 0) return;
        if (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => {
        const ledger = sampleLedger(index);
        if (index % 3 === 0) addAttempt(ledger, index);
        const events = [sampleEvent(index * 2, sampleId(index)), sampleEvent(index * 2 + 1, sampleId(index))];
        return store.transact(sampleId(index), () => ({ result: 0, ledger, events }));
      }),
    );
    isWriting = false;
    await reading;
    assertAscending(seen);
    assert.equal(new Set(seen.map(({ id }) => id)).size, 300);
    assert.equal(seen.length, 300);
  });
}

async function listAll<Item>(list: (after: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  let after: string | undefined;
  for (let round = 0; round < 100; round += 1) {
    const { items, next } = await list(after);
    all.push(...items);
    if (next === null) return all;
    assert.ok(items.length > 0, "a page that continues is not empty");
    after = next;
  }
  throw new Error("the list does not end");
}

function page(limit: number, after: string | undefined): { limit: number; after?: string } {
  return after === undefined ? { limit } : { limit, after };
}

function idsOf(ledgers: Ledger[]): string[] {
  return ledgers.map(({ session }) => session.id);
}

function assertAscending(events: EventRecord[]): void {
  for (const [index, { sequence }] of events.entries()) {
    assert.ok(Number.isSafeInteger(sequence) && sequence > (events[index - 1]?.sequence ?? 0));
  }
}
