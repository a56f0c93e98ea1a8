/**
 * What happened, in words: one sentence for each type of event, and what proved or decided it. A new type does not
 * compile until it has its sentence here.
 */
import type { CheckoutEvent, DecidedBy, EventType } from "../../../shared/events.ts";
import { OPERATION_WORDS } from "./states.ts";
import { gatewayOf, operationOf, paymentOf, type Scene } from "./scene.ts";

type Sentence = (gateway: string, event: CheckoutEvent, scene: Scene) => string;

const SENTENCES: Readonly<Record<EventType, Sentence>> = {
  "checkout_session.created": () => "The order was put up for payment.",
  "checkout_session.open": () => "The order can be paid again.",
  "checkout_session.pending": () => "The order waits for money that is on its way.",
  "checkout_session.complete": () => "The order counts as paid.",
  "checkout_session.expired": () => "Time ran out: the order can no longer be paid.",
  "checkout_session.cancelled": () => "The order was called off.",
  "checkout_session.acknowledged": () => "What needed attention was marked as seen.",
  "commerce_layer.bound": () => "An order in Commerce Layer named this session to be paid by it.",
  "commerce_layer.promised": () => "Commerce Layer was promised to be told how this ends.",
  "attempt.started": (gateway) => `The customer chose to pay by ${gateway}.`,
  "attempt.prepared": (gateway) => `${gateway} is ready, and the customer was sent there.`,
  "attempt.token_received": (gateway) => `The customer left a way to pay at ${gateway}.`,
  "attempt.authorizing": (gateway) => `${gateway} was asked for the money.`,
  "attempt.authorization_answered": (gateway) => `${gateway} answered.`,
  "attempt.checked": (gateway, { data }) => `${gateway} was asked and ${answerWords(data?.["answer"])}.`,
  "attempt.check_failed": (gateway, { data }) =>
    `${gateway} could not be asked (${data?.["code"]}); it is asked again.`,
  "attempt.declined": (gateway) => `${gateway} declined.`,
  "attempt.cancelled": (gateway) => `The trip to ${gateway} was called off.`,
  "attempt.expired": (gateway) => `The trip to ${gateway} ran out of time.`,
  "attempt.superseded": (gateway) => `The customer chose anew, and the trip to ${gateway} no longer counts.`,
  "attempt.failed": (gateway, { data }) =>
    data?.["code"] === undefined
      ? `The trip to ${gateway} failed.`
      : `The trip to ${gateway} failed (${data["code"]}).`,
  "attempt.amount_mismatch": mismatch,
  "attempt.currency_mismatch": mismatch,
  "attempt.environment_mismatch": (gateway, { data }) =>
    `${gateway} confirmed a payment in ${data?.["environment"]}, which is not where this server works: it does not count.`,
  "payment.authorization": (gateway, event, scene) => `${gateway} holds ${amountOf(event, scene)} for you.`,
  "payment.pending": (gateway, event, scene) => `${gateway} is processing ${amountOf(event, scene)}.`,
  "payment.completed": (gateway, event, scene) => `${takenOf(event, scene)} was taken by ${gateway}.`,
  "payment.failed": (gateway, event, scene) => `${gateway} gave up on ${amountOf(event, scene)}: nothing was taken.`,
  "payment.authorization_voided": (gateway, event, scene) => `${amountOf(event, scene)} was released at ${gateway}.`,
  "payment.voided": (gateway, event, scene) => `${amountOf(event, scene)} by ${gateway} is no longer expected.`,
  "payment.authorization_expired": (gateway, event, scene) => `${gateway} no longer holds ${amountOf(event, scene)}.`,
  "payment.partially_refunded": () => "A part went back to the customer.",
  "payment.refunded": () => "Everything went back to the customer.",
  "payment.duplicate": (gateway, event, scene) =>
    `${amountOf(event, scene)} came by ${gateway} for an order that was paid already.`,
  "payment.duplicate_held": () => "The second payment could not be given back by itself, and is held for you.",
  "payment.capture_held": () => "The money could not be captured by itself, and is held for you.",
  "payment.contradicted": (gateway, { remoteState }) =>
    remoteState === undefined
      ? `${gateway} did what our books leave no room for.`
      : `${gateway} says “${remoteState}”, which contradicts our books.`,
  "operation.created": (gateway, event, scene) => `${gateway} was asked for the ${operationWords(event, scene)}.`,
  "operation.repeated": (gateway, event, scene) =>
    `${gateway} was asked again, with the same key, for the ${operationWords(event, scene)}.`,
  "operation.succeeded": (_gateway, event, scene) => `The ${operationWords(event, scene)} was done.`,
  "operation.pending": (gateway, event, scene) => `${gateway} is working on the ${operationWords(event, scene)}.`,
  "operation.failed": (_gateway, event, scene) =>
    `The ${operationWords(event, scene)} was not done${because(operationOf(scene, event)?.message)}.`,
  "payment_source.requested": (gateway) =>
    `${gateway} was asked to keep what the customer paid with, for another time.`,
  "payment_source.saved": (gateway) => `What the customer paid with was saved at ${gateway} for another time.`,
  "payment_source.refused": (gateway) => `${gateway} did not save what the customer paid with.`,
  "payment_source.deleted": () => "The saved way to pay was deleted.",
  "operation.unknown": (gateway, event, scene) =>
    `${gateway}'s answer to the ${operationWords(event, scene)} never came: whether it was done is not known.`,
};

