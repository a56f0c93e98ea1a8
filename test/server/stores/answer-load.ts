import assert from "node:assert/strict";
import type { Store } from "../../../server/stores/store.ts";
import { sampleDelivery } from "../../conformance/store-outbox.ts";
import { claimStates, sampleAnswer } from "../../conformance/store-place.ts";
import { sampleId } from "../../support/sample-ledger.ts";
import type { Progress } from "./small-load.ts";

/** What a load knows of the changes that belong to no session. */
export interface AnswerProgress {
  delivery: Progress;
  counter: Progress;
}

const DELIVERY = sampleDelivery(1);
const counterOf = (round: number) => `circuit:${round}`;

/**
 * Changes a delivery and sets counters back side by side, each with an answer of its own, until all is done or the store
 * refuses; gives what it knows.
 */
export async function runAnswerLoad(store: Store, rounds: number): Promise<AnswerProgress> {
  const progress = { delivery: { asked: 0, acknowledged: 0 }, counter: { asked: 0, acknowledged: 0 } };
  const { delivery, counter } = progress;
  await Promise.allSettled([
    inRounds(rounds, async (round) => {
      if (round === 1) await store.transact(sampleId(1), () => ({ result: 0, deliveries: [DELIVERY] }));
      delivery.asked = round;
      await store.changeDelivery(DELIVERY.id, (before) => {
        assert.equal(before.tries, round - 1);
        return { delivery: { ...before, tries: round }, idempotency: sampleAnswer(`delivery-${round}`) };
      });
      delivery.acknowledged = round;
    }),
    inRounds(rounds, async (round) => {
      await store.increaseCounter(counterOf(round));
      counter.asked = round;
      await store.resetCounter(counterOf(round), { idempotency: sampleAnswer(`counter-${round}`) });
      counter.acknowledged = round;
    }),
  ]);
  return progress;
}

/** Compares a store with what a load knows: every acknowledged change is there, and an answer just where its change is. */
export async function assertAnswered(store: Store, { delivery, counter }: AnswerProgress): Promise<void> {
  const tries = (await store.readDelivery(DELIVERY.id))?.tries ?? 0;
  assert.ok(tries >= delivery.acknowledged && tries <= delivery.asked, `the delivery was changed ${tries} times`);
  for (let round = 1; round <= delivery.asked; round += 1) {
    const expected = round <= tries ? "stored" : "claimed";
    assert.deepEqual(await claimStates(store, `delivery-${round}`), [expected], `the answer of delivery ${round}`);
  }
  for (let round = 1; round <= counter.asked; round += 1) {
    const isReset = (await store.readCounter(counterOf(round))) === 0;
    assert.ok(isReset || round > counter.acknowledged, `counter ${round} was set back`);
    const expected = isReset ? "stored" : "claimed";
    assert.deepEqual(await claimStates(store, `counter-${round}`), [expected], `the answer of counter ${round}`);
  }
}

async function inRounds(rounds: number, run: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) await run(round);
}
