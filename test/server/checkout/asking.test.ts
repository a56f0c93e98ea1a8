import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { bringUpToDate, finishDueWork, runDueWork } from "../../../server/checkout/due-work.ts";
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
