import { createHmac } from "node:crypto";
import { formatDecimal } from "../../shared/money.ts";
import type { DwollaOrder } from "./dwolla-order.ts";
import type { Messages, SimulatedPayment, Statement } from "./payment.ts";

/** A merchant's application for Dwolla's off-site gateway. */
export interface DwollaApplication {
  key: string;
  secret: string;
  /** The only Dwolla ID that it may send money to, `812-ddd-dddd`. */
  destinationId: string;
  /** The merchant's name, for people. */
  merchant: string;
}

const FORGER_SECRET = "the-secret-that-a-forger-does-not-have";
const NO_FUNDS = "There are insufficient funds for this transaction.";

/** Signs as Dwolla does: HMAC-SHA1 in lower-case hex over `CheckoutId&Amount`, the amount with two decimals. */
export function signDwolla(checkoutId: string, amount: string, secret: string): string {
  return createHmac("sha1", secret).update(`${checkoutId}&${amount}`).digest("hex");
}

/** Gives a Dwolla checkout's transaction number once it is paid; test checkouts have none. */
export function transactionNumber({ id, isTest, state }: SimulatedPayment): number | null {
  return isTest || state !== "paid" ? null : 1_000_000 + (Number.parseInt(id.slice(0, 8), 16) % 9_000_000);
}

/** Words the Dwolla messages about a checkout (seed 003): JSON callback, redirect with a query, unsigned errors. */
export function dwollaMessages(
  order: DwollaOrder,
  application: DwollaApplication,
  now: () => Date,
  find: () => SimulatedPayment,
): Messages {
  const sign = (amount: string, isForged: boolean) =>
    signDwolla(find().id, amount, isForged ? FORGER_SECRET : application.secret);
  const redirectTo = (query: Readonly<Record<string, string>>): string => {
    const url = new URL(order.redirect);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    return url.href;
  };
  const fail = (description: string) =>
    redirectTo({ checkoutId: find().id, error: "failure", error_description: description });

  const returnUrl = ({ result, isForged }: Statement, isCallbackAnswered: boolean): string => {
    if (result === "failed") return fail(NO_FUNDS);
    const payment = find();
    const amount = formatDecimal(payment.charged.amount, "USD");
    const known = { signature: sign(amount, isForged), orderId: order.orderId ?? "", amount, checkoutId: payment.id };
    if (payment.isAuthorizationOnly) return redirectTo({ ...known, checkoutWithApi: "true" });
    return redirectTo({
      ...known,
      status: "Completed",
      clearingDate: clearingDate(now()),
      transaction: String(transactionNumber(payment)),
      postback: isCallbackAnswered ? "success" : "failed",
      ...(payment.isTest ? { test: "true" } : {}),
    });
  };

  return {
    callback: ({ result, isForged }) => {
      const payment = find();
      if (order.callback === undefined || payment.isAuthorizationOnly) return undefined;
      const amount = formatDecimal(payment.charged.amount, "USD");
      const body = {
        Amount: Number(amount),
        CheckoutId: payment.id,
        ClearingDate: clearingDate(now()),
        Error: result === "failed" ? NO_FUNDS : null,
        OrderId: order.orderId ?? null,
        Signature: sign(amount, isForged),
        Status: result === "failed" ? "Failed" : "Completed",
        TestMode: String(payment.isTest),
        TransactionId: transactionNumber(payment),
      };
      return { url: order.callback, contentType: "application/json", body: JSON.stringify(body) };
    },
    returnUrl,
    cancelUrl: () => fail("User Cancelled"),
  };
}

/** Writes a time as Dwolla's examples do, `8/28/2012 3:17:18 PM`, in UTC. */
export function clearingDate(time: Date): string {
  return time.toLocaleString("en-US", { timeZone: "UTC" }).replace(",", "").replaceAll("\u202F", " ");
}