const DECIDED: Readonly<Record<DecidedBy, string>> = {
  merchant: "by your request",
  customer: "by the customer's browser, which proves nothing",
  return: "brought by the customer's return",
  notification: "proved by the provider's notification",
  fetch: "said by the provider when it was asked",
  operator: "by your request",
  expiry: "by the clock",
  gateway: "said by the gateway",
};

/** Tells what happened; a type that a newer server records is named as it is. */
export function tellEvent(event: CheckoutEvent, scene: Scene): string {
  const sentence = (SENTENCES as Readonly<Record<string, Sentence | undefined>>)[event.type];
  return sentence?.(gatewayOf(scene, event), event, scene) ?? `${event.type}.`;
}

/** Tells what proved or decided it, and the provider's own word where there is one. */
export function tellReason({ type, decidedBy, remoteState }: CheckoutEvent): string {
  // A customer starts and a server asks: neither has anything to prove.
  if (type === "attempt.started") return "by the customer";
  const word = remoteState === undefined ? "" : ` Its own word: “${remoteState}”.`;
  return `${DECIDED[decidedBy]}.${word}`;
}

function mismatch(gateway: string, { data = {} }: CheckoutEvent, { money }: Scene): string {
  const { amount, currency, expectedAmount, expectedCurrency } = data;
  const paid = money(Number(amount), String(currency));
  const asked = money(Number(expectedAmount), String(expectedCurrency));
  return `${gateway} confirmed ${paid}, but ${asked} was asked for: it does not count as paid.`;
}

function answerWords(answer: unknown): string {
  switch (answer) {
    case "unpaid":
      return "has no payment yet";
    case "expired":
      return "says that the trip ran out unpaid";
    case "completed":
      return "says that it is paid";
    default:
      return `says “${String(answer)}”`;
  }
}

function amountOf(event: CheckoutEvent, scene: Scene): string {
  const payment = paymentOf(scene, event);
  return payment === undefined ? "The money" : scene.money(payment.amount, payment.currency);
}

function takenOf(event: CheckoutEvent, scene: Scene): string {
  const payment = paymentOf(scene, event);
  if (payment === undefined) return "The money";
  const amount = payment.capturedAmount === 0 ? payment.amount : payment.capturedAmount;
  return scene.money(amount, payment.currency);
}

function operationWords(event: CheckoutEvent, scene: Scene): string {
  const operation = operationOf(scene, event);
  const payment = paymentOf(scene, event);
  if (operation === undefined || payment === undefined) return "operation";
  const [noun] = OPERATION_WORDS[operation.type];
  return `${noun} of ${scene.money(operation.amount, payment.currency)}`;
}

function because(message: string | undefined): string {
  return message === undefined ? "" : `: ${message.replace(/\.$/, "")}`;
}
