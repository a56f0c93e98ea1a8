import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { findTripByToken, settleReturn } from "../../../server/checkout/come-back.ts";
import { StoreError } from "../../../server/errors.ts";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";

describe("a return", () => {
  let play: PlayCheckout;
  afterEach(() => play.close());

  it("is not taken for settled where it could not be written: the customer can bring it again", async () => {
    play = await openPlayCheckout();
    const { id, trip } = await play.begin();
    play.provider.act(trip, "pay");
    const { checkout } = play;
    const request: ProviderRequest = {
      method: "GET",
      query: { message: "0" },
      body: null,
      contentType: null,
      headers: {},
    };
    const full = Object.create(checkout.store) as typeof checkout.store;
    full.transact = () => Promise.reject(new StoreError("storage_full", "the disk is full"));
    const found = await findTripByToken(checkout, trip.returnToken);
    await assert.rejects(settleReturn({ ...checkout, store: full }, found, request), { code: "storage_full" });
    await settleReturn(checkout, found, request);
    assert.equal((await checkout.store.readLedger(id))?.session.status, "complete");
  });
});
