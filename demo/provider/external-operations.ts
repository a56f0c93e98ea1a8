import { assertNever } from "../../shared/assert-never.ts";
import { refuse, refuseState, type ExternalAnswer, type ExternalPayload } from "./external-messages.ts";
import type { Purse } from "./external-purse.ts";
import type { SimulatedPayment } from "./payment.ts";

/** What a merchant's server may ask to be done with a payment. */
export type ExternalOperation = "capture" | "void" | "refund";

/** Something that can be done: its token, its amount in minor units, and the doing, at once or later. */
export interface Plan {
  token: string;
  amount: number;
  apply: () => void;
}

/** Checks what is asked for; gives the refusal where it cannot be done. */
export function planOperation(
  operation: ExternalOperation,
  { data: { attributes } }: ExternalPayload,
  payment: SimulatedPayment,
  purse: Purse,
): Plan | ExternalAnswer {
  switch (operation) {
    case "capture":
      return planCapture(attributes.capture_amount_cents ?? payment.amount, payment);
    case "void":
      if (payment.state !== "authorized" && payment.state !== "pending") return refuseState(payment);
      return { token: `${payment.id}-void`, amount: payment.amount, apply: () => void (payment.state = "cancelled") };
    case "refund":
      return planRefund(attributes.refund_amount_cents ?? 0, payment, purse);
    default:
      return assertNever(operation);
  }
}

function planCapture(amount: number, payment: SimulatedPayment): Plan | ExternalAnswer {
  if (payment.state !== "authorized") return refuseState(payment);
  if (amount < 1 || amount > payment.amount) {
    return refuse("amount_too_large", "More than was authorized.", { token: payment.id, amount });
  }
  const apply = () => {
    payment.charged = { amount, currency: payment.currency };
    payment.state = "paid";
  };
  return { token: `${payment.id}-capture`, amount, apply };
}

function planRefund(amount: number, payment: SimulatedPayment, purse: Purse): Plan | ExternalAnswer {
  if (payment.state !== "paid") return refuseState(payment);
  if (amount < 1 || amount > payment.charged.amount - purse.refunded) {
    return refuse("amount_too_large", "More than what is left.", { token: payment.id, amount });
  }
  return {
    token: `${payment.id}-refund-${purse.refunded + amount}`,
    amount,
    apply: () => void (purse.refunded += amount),
  };
}
