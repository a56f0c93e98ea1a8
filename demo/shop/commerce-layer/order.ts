import { randomInt } from "node:crypto";
import type { CommerceLayerAction } from "../../../shared/commerce-layer.ts";

/** An order of the simulated organization, kept in memory. */
export interface OrganizationOrder {
  /** As Commerce Layer makes them: ten letters and digits. */
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: Date;
  /** The `payment_source_token` of its external payment: a checkout session's id, or a saved source's. */
  readonly token: string;
  /** The session in which its customer pays; absent where a saved source is charged. */
  readonly session: { id: string; url: string } | undefined;
  /** The simulated provider's id of the payment, as soon as an answer has named it. */
  providerPaymentId: string | undefined;
  /** Oldest first. */
  readonly transactions: Transaction[];
  /** What was saved of it, for the next orders. */
  source: string | undefined;
  /** What passed between organization and endpoint, newest first. */
  readonly exchanges: Exchange[];
}

/** What Commerce Layer keeps of an authorization, capture, void or refund. */
export interface Transaction {
  readonly action: Exclude<CommerceLayerAction, "token">;
  readonly token: string;
  /** Minor units. */
  readonly amount: number;
  state: "done" | "pending" | "refused";
  /** By which the end of a pending one is told. */
  readonly actionId: string | undefined;
  /** Why it was refused, or what was said beside. */
  message: string | undefined;
}

/** One request and its answer, as they passed. */
export interface Exchange {
  readonly id: string;
  readonly at: Date;
  /** An action that was asked for, or the webhook that told how one ended. */
  readonly name: CommerceLayerAction | "webhook";
  readonly body: string;
  /** Absent where no answer came. */
  readonly status: number | undefined;
  readonly answer: string;
  /** How often it was sent, one after the other; the last answer is the one that is kept. */
  readonly times: number;
}

/** How an order stands, in a word of Commerce Layer's. */
export type PaymentStatus = "unpaid" | "pending" | "authorized" | "paid" | "partially_refunded" | "refunded" | "voided";

const ID_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** Makes an id as Commerce Layer's are. */
export function newResourceId(): string {
  return Array.from({ length: 10 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("");
}

/** Finds the authorization that has not been refused. */
export function findAuthorization({ transactions }: OrganizationOrder): Transaction | undefined {
  return transactions.findLast(({ action, state }) => action === "authorize" && state !== "refused");
}

/** Finds the capture that can be refunded. */
export function findCapture({ transactions }: OrganizationOrder): Transaction | undefined {
  return transactions.findLast(({ action, state }) => action === "capture" && state === "done");
}

/** Adds up what was refunded, in minor units. */
export function refundedAmount({ transactions }: OrganizationOrder): number {
  return transactions.reduce(
    (sum, { action, state, amount }) => (action === "refund" && state === "done" ? sum + amount : sum),
    0,
  );
}

/** Tells how an order stands. */
export function paymentStatus(order: OrganizationOrder): PaymentStatus {
  if (order.transactions.some(({ state }) => state === "pending")) return "pending";
  const isDone = (wanted: string) =>
    order.transactions.some(({ action, state }) => action === wanted && state === "done");
  const refunded = refundedAmount(order);
  if (refunded > 0) return refunded < (findCapture(order)?.amount ?? order.amount) ? "partially_refunded" : "refunded";
  if (isDone("void")) return "voided";
  if (isDone("capture")) return "paid";
  return isDone("authorize") ? "authorized" : "unpaid";
}
