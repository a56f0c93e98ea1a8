import assert from "node:assert/strict";
import type { Ledger } from "../../../server/stores/ledger.ts";
import type { Store } from "../../../server/stores/store.ts";
import { sampleAnswer } from "../../conformance/store-place.ts";
import { sampleEvent, sampleId, sampleTime } from "../../support/sample-ledger.ts";

/** What a load knows of each session: how many changes were asked for, and how many of them acknowledged. */
export interface Progress {
  asked: number;
  acknowledged: number;
}

/** Changes sessions side by side, each step by step, until all is done or the store refuses; gives what it knows. */
export async function runLoad(
  store: Store,
  { sessions, changes }: { sessions: number; changes: number },
  progress = new Map<string, Progress>(),
): Promise<Map<string, Progress>> {
  await Promise.allSettled(
    Array.from({ length: sessions }, async (_, number) => {
      const id = sampleId(number);
      const known = progress.get(id) ?? { asked: 0, acknowledged: 0 };
      progress.set(id, known);
      for (let version = known.asked + 1; version <= changes; version += 1) {
        known.asked = version;
        await step(store, number, version);
        known.acknowledged = version;
      }
    }),
  );
  return progress;
}

/** Makes one change of a session: its records, an event and an answer, that all name the same version. */
export async function step(store: Store, number: number, version: number): Promise<void> {
  const id = sampleId(number);
  await store.transact(id, (before) => {
    assert.equal(before?.session.version ?? 0, version - 1);
    const idempotency = sampleAnswer(`${number}-${version}`);
    const events = [{ ...sampleEvent(version, id), id: `evt_${number}_${version}` }];
    return { result: undefined, ledger: smallLedger(number, version), events, idempotency };
  });
}

/**
 * Compares a store with what a load knows: every acknowledged change is there, whole and once, and what is there was
 * asked for.
 */
export async function assertIntact(store: Store, progress: Map<string, Progress>): Promise<void> {
  const events = await store.listEvents(0, 100_000);
  const ids = events.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "no event is there twice");
  for (const [index, { sequence }] of events.entries()) assert.ok(sequence > (events[index - 1]?.sequence ?? 0));
  let total = 0;
  for (const [id, { asked, acknowledged }] of progress) {
    const number = Number(id.slice(3));
    const found = (await store.readLedger(id))?.session.version ?? 0;
    assert.ok(found >= acknowledged, `${id}: version ${found} is there, ${acknowledged} was acknowledged`);
    assert.ok(found <= asked, `${id}: version ${found} is there, ${asked} was asked for`);
    total += found;
    for (let version = 1; version <= asked; version += 1) {
      const isThere = version <= found;
      assert.equal(ids.includes(`evt_${number}_${version}`), isThere, `the event of ${id}, ${version}`);
      const owner = await store.findSessionId(`page:page-${number}-${version}`);
      assert.equal(owner, isThere ? id : null, `the name of ${id}, ${version}`);
      const { scope, key, requestHash } = sampleAnswer(`${number}-${version}`);
      const claim = { scope, key, requestHash, now: sampleTime(1), leaseUntil: sampleTime(1) };
      assert.equal((await store.claimIdempotencyKey(claim)).state, isThere ? "stored" : "claimed");
    }
  }
  assert.equal(ids.length, total);
}

/** Makes records so short that a test can go through every byte of them. */
export function smallLedger(number: number, version: number): Ledger {
  const session = {
    id: sampleId(number),
    createdAt: sampleTime(number),
    pageToken: `page-${number}-${version}`,
    version,
  };
  return { session: session as Ledger["session"], attempts: [], payments: [] };
}
