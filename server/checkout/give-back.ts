import { CheckoutError } from "../errors.ts";
import type { PaymentRecord } from "../stores/ledger.ts";
import type { Checkout } from "./checkout.ts";
import { operatePayment } from "./operate-payment.ts";
import { changeSession } from "./settle.ts";

/**
 * Gives a duplicate back where that is configured: refunds what was taken, voids what was only authorized. It is tried
 * once, by an operation like the merchant's; a gateway that cannot, and a provider that refuses, leave it held.
 */
export async function giveBackDuplicate(checkout: Checkout, payment: PaymentRecord): Promise<void> {
  const type = payment.state === "authorization" ? "void" : "refund";
  const gateway = checkout.gateways.get(payment.gateway);
  // Money that the merchant sends back by hand must not be noted as sent by itself.
  if (gateway?.[type] === undefined || gateway.isReceivedByMerchant === true) {
    await hold(checkout, payment);
    return;
  }
  try {
    await operatePayment(checkout, payment.id, { type });
  } catch (error) {
    if (!(error instanceof CheckoutError)) throw error;
    checkout.log.error({ paymentId: payment.id, err: error }, "a duplicate could not be given back and is held");
    await hold(checkout, payment);
  }
}

async function hold(checkout: Checkout, { id: paymentId, sessionId }: PaymentRecord): Promise<void> {
  await changeSession(checkout, sessionId, "expiry", (change) => {
    const payment = change.ledger.payments.find(({ id }) => id === paymentId);
    if (payment === undefined) return;
    delete payment.refundDueAt;
    change.record("payment.duplicate_held", { payment });
  });
}
