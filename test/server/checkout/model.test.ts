/**
 * A model of what must come of it all, against the real thing on a disk that forgets what was not synced.
 *
 * The model is the provider's own truth. While the commands run, the ledger may know less than the provider, and never
 * more; money is conserved; what was acknowledged is there after every crash. When the provider can be asked again and
 * time has passed, the ledger says the same as the provider, whatever was lost, doubled or reordered on the way.
 */
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { pino } from "pino";
import { cancelSession } from "../../../server/checkout/cancel-session.ts";
import { DEFAULT_SCHEDULE, type Checkout } from "../../../server/checkout/checkout.ts";
import { findTripByToken, settleCancel, settleReturn } from "../../../server/checkout/come-back.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { settleNotification } from "../../../server/checkout/notify.ts";
import { operatePayment } from "../../../server/checkout/operate-payment.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { assertNever } from "../../../shared/assert-never.ts";
import { CheckoutError } from "../../../server/errors.ts";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";
import type { Ledger, PaymentRecord } from "../../../server/stores/ledger.ts";
import { openJsonStore } from "../../../server/stores/json.ts";
import { PlayProvider, type PlayAct, type PlayTrip } from "../../support/play-gateway.ts";
import { depth } from "../../support/depth.ts";
import { testClock, type TestClock } from "../../support/server.ts";
import { KEPT_FAILURES } from "./kept-failures.ts";
import { CrashingDisk, seededRandom, type Loss } from "../stores/crashing-disk.ts";

/** Something that happens; numbers choose among what there is by then. */
export type Command =
  | { do: "create"; capture: "automatic" | "manual"; expiresInSeconds: number }
  | { do: "start" | "cancel session"; session: number }
  | { do: "customer acts"; trip: number; act: PlayAct }
  | { do: "notify" | "return"; message: number }
  | { do: "customer cancels"; trip: number }
  | { do: "capture" | "refund" | "void"; payment: number; share: number }
  | { do: "time passes"; seconds: number }
  | { do: "provider"; fault: PlayProvider["fault"] }
  | { do: "restart" }
  | { do: "crash"; during: Command; steps: number; loss: Loss; seed: number }
  | { do: "at once"; commands: Command[] };

const FOLDER = "/store";
const RUNS = Number(process.env["MODEL_RUNS"] ?? depth("random stories of a payment", { whole: 200, less: 80 }));
const SILENT = pino({ level: "silent" });

/** The checkout on a disk, which can be restarted and crashed. */
class World {
  readonly clock: TestClock = testClock();
  readonly provider = new PlayProvider(this.clock.now);
  /** The newest version of each session that anybody was told. */
  readonly acknowledged = new Map<string, number>();
  disk = new CrashingDisk();
  checkout!: Checkout;

  async open(): Promise<void> {
    const { clock } = this;
    this.checkout = {
      store: await openJsonStore({
        folder: FOLDER,
        log: SILENT,
        fileSystem: this.disk,
        now: clock.now,
        snapshotAfterBytes: 20_000,
      }),
      gateways: new Map([["play", this.provider.gateway()]]),
      environment: "test",
      publicUrl: "https://pay.example",
      storefronts: new Set(["https://shop.example"]),
      clientSecretKey: createSecretKey(Buffer.alloc(32)),
      schedule: DEFAULT_SCHEDULE,
      onDuplicate: "hold",
      now: clock.now,
      log: SILENT,
    };
  }

  async ledgers(): Promise<Ledger[]> {
    const { items } = await this.checkout.store.listSessions({}, { limit: 100 });
    return items;
  }

  async run(command: Command): Promise<void> {
    try {
      await this.#carryOut(command);
    } catch (error) {
      // Refusals are answers too; anything else is a defect.
      if (!(error instanceof CheckoutError) || error.code === "internal_error") throw error;
    }
  }

  async #carryOut(command: Command): Promise<void> {
    const { checkout, provider, clock } = this;
    switch (command.do) {
      case "create": {
        const { capture, expiresInSeconds } = command;
        const body = { amount: 4300, currency: "EUR", returnUrl: "https://shop.example/", capture, expiresInSeconds };
        const session = await createSession(checkout, body);
        this.acknowledged.set(session.id, session.version);
        return;
      }
      case "start":
        return this.#withSession(command.session, (id) => startAttempt(checkout, id, { presentation: "redirect" }));
      case "cancel session":
        return this.#withSession(command.session, async (id) => {
          const { version } = await cancelSession(checkout, id);
          this.acknowledged.set(id, Math.max(version, this.acknowledged.get(id) ?? 0));
        });
      case "customer acts":
        return withOne(provider.trips, command.trip, (trip) => provider.act(trip, command.act));
      case "notify":
        return withOne([...provider.messages.keys()], command.message, (index) =>
          settleNotification(checkout, "play", providerRequest(index)),
        );
      case "return":
        return withOne([...provider.messages.keys()], command.message, async (index) => {
          const { attempt } = provider.messages[index] ?? {};
          const trip = provider.trips.find(
            ({ reference }) => attempt !== undefined && "reference" in attempt && attempt.reference === reference,
          );
          if (trip === undefined) return;
          await settleReturn(checkout, await findTripByToken(checkout, trip.returnToken), providerRequest(index));
        });
      case "customer cancels":
        return withOne(provider.trips, command.trip, async ({ returnToken }) => {
          await settleCancel(checkout, await findTripByToken(checkout, returnToken));
        });
      case "capture":
      case "refund":
      case "void":
        return this.#withPayment(command.payment, async ({ id, amount }) => {
          const part = Math.max(1, Math.round(amount * command.share));
          await operatePayment(checkout, id, { type: command.do, ...(command.do === "void" ? {} : { amount: part }) });
        });
      case "time passes":
        clock.advance(command.seconds);
        return void (await runDueWork(checkout));
      case "provider":
        provider.fault = command.fault;
        return;
      case "restart":
        await checkout.store.close();
        return this.open();
      case "crash":
        return this.#crash(command);
      case "at once":
        return void (await Promise.all(command.commands.map((one) => this.run(one))));
    }
  }

  async #crash({ during, steps, loss, seed }: Extract<Command, { do: "crash" }>): Promise<void> {
    this.disk.cutAt = this.disk.steps + steps;
    await this.run(during);
    await this.checkout.store.close().catch(() => undefined);
    this.disk = this.disk.afterCrash(loss, seededRandom(seed));
    await this.open();
  }

  async #withSession(index: number, use: (id: string) => Promise<unknown>): Promise<void> {
    await withOne([...this.acknowledged.keys()], index, use);
  }

  async #withPayment(index: number, use: (payment: PaymentRecord) => Promise<void>): Promise<void> {
    await withOne(
      (await this.ledgers()).flatMap(({ payments }) => payments),
      index,
      use,
    );
  }
}

async function withOne<Item>(items: readonly Item[], index: number, use: (item: Item) => unknown): Promise<void> {
  const item = items[index % Math.max(1, items.length)];
  if (item !== undefined) await use(item);
}

function providerRequest(message: number): ProviderRequest {
  return { method: "POST", query: { message: String(message) }, body: null, contentType: null, headers: {} };
}

/** What holds at every moment. */
async function assertSound(world: World): Promise<void> {
  const ledgers = await world.ledgers();
  for (const [id, version] of world.acknowledged) {
    const found = ledgers.find(({ session }) => session.id === id);
    assert.ok(found !== undefined && found.session.version >= version, `${id} lost what was acknowledged`);
  }
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
