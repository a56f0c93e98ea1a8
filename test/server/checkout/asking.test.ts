import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { findTripByToken, settleCancel } from "../../../server/checkout/come-back.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { bringUpToDate, finishDueWork, runDueWork } from "../../../server/checkout/due-work.ts";
import { GatewayError } from "../../../server/errors.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";

describe("asking a provider", () => {
  let play: PlayCheckout;
  beforeEach(async () => {
    play = await openPlayCheckout();
  });
  afterEach(() => play.close());

  it("does all that is due, however much that is, and stops when it is told to", async () => {
    const ids = await Promise.all(Array.from({ length: 90 }, () => play.create()));
    play.clock.advance(31);
    const countExpired = async () => {
      const ledgers = await Promise.all(ids.map((id) => play.checkout.store.readLedger(id)));
      return ledgers.filter((ledger) => ledger?.session.status === "expired").length;
    };
    await finishDueWork(play.checkout, AbortSignal.abort());
    assert.equal(await countExpired(), 0);
    await finishDueWork(play.checkout, new AbortController().signal);
    assert.equal(await countExpired(), 90);
  });

  it("asks about no further trip of a session once it is told to stop: each may take as long as a call", async () => {
    await play.close();
    const stopping = new AbortController();
    let asked: string[] = [];
    let isStopping = false;
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      fetchPayment: async (trip) => {
        asked.push(trip.attempt.id);
        if (isStopping) stopping.abort();
        return (await gateway.fetchPayment?.(trip)) ?? "unpaid";
      },
    }));
    const { checkout } = play;
    const { id } = await play.begin({ expiresInSeconds: 86_400 });
    await startAttempt(checkout, id, { presentation: "redirect" });
    play.clock.advance(400);
    asked = [];
    isStopping = true;
    await finishDueWork(checkout, stopping.signal);
    assert.equal(asked.length, 1);
    await bringUpToDate(checkout, id);
    assert.equal(asked.length, 2, "the other was due, too");
  });

  it("asks a provider that cannot be asked about one trip at a time, and about each in its turn", async () => {
    await play.close();
    const asked: string[] = [];
    let isGone = false;
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      fetchPayment: async (trip) => {
        if (!isGone) return (await gateway.fetchPayment?.(trip)) ?? "unpaid";
        asked.push(trip.attempt.id);
        throw new GatewayError("gateway_unavailable", "it hangs", { inDoubt: false });
      },
    }));
    const { checkout } = play;
    const { id } = await play.begin({ expiresInSeconds: 86_400 });
    for (const presentation of ["redirect", "redirect"] as const) await startAttempt(checkout, id, { presentation });
    const attempts = (await checkout.store.readLedger(id))?.attempts.map((attempt) => attempt.id);
    isGone = true;
    play.clock.advance(400);
    for (const calls of [1, 2, 3]) {
      await bringUpToDate(checkout, id);
      assert.equal(asked.length, calls, "who reads waits for one call");
    }
    assert.deepEqual(asked, attempts);
    await bringUpToDate(checkout, id);
    assert.equal(asked.length, 3, "none is due now");
  });

  it("asks before an open session is read of which nobody has asked for long, and not at every reading", async () => {
    await play.close();
    let asked = 0;
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      // The trip can be paid for as long as the session can.
      start: async (trip, urls) => {
        const { expiresAt: _expiresAt, ...start } = await gateway.start(trip, urls);
        Object.assign(play.provider.trips.at(-1) ?? {}, { expiresAt: Infinity });
        return start;
      },
      fetchPayment: async (trip) => {
        asked += 1;
        return (await gateway.fetchPayment?.(trip)) ?? "unpaid";
      },
    }));
    const { checkout, clock, provider } = play;
    const { id, trip } = await play.begin({ expiresInSeconds: 2_592_000 });
    for (let hour = 0; hour < 40; hour += 1) {
      clock.advance(3600);
      await runDueWork(checkout);
    }
    assert.equal(asked, 6);
    assert.equal((await checkout.store.readLedger(id))?.attempts[0]?.nextCheckAt, undefined);
    for (const seconds of [0, 1, 600, 300]) {
      clock.advance(seconds);
      await bringUpToDate(checkout, id);
    }
    assert.equal(asked, 8);
    provider.fault = "before";
    for (const seconds of [901, 1, 1]) {
      clock.advance(seconds);
      assert.equal((await bringUpToDate(checkout, id)).session.status, "open");
    }
    assert.equal(asked, 9);
    provider.fault = "none";
    clock.advance(901);
    provider.act(trip, "pay");
    assert.equal((await bringUpToDate(checkout, id)).session.status, "complete");
  });

  it("asks before a session expires also about trips that only the customer's browser or another trip has ended", async () => {
    const { checkout, provider, clock } = play;
    for (const end of ["cancel", "supersede"]) {
      const { id, trip } = await play.begin();
      if (end === "cancel") await settleCancel(checkout, await findTripByToken(checkout, trip.returnToken));
      else await startAttempt(checkout, id, { presentation: "redirect" });
      provider.act(trip, "pay");
      clock.advance(31);
      const { session, payments } = await bringUpToDate(checkout, id);
      assert.deepEqual([session.status, payments[0]?.state, payments[0]?.late], ["complete", "completed", undefined]);
    }
  });

  it("asks a provider that cannot be asked ever less often, once an hour in the end, and as ever when it could", async () => {
    const { checkout, provider, clock } = play;
    const { id } = await play.begin({ expiresInSeconds: 600_000 });
    provider.fault = "before";
    const pauses: number[] = [];
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      clock.advance(60);
      await runDueWork(checkout);
      const { nextCheckAt = "" } = (await checkout.store.readLedger(id))?.attempts[0] ?? {};
      const pause = (Date.parse(nextCheckAt) - clock.now().getTime()) / 1000;
      if (pause > (pauses.at(-1) ?? 0)) pauses.push(pause);
    }
    assert.deepEqual(pauses, [60, 120, 240, 480, 960, 1920, 3600]);
    const events = await checkout.store.listEvents(0, 500, id);
    assert.ok(events.length < 40, `${events.length} events in a day`);
    provider.fault = "none";
    clock.advance(3600);
    await runDueWork(checkout);
    const { failedChecks, state } = (await checkout.store.readLedger(id))?.attempts[0] ?? {};
    assert.deepEqual([state, failedChecks], ["expired", undefined]);
  });

  it("lets a session expire while such a trip cannot be asked about, and asks later", async () => {
    const { checkout, provider, clock } = play;
    const { id, trip } = await play.begin();
    await settleCancel(checkout, await findTripByToken(checkout, trip.returnToken));
    provider.act(trip, "pay");
    provider.fault = "before";
    clock.advance(31);
    assert.equal((await bringUpToDate(checkout, id)).session.status, "expired");
    provider.fault = "none";
    clock.advance(61);
    await runDueWork(checkout);
    const { session, payments } = await bringUpToDate(checkout, id);
    assert.deepEqual([session.status, payments[0]?.late], ["complete", true]);
  });

  it("leaves a session readable whose provider names another order's money, and asks again later", async () => {
    const { checkout, provider, clock } = play;
    const paid = await play.begin();
    const other = await play.begin();
    provider.act(paid.trip, "pay");
    await play.notify();
    assert.equal((await bringUpToDate(checkout, paid.id)).session.status, "complete");
    provider.act(other.trip, "pay");
    other.trip.remoteId = paid.trip.remoteId;
    clock.advance(31);
    const { session, payments, dueAt } = await bringUpToDate(checkout, other.id);
    assert.deepEqual([session.status, payments], ["open", []]);
    assert.ok(dueAt !== undefined && dueAt > clock.now().toISOString());
    assert.equal(await runDueWork(checkout), 0);
  });
});
