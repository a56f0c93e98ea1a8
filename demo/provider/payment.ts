import { assertNever } from "../../shared/assert-never.ts";
import type { Manner } from "./manners.ts";

/** Which protocol a payment came by. */
export type Protocol = "universal" | "dwolla" | "external";

/** How a simulated payment stands at the provider. */
export type PaymentState = "open" | "pending" | "authorized" | "paid" | "failed" | "cancelled";

/** What the provider can say of a payment. */
export type Result = "paid" | "pending" | "failed";

/** What one message says; `isForged` spoils its signature, as somebody without the secret would have to. */
export interface Statement {
  result: Result;
  isForged: boolean;
}

/** A callback, ready to be posted. */
export interface OutgoingCallback {
  url: string;
  contentType: string;
  body: string;
  /** Beside the content type. */
  headers?: Readonly<Record<string, string>>;
}

/** One callback that was sent, and what came of it. */
export interface Delivery {
  sentAt: Date;
  callback: OutgoingCallback;
  /** HTTP status of the answer; absent where none came. */
  status?: number;
  /** Why no answer came. */
  error?: string;
  durationMs?: number;
}

/** How a protocol words its messages about one payment. */
export interface Messages {
  /** Gives `undefined` where the merchant asked for no callback. */
  callback(statement: Statement): OutgoingCallback | undefined;
  /** The address that takes the customer back; `isCallbackAnswered` as far as it is known by then. */
  returnUrl(statement: Statement, isCallbackAnswered: boolean): string;
  /** The address that takes the customer back without paying. */
  cancelUrl(): string;
}

/** One payment that a merchant asked for, kept in memory. */
export interface SimulatedPayment {
  /** Unguessable: who knows it may decide. */
  readonly id: string;
  readonly protocol: Protocol;
  /** The merchant's id at the provider. */
  readonly account: string;
  /** The merchant's name, for people. */
  readonly merchant: string;
  /** The merchant's own name for the payment. */
  readonly reference: string;
  /** The merchant's order number, for people. */
  readonly orderNumber: string | undefined;
  readonly description: string | undefined;
  readonly isTest: boolean;
  readonly createdAt: Date;
  /** When its page stops taking a decision. */
  readonly expiresAt: Date | undefined;
  /** Whether an approval only reserves the money, until the merchant asks for it. */
  readonly isAuthorizationOnly: boolean;
  /** Minor units of `currency`, as the merchant asked for it. */
  readonly amount: number;
  readonly currency: string;
  state: PaymentState;
  /** What the provider says that it took; differs from what was asked only where a choice makes it so. */
  charged: { amount: number; currency: string };
  readonly messages: Messages;
  /** Oldest first. */
  readonly deliveries: Delivery[];
  /** How the merchant's server is answered from now on; only where the protocol has calls after the page. */
  manner?: Manner;
}

/** Tells whether a payment's page has stopped taking a decision. */
export function isExpired(payment: SimulatedPayment, now: Date): boolean {
  return payment.state === "open" && payment.expiresAt !== undefined && payment.expiresAt <= now;
}

/** Words a decided payment as a statement; `undefined` where nothing has been decided that could be told. */
export function currentStatement({ state }: SimulatedPayment): Statement | undefined {
  switch (state) {
    case "paid":
    case "authorized":
      return { result: "paid", isForged: false };
    case "pending":
      return { result: "pending", isForged: false };
    case "failed":
      return { result: "failed", isForged: false };
    case "open":
    case "cancelled":
      return undefined;
    default:
      return assertNever(state);
  }
}

const MOST_PAYMENTS = 500;

/** The provider's memory: the latest 500 payments. */
export class PaymentBook {
  readonly #payments = new Map<string, SimulatedPayment>();

  add(payment: SimulatedPayment): void {
    this.#payments.set(payment.id, payment);
    const [oldest] = this.#payments.keys();
    if (this.#payments.size > MOST_PAYMENTS && oldest !== undefined) this.#payments.delete(oldest);
  }

  find(id: string): SimulatedPayment | undefined {
    return this.#payments.get(id);
  }

  findReference(account: string, reference: string): SimulatedPayment | undefined {
    return this.list().find((payment) => payment.account === account && payment.reference === reference);
  }

  /** Newest first. */
  list(): SimulatedPayment[] {
    return [...this.#payments.values()].toReversed();
  }
}
