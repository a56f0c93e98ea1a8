/**
 * A model of what must come of it all, against the real thing on a disk that forgets what was not synced.
 *
 * The model is the provider's own truth. While the commands run, the ledger may know less than the provider, and never
 * more; money is conserved; what was acknowledged is there after every crash. When the provider can be asked again and
 * time has passed, the ledger says the same as the provider, whatever was lost, doubled or reordered on the way.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { assertNever } from "../../../shared/assert-never.ts";
import type { PaymentRecord } from "../../../server/stores/ledger.ts";
import { depth } from "../../support/depth.ts";
import type { PlayTrip } from "../../support/play-gateway.ts";
import { KEPT_FAILURES } from "./kept-failures.ts";
import { World, type Command } from "./model-world.ts";

const RUNS = Number(process.env["MODEL_RUNS"] ?? depth("random stories of a payment", { whole: 200, less: 80 }));

/** What holds at every moment. */
async function assertSound(world: World): Promise<void> {
  const ledgers = await world.ledgers();
  for (const [id, version] of world.acknowledged) {
    const found = ledgers.find(({ session }) => session.id === id);
    assert.ok(found !== undefined && found.session.version >= version, `${id} lost what was acknowledged`);
  }
  const saved = new Map(ledgers.flatMap(({ source }) => (source === undefined ? [] : [[source.id, source] as const])));
  for (const id of world.sources) {
    const { state, paymentSourceToken } = saved.get(id) ?? {};
    assert.deepEqual(
      [state, paymentSourceToken],
      ["saved", `saved-${id}`],
      "a saved source is kept with its own token",
    );
  }
  const references = new Set(world.provider.trips.map(({ reference }) => reference));
  assert.equal(references.size, world.provider.trips.length, "no attempt was charged, or sent, twice");
  for (const { session, payments, attempts } of ledgers) {
    assert.ok(attempts.filter(({ state }) => state === "started").length <= 1, "two live attempts");
    const money = payments.filter(({ authorizedAt, completedAt }) => (authorizedAt ?? completedAt) !== undefined);
    assert.equal(
      money.filter(({ duplicateOf }) => duplicateOf === undefined).length,
      Math.min(1, money.length),
      "exactly one counts",
    );
    assert.equal(session.status === "complete", money.length > 0, "complete when and only when there is money");
    for (const { remoteId, amount, capturedAmount, refundedAmount, balance } of payments) {
      const trip = tripOf(world, remoteId);
      assert.ok(
        refundedAmount <= capturedAmount && capturedAmount <= amount && balance === capturedAmount - refundedAmount,
      );
      assert.ok(
        capturedAmount <= trip.captured && refundedAmount <= trip.refunded,
        "the ledger knows of money that nobody took",
      );
    }
  }
}

/** What holds when the provider can be asked and time has passed. */
async function assertAgrees(world: World): Promise<void> {
  const payments = (await world.ledgers()).flatMap((ledger) => ledger.payments);
  world.provider.lapse();
  for (const trip of world.provider.trips) {
    const own = payments.filter(({ remoteId }) => remoteId === trip.remoteId);
    const states = own.map(({ state, capturedAmount, refundedAmount }) => ({ state, capturedAmount, refundedAmount }));
    assert.deepEqual(states, expectedPayments(trip, own), `${trip.remoteId} is ${trip.state}`);
  }
}

function expectedPayments(trip: PlayTrip, own: readonly PaymentRecord[]): unknown[] {
  const amounts = { capturedAmount: trip.captured, refundedAmount: trip.refunded };
  switch (trip.state) {
    case "created":
    case "declined":
      return [];
    case "pending":
      return [{ state: "pending", ...amounts }];
    case "failed":
      // Where nobody was told that it was pending, there never was a payment.
      return own.length === 0 ? [] : [{ state: "failed", ...amounts }];
    case "authorized":
      return [{ state: "authorization", ...amounts }];
    case "lapsed":
      // Where nobody was told while it was held, there never was a payment, or it was on its way and never came.
      if (own.length === 0) return [];
      return [{ state: own[0]?.authorizedAt === undefined ? "failed" : "authorization_expired", ...amounts }];
    case "voided":
      return [{ state: own[0]?.authorizedAt === undefined ? "voided" : "authorization_voided", ...amounts }];
    case "completed": {
      const isWhole = trip.refunded === trip.captured;
      return [{ state: trip.refunded === 0 ? "completed" : isWhole ? "refunded" : "partially_refunded", ...amounts }];
    }
    default:
      return assertNever(trip.state);
  }
}

function tripOf({ provider }: World, remoteId: string): PlayTrip {
  const trip = provider.trips.find((candidate) => candidate.remoteId === remoteId);
  assert.ok(trip, `nobody knows ${remoteId}`);
  return trip;
}

const index = fc.nat(20);
const share = fc.constantFrom(0.1, 0.3, 0.5, 1);
const simpleCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("create" as const),
      capture: fc.constantFrom("automatic", "manual"),
      expiresInSeconds: fc.constantFrom(60, 3600, 86_400),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("start" as const), session: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel session" as const), session: index }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("customer acts" as const),
      trip: index,
      act: fc.constantFrom("pay", "pay", "decline", "hold", "arrive", "bounce"),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("notify" as const, "return" as const), message: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("customer cancels" as const), trip: index }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("capture" as const, "refund" as const, "void" as const),
      payment: index,
      share,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("time passes" as const), seconds: fc.constantFrom(1, 61, 301, 1801, 7200) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("provider" as const), fault: fc.constantFrom("none", "before", "after") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("provider holds money" as const),
      hold: fc.option(fc.record({ seconds: fc.constantFrom(60, 3600, 900_000), isTold: fc.boolean() })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("save source" as const), payment: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete source" as const), source: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("charge source" as const),
      source: index,
      act: fc.constantFrom("pay", "decline", "hold"),
      capture: fc.constantFrom("automatic", "manual"),
    }),
  },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: simpleCommand },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("at once" as const),
      commands: fc.array(
        simpleCommand.filter((one) => one.do !== "restart"),
        { minLength: 2, maxLength: 5 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("crash" as const),
      during: simpleCommand.filter((one) => one.do !== "restart"),
      steps: fc.nat(12),
      loss: fc.constantFrom("none", "all", "some"),
      seed: fc.nat(1000),
    }),
  },
);

async function tell(commands: readonly Command[]): Promise<void> {
  const world = new World();
  await world.open();
  await world.run({ do: "create", capture: "automatic", expiresInSeconds: 3600 });
  await world.run({ do: "create", capture: "manual", expiresInSeconds: 3600 });
  await world.run({ do: "start", session: 0 });
  await world.run({ do: "start", session: 1 });
  for (const one of commands) {
    await world.run(one);
    await assertSound(world);
  }
  world.provider.fault = "none";
  for (let round = 0; round < 12; round += 1) await world.run({ do: "time passes", seconds: 43_200 });
  await assertSound(world);
  await assertAgrees(world);
  await world.checkout.store.close();
}

describe("the ledger, against the provider's truth", () => {
  for (const [fault, commands] of Object.entries(KEPT_FAILURES)) {
    it(`does not go wrong again: ${fault}`, () => tell(commands));
  }

  it(`agrees in the end, whatever was lost, doubled, reordered or cut (${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40, size: "max" }), (commands) => tell(commands)),
      { numRuns: RUNS },
    );
  });
});
