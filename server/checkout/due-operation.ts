/**
 * What is done to a payment by itself, as its record says: a duplicate is given back where that is configured, and an
 * authorization is captured where the session is to be paid at once and the provider cannot take the money with it.
 * Each is an operation like the merchant's, so that a crash, or a merchant who is faster, never does it twice.
 */
import { CheckoutError, GatewayError, StateError, StoreError } from "../errors.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { operatePayment } from "./operate-payment.ts";
import { changeSession } from "./settle.ts";

/** Carries out the operation that is due on a payment. Never throws for what the provider did: that is recorded. */
export async function carryOutDueOperation(checkout: Checkout, payment: PaymentRecord): Promise<void> {
  const { type, at: dueAt = "" } = payment.operationDue ?? {};
  switch (type) {
    case "capture":
      return captureAtOnce(checkout, payment, dueAt);
    case "give_back":
      return giveBackDuplicate(checkout, payment, dueAt);
    case undefined:
  }
}

async function captureAtOnce(checkout: Checkout, payment: PaymentRecord, dueAt: string): Promise<void> {
  try {
    await operatePayment(checkout, payment.id, { type: "capture", dueAt });
  } catch (error) {
    if (!(error instanceof CheckoutError) || error instanceof StoreError) throw error;
    checkout.log.error({ paymentId: payment.id, err: error }, "an authorization could not be captured at once");
    // The payment is no longer what it was; where the provider failed, the operation's own record says when it is tried
    // again.
    if (!(error instanceof GatewayError)) await forgetDue(checkout, payment, dueAt, "payment.capture_held", error);
  }
}

/**
 * Refunds what was taken, voids what was only authorized. A gateway that cannot, and a provider that refuses, leave it
 * held; where the provider was not reached, or asked later knows nothing of it, it is tried again.
 */
async function giveBackDuplicate(checkout: Checkout, payment: PaymentRecord, dueAt: string): Promise<void> {
  const type = payment.state === "authorization" ? "void" : "refund";
  const gateway = checkout.gateways.get(payment.gateway);
  // Money that the merchant sends back by hand must not be noted as sent by itself.
  if (gateway?.[type] === undefined || gateway.isReceivedByMerchant === true) {
    await forgetDue(checkout, payment, dueAt, "payment.duplicate_held");
    return;
  }
  try {
    await operatePayment(checkout, payment.id, { type, dueAt });
  } catch (error) {
    if (!(error instanceof CheckoutError) || error instanceof StoreError) throw error;
    checkout.log.error({ paymentId: payment.id, err: error }, "a duplicate could not be given back");
    await forgetDue(checkout, payment, dueAt, "payment.duplicate_held", error);
  }
}

/** Leaves a payment to the merchant, unless it is put off; one on which somebody else was faster is theirs already. */
async function forgetDue(
  checkout: Checkout,
  { id: paymentId, sessionId }: PaymentRecord,
  dueAt: string,
  event: "payment.capture_held" | "payment.duplicate_held",
  cause?: CheckoutError,
): Promise<void> {
  await changeSession(checkout, sessionId, "expiry", (change) => {
    const payment = change.ledger.payments.find(({ id }) => id === paymentId);
    const { at } = payment?.operationDue ?? {};
    if (payment === undefined || (at !== dueAt && (at !== undefined || cause instanceof StateError))) return;
    delete payment.operationDue;
    change.record(event, { payment });
  });
}
