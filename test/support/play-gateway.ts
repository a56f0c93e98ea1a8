import { assertNever } from "../../shared/assert-never.ts";
import { GatewayError } from "../../server/errors.ts";
import type {
  FetchedPayment,
  Gateway,
  OperationReport,
  OperationRequest,
  Report,
  Trip,
  VerifiedNotification,
} from "../../server/gateways/gateway.ts";

/** What a customer or time does to a trip at the provider. */
export type PlayAct = "pay" | "decline" | "hold" | "arrive" | "bounce";

/** One trip as the provider knows it: the truth that the ledger must come to. */
export interface PlayTrip {
  remoteId: string;
  reference: string;
  returnToken: string;
  amount: number;
  currency: string;
  isCapturedLater: boolean;
  expiresAt: number;
  /** When an authorization lapses; absent where it is held for ever. */
  authorizedUntil?: number;
  state: "created" | "pending" | "failed" | "declined" | "authorized" | "completed" | "voided" | "lapsed";
  captured: number;
  refunded: number;
}

const LIFETIME_MS = 1_800_000;

/** A provider in memory that a test plays, with every ability, and that fails when it is told to. */
export class PlayProvider {
  readonly trips: PlayTrip[] = [];
  /** Everything that it ever said, oldest first; any of it may arrive at any time, or never. */
  readonly messages: VerifiedNotification[] = [];
  /** Makes calls fail: before anything is done, or after it was. */
  fault: "none" | "before" | "after" = "none";
  /** How long money is held from now on, in seconds, and whether it is said; absent where it is for ever. */
  hold: { seconds: number; isTold: boolean } | undefined;
  /** What comes of charging a saved source. */
  chargeAct: "pay" | "decline" | "hold" = "pay";
  readonly #charges = new Map<string, Report>();
  readonly #operations = new Map<string, OperationReport>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Lets something happen to a trip; what cannot happen does not. */
  act(trip: PlayTrip, act: PlayAct): void {
    this.#lapse(trip);
    const isPayable = trip.state === "created" && this.#now().getTime() < trip.expiresAt;
    if (act === "pay" && isPayable) this.#succeed(trip);
    else if (act === "decline" && isPayable) this.#say(trip, "declined");
    else if (act === "hold" && isPayable) this.#say(trip, "pending");
    else if (act === "arrive" && trip.state === "pending") this.#succeed(trip);
    else if (act === "bounce" && trip.state === "pending") this.#say(trip, "failed");
  }

  /** Lets every authorization lapse whose time is over, as it has at the provider whether anybody asks or not. */
  lapse(): void {
    for (const trip of this.trips) this.#lapse(trip);
  }

