import { randomBytes } from "node:crypto";
import { parseDecimal } from "../../shared/money.ts";
import type { PaymentBook, SimulatedPayment } from "./payment.ts";
import { Refusal } from "../refusal.ts";
import { isSignedUniversal, universalMessages, type UniversalAccount } from "./universal-messages.ts";

const REQUIRED = [
  "x_account_id",
  "x_currency",
  "x_amount",
  "x_reference",
  "x_shop_country",
  "x_shop_name",
  "x_url_callback",
  "x_url_complete",
  "x_url_cancel",
  "x_signature",
] as const;

/**
 * Takes a Universal payment request, the form that the merchant's page posts: checks account, signature and fields,
 * and gives the payment. The same reference again gives the same payment, so that a reload never makes a second one.
 *
 * @throws Refusal 400 or 403
 */
export function acceptUniversal(
  posted: URLSearchParams,
  { book, accounts, now }: { book: PaymentBook; accounts: readonly UniversalAccount[]; now: () => Date },
): SimulatedPayment {
  const form = Object.fromEntries(posted);
  if (posted.size !== Object.keys(form).length) throw new Refusal(400, "A field of the payment request is repeated.");
  const missing = REQUIRED.filter((name) => (form[name] ?? "") === "");
  if (missing.length > 0) throw new Refusal(400, `The payment request lacks ${missing.join(", ")}.`);
  const account = accounts.find(({ id }) => id === form["x_account_id"]);
  if (account === undefined) throw new Refusal(403, "The provider does not know the account x_account_id.");
  if (!isSignedUniversal(form, account.secret)) {
    throw new Refusal(403, "The signature of the payment request is wrong.");
  }
  const { amount, currency } = readAmount(form);
  checkAddresses(form);
  const reference = form["x_reference"] ?? "";
  const known = book.findReference(account.id, reference);
  if (known !== undefined) return sameOrder(known, amount, currency);
  const payment: SimulatedPayment = {
    id: randomBytes(16).toString("hex"),
    protocol: "universal",
    account: account.id,
    merchant: form["x_shop_name"] ?? "",
    reference,
    orderNumber: form["x_invoice"],
    description: form["x_description"],
    isTest: form["x_test"] === "true",
    createdAt: now(),
    expiresAt: undefined,
    isAuthorizationOnly: false,
    amount,
    currency,
    state: "open",
    charged: { amount, currency },
    messages: universalMessages(form, account, now, () => payment),
    deliveries: [],
  };
  book.add(payment);
  return payment;
}

function readAmount(form: Readonly<Record<string, string>>): { amount: number; currency: string } {
  const currency = form["x_currency"] ?? "";
  if (!/^[A-Z]{3}$/.test(currency)) throw new Refusal(400, "x_currency is not a currency.");
  const amount = parseDecimal(form["x_amount"] ?? "", currency);
  if (amount === undefined || amount === 0) throw new Refusal(400, "x_amount is not an amount of its currency.");
  return { amount, currency };
}

function checkAddresses(form: Readonly<Record<string, string>>): void {
  for (const name of ["x_url_callback", "x_url_complete", "x_url_cancel"]) {
    const url = URL.parse(form[name] ?? "");
    if (url === null || !/^https?:$/.test(url.protocol)) throw new Refusal(400, `${name} is not a web address.`);
  }
}

function sameOrder(known: SimulatedPayment, amount: number, currency: string): SimulatedPayment {
  if (known.amount === amount && known.currency === currency) return known;
  throw new Refusal(400, "x_reference was used for another amount.");
}
