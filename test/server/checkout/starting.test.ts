import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { cancelSession } from "../../../server/checkout/cancel-session.ts";
import { bringUpToDate, runDueWork } from "../../../server/checkout/due-work.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";

describe("starting an attempt while something else happens", () => {
  let play: PlayCheckout;
  afterEach(() => play.close());

  const start = (id: string) => startAttempt(play.checkout, id, { presentation: "redirect" });
  async function read(id: string): Promise<Ledger> {
    const ledger = await play.checkout.store.readLedger(id);
    assert.ok(ledger);
    return ledger;
  }

  it("sends nobody to a provider for a session that was called off meanwhile", async () => {
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      start: async (trip, urls) => {
        await cancelSession(play.checkout, trip.session.id);
        const { remoteId = "", ...prepared } = await gateway.start(trip, urls);
        const { amount, currency, environment } = trip.attempt;
        const money = { amount, currency, environment, remoteState: "pending" };
        return { ...prepared, remoteId, report: { outcome: "pending", remoteId, ...money } };
      },
    }));
    const id = await play.create();
    await assert.rejects(start(id), { code: "session_closed" });
    const { session, attempts, payments } = await read(id);
    assert.deepEqual([session.status, attempts[0]?.state, payments], ["cancelled", "cancelled", []]);
  });

  /** Opens one in which, while the provider is asked for the first time, a second tab starts an attempt and pays it. */
  async function withSecondTab(seconds = 0): Promise<{ id: string; calledOff: string[] }> {
    let isFirst = true;
    const calledOff: string[] = [];
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      fetchPayment: async (trip) => {
        if (isFirst) {
          isFirst = false;
          const now = () => new Date(play.clock.now().getTime() - seconds * 1000);
          await startAttempt({ ...play.checkout, now }, trip.session.id, { presentation: "redirect" });
          const second = play.provider.trips.at(-1);
          if (second !== undefined) play.provider.act(second, "pay");
        }
        return (await gateway.fetchPayment?.(trip)) ?? "unpaid";
      },
      cancelAttempt: async ({ attempt }) => void calledOff.push(attempt.id),
    }));
    const { id } = await play.begin();
    return { id, calledOff };
  }

  it("asks also about an attempt that a second tab started meanwhile", async () => {
    const { id } = await withSecondTab();
    await assert.rejects(start(id), { code: "session_complete" });
    const { session, attempts } = await read(id);
    assert.deepEqual([session.status, attempts.map(({ state }) => state)], ["complete", ["superseded", "settled"]]);
  });

  it("calls no session off, and lets none expire, before such an attempt was asked about", async () => {
    const cancelled = await withSecondTab();
    await assert.rejects(cancelSession(play.checkout, cancelled.id), { code: "session_complete" });
    assert.equal((await read(cancelled.id)).session.status, "complete");
    await play.close();

    const expired = await withSecondTab(2);
    play.clock.advance(31);
    await runDueWork(play.checkout);
    const { session, payments } = await bringUpToDate(play.checkout, expired.id);
    assert.deepEqual([session.status, payments.map(({ late }) => late)], ["complete", [undefined]]);
  });

  it("tells the provider that such an attempt is called off, too", async () => {
    const { id, calledOff } = await withSecondTab();
    // The second tab's trip is not paid.
    play.provider.act = () => undefined;
    assert.equal((await cancelSession(play.checkout, id)).status, "cancelled");
    const { attempts } = await read(id);
    assert.deepEqual(new Set(calledOff), new Set(attempts.map((attempt) => attempt.id)));
  });

  it("starts nothing once the time has run out, also while the provider cannot be asked", async () => {
    play = await openPlayCheckout();
    const { id } = await play.begin();
    play.provider.fault = "before";
    play.clock.advance(31);
    await assert.rejects(start(id), { code: "session_closed" });
    const { session, attempts } = await read(id);
    assert.deepEqual([session.status, attempts.length], ["open", 1]);
  });

  it("starts nothing where real and play money would meet", async () => {
    play = await openPlayCheckout();
    const id = await play.create();
    play.checkout.environment = "live";
    await assert.rejects(start(id), { code: "session_closed" });
    assert.equal(play.provider.trips.length, 0);
  });

  it("tries one session a hundred times and no more", async () => {
    play = await openPlayCheckout();
    const id = await play.create({ expiresInSeconds: 3600 });
    for (let count = 0; count < 100; count += 1) await start(id);
    await assert.rejects(start(id), { code: "rate_limited", status: 429 });
    assert.equal((await read(id)).attempts.length, 100);
    assert.equal((await read(id)).attempts.at(-1)?.state, "started");
  });
});
