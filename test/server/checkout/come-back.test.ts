import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { findTripByToken, settleReturn } from "../../../server/checkout/come-back.ts";
import { StoreError } from "../../../server/errors.ts";
import { isMoneyReport, type ProviderRequest } from "../../../server/gateways/gateway.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";

describe("a return", () => {
  let play: PlayCheckout;
  afterEach(() => play.close());

  it("is not taken for settled where it could not be written: the customer can bring it again", async () => {
    play = await openPlayCheckout();
    const { id, trip } = await play.begin();
    play.provider.act(trip, "pay");
    const { checkout } = play;
    const request = returnWith(0);
    const full = Object.create(checkout.store) as typeof checkout.store;
    full.transact = () => Promise.reject(new StoreError("storage_full", "the disk is full"));
    const found = await findTripByToken(checkout, trip.returnToken);
    await assert.rejects(settleReturn({ ...checkout, store: full }, found, request), { code: "storage_full" });
    await settleReturn(checkout, found, request);
    assert.equal((await checkout.store.readLedger(id))?.session.status, "complete");
  });

  it("brings a second payment of its trip also where it comes last, and asks nobody about the first again", async () => {
    let asked = 0;
    play = await openPlayCheckout((gateway) => ({
      ...gateway,
      fetchPayment: async (trip) => {
        asked += 1;
        return (await gateway.fetchPayment?.(trip)) ?? "unpaid";
      },
    }));
    const { checkout, provider } = play;
    const { id, trip } = await play.begin();
    provider.act(trip, "pay");
    await play.notify();
    const [first] = provider.messages;
    assert.ok(first !== undefined && isMoneyReport(first.report));
    provider.messages.push({ ...first, report: { ...first.report, remoteId: "remote-again" } });
    for (const message of [0, 1, 1]) {
      await settleReturn(checkout, await findTripByToken(checkout, trip.returnToken), returnWith(message));
    }
    const payments = (await checkout.store.readLedger(id))?.payments ?? [];
    assert.deepEqual(
      payments.map(({ remoteId, duplicateOf }) => [remoteId, duplicateOf]),
      [
        [trip.remoteId, undefined],
        ["remote-again", payments[0]?.id],
      ],
    );
    provider.messages.push({ ...first, proof: "hint" });
    await settleReturn(checkout, await findTripByToken(checkout, trip.returnToken), returnWith(2));
    assert.equal(asked, 0);
  });
});

/** Gives the request of a customer who brings what the provider said at that place. */
function returnWith(message: number): ProviderRequest {
  return { method: "GET", query: { message: String(message) }, body: null, contentType: null, headers: {} };
}
