import type { Protocol, Result, SimulatedPayment } from "./payment.ts";

/** When the callback is sent, seen from the customer's return. */
export type CallbackTiming = "never" | "before" | "long-before" | "twice" | "together" | "after";

/** One thing that the customer can make happen on the payment's page. */
export interface Choice {
  id: string;
  /** `customer`: what people do; `wire`: what goes wrong between the servers. */
  group: "customer" | "wire";
  label: string;
  detail: string;
  protocols: readonly Protocol[];
  /** What becomes of the payment, and is told. */
  result: Result | "cancelled";
  callback: CallbackTiming;
  /** Whether the customer is sent back. */
  isReturning: boolean;
  /** What is decided of a pending payment a few seconds later. */
  later?: "paid" | "failed";
  /** Which messages are signed with another secret; where both are, nothing was paid in truth. */
  forged?: "callback" | "both";
  /** What is charged in place of what was asked for. */
  charges?: "other-amount" | "other-currency";
  /** Whether everything takes a few seconds. */
  isSlow?: boolean;
}

const ALL = ["universal", "dwolla", "external"] as const;
const BOTH = ["universal", "dwolla"] as const;
const UNIVERSAL = ["universal"] as const;
const ASYNCHRONOUS = ["universal", "external"] as const;
const EXTERNAL = ["external"] as const;
const PAID = { protocols: BOTH, result: "paid", callback: "before", isReturning: true } as const;

/** Everything that can happen to a payment, as data; `play` carries it out. */
export const CHOICES: readonly Choice[] = [
  {
    ...PAID,
    id: "pay",
    protocols: ALL,
    group: "customer",
    label: "Pay",
    detail: "The shop's server is told, then you go back.",
  },
  {
    ...PAID,
    id: "decline",
    protocols: ALL,
    group: "customer",
    label: "Decline",
    detail: "The bank says no.",
    result: "failed",
  },
  {
    ...PAID,
    id: "cancel",
    protocols: ALL,
    group: "customer",
    label: "Cancel",
    detail: "You change your mind and go back.",
    result: "cancelled",
    callback: "never",
  },
  {
    ...PAID,
    id: "pending",
    group: "customer",
    label: "Leave it pending",
    detail: "Decide later on the provider's list.",
    protocols: ASYNCHRONOUS,
    result: "pending",
  },
  {
    ...PAID,
    id: "pending-then-paid",
    group: "customer",
    label: "Pending, then paid",
    detail: "You go back now, the money arrives in a few seconds.",
    protocols: ASYNCHRONOUS,
    result: "pending",
    later: "paid",
  },
  {
    ...PAID,
    id: "pending-then-failed",
    group: "customer",
    label: "Pending, then failed",
    detail: "You go back now, the bank refuses in a few seconds.",
    protocols: ASYNCHRONOUS,
    result: "pending",
    later: "failed",
  },
  {
    ...PAID,
    id: "close-tab",
    group: "customer",
    label: "Pay and close the tab",
    detail: "The shop's server is told, and you never go back.",
    isReturning: false,
  },
  {
    ...PAID,
    id: "callback-lost",
    group: "wire",
    label: "Callback lost",
    detail: "Paid, but only your return tells.",
    callback: "never",
  },
  {
    ...PAID,
    id: "callback-twice",
    group: "wire",
    label: "Callback doubled",
    detail: "Paid once, told twice at the same moment.",
    callback: "twice",
  },
  {
    ...PAID,
    id: "callback-late",
    group: "wire",
    label: "Callback late",
    detail: "You are back seconds before the callback.",
    callback: "after",
  },
  {
    ...PAID,
    id: "callback-early",
    group: "wire",
    label: "Callback early",
    detail: "The callback comes seconds before you are back.",
    callback: "long-before",
  },
  {
    ...PAID,
    id: "together",
    group: "wire",
    label: "Both at once",
    detail: "Callback and return race each other.",
    callback: "together",
  },
  {
    ...PAID,
    id: "badly-signed",
    group: "wire",
    label: "Forged success",
    detail: "Not paid: both messages claim it with a wrong signature.",
    forged: "both",
  },
  {
    ...PAID,
    id: "callback-badly-signed",
    group: "wire",
    label: "Callback badly signed",
    detail: "Paid; the callback's signature is wrong, the return's is right.",
    forged: "callback",
  },
  {
    ...PAID,
    id: "wrong-amount",
    group: "wire",
    label: "Wrong amount",
    detail: "A tenth of the amount is charged, and truly signed.",
    charges: "other-amount",
  },
  {
    ...PAID,
    id: "wrong-currency",
    group: "wire",
    label: "Wrong currency",
    detail: "The same figure is charged in another currency.",
    protocols: UNIVERSAL,
    charges: "other-currency",
  },
  {
    ...PAID,
    id: "capture-later",
    group: "customer",
    label: "Captured later",
    detail: "Authorized at once; the provider takes seconds for everything after that.",
    protocols: EXTERNAL,
  },
  {
    ...PAID,
    id: "answer-lost",
    group: "wire",
    label: "Answer lost",
    detail: "Authorized, but the answer never arrives: the server has to ask again.",
    protocols: EXTERNAL,
  },
  {
    ...PAID,
    id: "broken",
    group: "wire",
    label: "Provider down",
    detail: "Every call is answered 500, until the server's circuit opens.",
    protocols: EXTERNAL,
  },
  {
    ...PAID,
    id: "slow",
    group: "wire",
    label: "Slow",
    detail: "Callback and return each take seconds.",
    isSlow: true,
  },
];

/** Lists what can happen to one payment, in the order of the page. */
export function choicesFor(payment: SimulatedPayment): Choice[] {
  const hasCallback = payment.messages.callback({ result: "paid", isForged: false }) !== undefined;
  return CHOICES.filter(
    ({ protocols, callback, isReturning, result, forged }) =>
      protocols.includes(payment.protocol) &&
      // Where the merchant asked for no callback, only what the return alone can tell is left.
      (hasCallback || result === "cancelled" || (callback === "before" && isReturning && forged !== "callback")),
  );
}
