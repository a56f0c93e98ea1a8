/** What the model's commands do to the real thing, on a disk that can be crashed. */
import { createSecretKey } from "node:crypto";
import { pino } from "pino";
import { cancelSession } from "../../../server/checkout/cancel-session.ts";
import { chargeSource } from "../../../server/checkout/charge-source.ts";
import { DEFAULT_SCHEDULE, type Checkout } from "../../../server/checkout/checkout.ts";
import { findTripByToken, settleCancel, settleReturn } from "../../../server/checkout/come-back.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { settleNotification } from "../../../server/checkout/notify.ts";
import { operatePayment } from "../../../server/checkout/operate-payment.ts";
import { deletePaymentSource, savePaymentSource } from "../../../server/checkout/payment-sources.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { CheckoutError } from "../../../server/errors.ts";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";
import type { Ledger, PaymentRecord } from "../../../server/stores/ledger.ts";
import { openJsonStore } from "../../../server/stores/json.ts";
import type { CheckoutSession } from "../../../shared/records.ts";
import { PlayProvider, type PlayAct } from "../../support/play-gateway.ts";
import { testClock, type TestClock } from "../../support/server.ts";
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
  | { do: "provider holds money"; hold: PlayProvider["hold"] | null }
  | { do: "save source"; payment: number }
  | { do: "delete source"; source: number }
  | { do: "charge source"; source: number; act: PlayProvider["chargeAct"]; capture: "automatic" | "manual" }
  | { do: "restart" }
  | { do: "crash"; during: Command; steps: number; loss: Loss; seed: number }
  | { do: "at once"; commands: Command[] };

const FOLDER = "/store";
const SILENT = pino({ level: "silent" });

/** The checkout on a disk, which can be restarted and crashed. */
export class World {
  readonly clock: TestClock = testClock();
  readonly provider = new PlayProvider(this.clock.now);
  /** The newest version of each session that anybody was told. */
  readonly acknowledged = new Map<string, number>();
  /** The sources that somebody was told are saved, and nobody has asked to delete. */
  readonly sources = new Set<string>();
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
        return void (await this.#createSession(body));
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
      case "provider holds money":
        provider.hold = command.hold ?? undefined;
        return;
      case "save source":
        return this.#withPayment(command.payment, async ({ id }) => {
          const source = await savePaymentSource(checkout, { paymentId: id, customer: { reference: "c-1" } });
          this.sources.add(source.id);
        });
      case "delete source":
        return withOne([...this.sources], command.source, async (id) => {
          // Whatever comes of it, nobody relies on the source any more.
          this.sources.delete(id);
          await deletePaymentSource(checkout, id);
        });
      case "charge source":
        return withOne([...this.sources], command.source, async (paymentSource) => {
          provider.chargeAct = command.act;
          const { capture } = command;
          const body = { amount: 900, currency: "EUR", returnUrl: "https://shop.example/", capture, paymentSource };
          const { id, attempt } = await this.#createSession(body);
          await chargeSource(checkout, id, attempt?.id ?? "");
        });
      case "restart":
        await checkout.store.close();
        return this.open();
      case "crash":
        return this.#crash(command);
      case "at once":
        return void (await Promise.all(command.commands.map((one) => this.run(one))));
    }
  }

  async #createSession(body: object): Promise<CheckoutSession> {
    const session = await createSession(this.checkout, body);
    this.acknowledged.set(session.id, session.version);
    return session;
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
