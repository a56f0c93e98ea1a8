import type { Logger } from "pino";
import { assertNever } from "../../shared/assert-never.ts";
import type { Choice } from "./choices.ts";
import type { PaymentState, SimulatedPayment, Statement } from "./payment.ts";

const CALLBACK_TIMEOUT_MS = 10_000;

/** What the provider needs to make things happen. */
export interface Stage {
  now: () => Date;
  log: Logger;
  /** Lets "a few seconds" pass; rejects where the provider ends before. */
  pause: () => Promise<void>;
  /** Ends whatever is being sent. */
  signal: AbortSignal;
}

/**
 * Makes a choice happen: the payment changes, callbacks go out, and the address comes back that the customer is sent
 * to; `undefined` where the customer does not return. A provider of this kind sends a callback once and never again.
 */
export async function play(payment: SimulatedPayment, choice: Choice, stage: Stage): Promise<string | undefined> {
  if (choice.result === "cancelled") {
    payment.state = "cancelled";
    return payment.messages.cancelUrl();
  }
  if (choice.forged !== "both") decide(payment, choice);
  const told: Statement = { result: choice.result, isForged: choice.forged !== undefined };
  if (choice.isSlow === true) await stage.pause();
  const isCallbackAnswered = await sendCallbacks(payment, choice, told, stage);
  if (choice.isSlow === true || choice.callback === "long-before") await stage.pause();
  if (choice.later !== undefined) decideLater(payment, choice.later, stage);
  if (!choice.isReturning) return undefined;
  return payment.messages.returnUrl({ ...told, isForged: choice.forged === "both" }, isCallbackAnswered);
}

/** Sends the callback that a statement calls for, once, and says whether it was answered with 2xx. */
export async function sendCallback(payment: SimulatedPayment, statement: Statement, stage: Stage): Promise<boolean> {
  const callback = payment.messages.callback(statement);
  if (callback === undefined) return false;
  const delivery: SimulatedPayment["deliveries"][number] = { sentAt: stage.now(), callback };
  payment.deliveries.push(delivery);
  const startedMs = performance.now();
  try {
    const response = await fetch(callback.url, {
      method: "POST",
      headers: { ...callback.headers, "content-type": callback.contentType },
      body: callback.body,
      redirect: "manual",
      signal: AbortSignal.any([stage.signal, AbortSignal.timeout(CALLBACK_TIMEOUT_MS)]),
    });
    delivery.status = response.status;
    await response.body?.cancel();
  } catch (cause) {
    delivery.error = describe(cause);
  }
  delivery.durationMs = Math.round(performance.now() - startedMs);
  stage.log.info({ paymentId: payment.id, status: delivery.status, error: delivery.error }, "callback sent");
  return delivery.status !== undefined && delivery.status >= 200 && delivery.status < 300;
}

/** Decides a pending payment and sends the callback that says so. */
export async function settlePending(payment: SimulatedPayment, result: "paid" | "failed", stage: Stage): Promise<void> {
  if (payment.state !== "pending") return;
  // An external gateway's money is only reserved until the merchant's server asks for it.
  payment.state = result === "paid" && payment.protocol === "external" ? "authorized" : result;
  await sendCallback(payment, { result, isForged: false }, stage);
}

function decide(payment: SimulatedPayment, choice: Choice): void {
  payment.state = stateOf(payment, choice);
  payment.charged = { amount: payment.amount, currency: payment.currency };
  if (choice.charges === "other-amount") payment.charged.amount = Math.max(1, Math.floor(payment.amount / 10));
  if (choice.charges === "other-currency") payment.charged.currency = payment.currency === "EUR" ? "USD" : "EUR";
}

function stateOf(payment: SimulatedPayment, { result }: Choice): PaymentState {
  return result === "paid" && payment.isAuthorizationOnly ? "authorized" : result;
}

async function sendCallbacks(
  payment: SimulatedPayment,
  { callback }: Choice,
  told: Statement,
  stage: Stage,
): Promise<boolean> {
  switch (callback) {
    case "never":
      return false;
    case "before":
    case "long-before":
      return sendCallback(payment, told, stage);
    case "twice": {
      const answers = await Promise.all([sendCallback(payment, told, stage), sendCallback(payment, told, stage)]);
      return answers.every(Boolean);
    }
    case "together":
      void sendCallback(payment, told, stage);
      return true;
    case "after":
      void afterPause(stage, () => sendCallback(payment, told, stage));
      return true;
    default:
      return assertNever(callback);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  // What `fetch` throws says nothing; its cause does.
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function decideLater(payment: SimulatedPayment, result: "paid" | "failed", stage: Stage): void {
  void afterPause(stage, () => settlePending(payment, result, stage));
}

/** Lets something happen a few seconds later, unless the provider ends before. */
export async function afterPause(stage: Stage, act: () => Promise<unknown>): Promise<void> {
  try {
    await stage.pause();
  } catch {
    // The provider is closing: nothing is sent any more.
    return;
  }
  await act();
}