  /** Makes the gateway of this provider. */
  gateway(): Gateway {
    return {
      id: "play",
      type: "play",
      label: "Play",
      presentations: ["redirect"],
      origins: [],
      checkSession: () => [],
      start: async ({ session, attempt }, { returnUrl }) => {
        // Where our side never hears of the trip, nobody is sent on it.
        const payableMs = this.fault === "after" ? -Infinity : LIFETIME_MS;
        const returnToken = returnUrl.split("/").at(-1) ?? "";
        const create = () => this.#create({ session, attempt }, { returnToken, payableMs });
        const { remoteId, expiresAt } = await this.#answer(create);
        return {
          handoff: { method: "GET", url: `https://provider.example/${remoteId}` },
          remoteId,
          expiresAt: new Date(expiresAt).toISOString(),
        };
      },
      verifyReturn: async ({ query }) => this.#message(Number(query["message"])),
      verifyNotification: async ({ query }) => this.#message(Number(query["message"])),
      fetchPayment: ({ attempt }) => this.#answer(() => this.#find(attempt.reference)),
      cancelAttempt: async () => undefined,
      capture: (payment, request) =>
        this.#operate(payment.remoteId, request, (trip) => {
          if (trip.state !== "authorized") return false;
          trip.state = "completed";
          trip.captured = request.amount;
          return true;
        }),
      void: (payment, request) =>
        this.#operate(payment.remoteId, request, (trip) => {
          if (trip.state !== "authorized" && trip.state !== "pending") return false;
          trip.state = "voided";
          return true;
        }),
      createPaymentSource: (_payment, { sourceId }) =>
        this.#answer(() => ({ paymentSourceToken: `saved-${sourceId}`, customerToken: "customer" })),
      chargePaymentSource: (trip) => this.#answer(() => this.#charge(trip)),
      refund: (payment, request) =>
        this.#operate(payment.remoteId, request, (trip) => {
          if (trip.refunded + request.amount > trip.captured) return false;
          trip.refunded += request.amount;
          return true;
        }),
    };
  }

  #create(
    { session, attempt }: Trip,
    { returnToken, payableMs }: { returnToken: string; payableMs: number },
  ): PlayTrip {
    const trip: PlayTrip = {
      remoteId: `remote-${this.trips.length + 1}`,
      reference: attempt.reference,
      returnToken,
      amount: attempt.amount,
      currency: attempt.currency,
      isCapturedLater: session.capture === "manual",
      expiresAt: Math.max(0, this.#now().getTime() + payableMs),
      state: "created",
      captured: 0,
      refunded: 0,
    };
    this.trips.push(trip);
    return trip;
  }

  /** Charges a source once for each key, which is the attempt's id, and gives the same answer again. */
  #charge(trip: Trip): Report {
    const { attempt } = trip;
    const known = this.#charges.get(attempt.id);
    if (known !== undefined) return known;
    const { paymentSourceToken = "", customerToken } = attempt;
    if (!paymentSourceToken.startsWith("saved-src_") || customerToken !== "customer") {
      throw new Error(`${paymentSourceToken} is no token of a source`);
    }
    const charge = this.#create(trip, { returnToken: "", payableMs: LIFETIME_MS });
    this.act(charge, this.chargeAct);
    const report = this.#report(charge);
    if (typeof report === "string") throw new Error(`the charge is ${report}`);
    this.#charges.set(attempt.id, report);
    return report;
  }

  #lapse(trip: PlayTrip): void {
    const { state, authorizedUntil } = trip;
    if (state !== "authorized" || authorizedUntil === undefined) return;
    if (this.#now().getTime() >= authorizedUntil) trip.state = "lapsed";
  }

  #report(trip: PlayTrip): FetchedPayment {
    this.#lapse(trip);
    return reportOf(trip, this.hold?.isTold === true);
  }

  #succeed(trip: PlayTrip): void {
    if (trip.isCapturedLater && this.hold !== undefined) {
      trip.authorizedUntil = this.#now().getTime() + this.hold.seconds * 1000;
    }
    if (!trip.isCapturedLater) trip.captured = trip.amount;
    this.#say(trip, trip.isCapturedLater ? "authorized" : "completed");
  }

  #say(trip: PlayTrip, state: PlayTrip["state"]): void {
    trip.state = state;
    const report = this.#report(trip);
    if (typeof report === "string") return;
    this.messages.push({ proof: "signed", report, attempt: { reference: trip.reference } });
  }

  #message(index: number): VerifiedNotification {
    const message = this.messages[index];
    if (message === undefined) throw new Error(`there is no message ${index}`);
    return structuredClone(message);
  }

  #find(reference: string): FetchedPayment {
    const trip = this.trips.find((candidate) => candidate.reference === reference);
    if (trip === undefined) return "unpaid";
    if (trip.state === "created" && this.#now().getTime() >= trip.expiresAt) return "expired";
    return this.#report(trip);
  }

  #operate(
    remoteId: string,
    { operationId }: OperationRequest,
    carryOut: (trip: PlayTrip) => boolean,
  ): Promise<OperationReport> {
    return this.#answer(() => {
      const known = this.#operations.get(operationId);
      if (known !== undefined) return known;
      const trip = this.trips.find((candidate) => candidate.remoteId === remoteId);
      if (trip !== undefined) this.#lapse(trip);
      const report: OperationReport =
        trip !== undefined && carryOut(trip)
          ? { status: "succeeded", remoteId: `${operationId}-remote` }
          : { status: "failed", message: "the provider refuses" };
      this.#operations.set(operationId, report);
      return report;
    });
  }

  async #answer<Answer>(make: () => Answer): Promise<Answer> {
    if (this.fault === "before") throw new GatewayError("gateway_unavailable", "the provider is gone");
    const answer = make();
    await Promise.resolve();
    if (this.fault === "after") throw new GatewayError("gateway_unavailable", "the provider's answer is lost");
    return structuredClone(answer);
  }
}

function reportOf(trip: PlayTrip, tellsExpiry: boolean): FetchedPayment {
  const { remoteId, amount, currency, state, authorizedUntil } = trip;
  const money = { remoteId, remoteState: state, amount, currency, environment: "test" as const };
  switch (state) {
    case "created":
      return "unpaid";
    case "authorized":
    case "completed":
    case "pending":
      return {
        outcome: state,
        ...money,
        capturedAmount: trip.captured,
        refundedAmount: trip.refunded,
        ...(state === "authorized" && tellsExpiry && authorizedUntil !== undefined
          ? { authorizationExpiresAt: new Date(authorizedUntil).toISOString() }
          : {}),
      };
    case "declined":
    case "failed":
      return { outcome: state, remoteState: state };
    case "lapsed":
      return "expired";
    case "voided":
      return { outcome: "cancelled", remoteState: state };
    default:
      return assertNever(state);
  }
}
