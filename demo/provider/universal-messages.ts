import { createHmac, timingSafeEqual } from "node:crypto";
import { formatDecimal } from "../../shared/money.ts";
import type { Messages, Result, SimulatedPayment, Statement } from "./payment.ts";

/** A merchant's account for the Universal protocol. */
export interface UniversalAccount {
  id: string;
  secret: string;
}

const RESULTS: Readonly<Record<Result, string>> = { paid: "completed", pending: "pending", failed: "failed" };
const FORGER_SECRET = "the-secret-that-a-forger-does-not-have";

/**
 * Signs fields as the Universal protocol does: HMAC-SHA256 in lower-case hex over every `x_` field but the signature,
 * sorted by name, names and values joined with nothing between.
 */
export function signUniversal(fields: Readonly<Record<string, string>>, secret: string): string {
  const names = Object.keys(fields).filter((name) => name.startsWith("x_") && name !== "x_signature");
  const message = names
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => name + fields[name])
    .join("");
  return createHmac("sha256", secret).update(message).digest("hex");
}

/** Tells whether fields carry their right signature. */
export function isSignedUniversal(fields: Readonly<Record<string, string>>, secret: string): boolean {
  const expected = Buffer.from(signUniversal(fields, secret));
  const given = Buffer.from((fields["x_signature"] ?? "").toLowerCase());
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Words the Universal messages about a payment: the same signed fields in the return's query and the callback's form. */
export function universalMessages(
  form: Readonly<Record<string, string>>,
  account: UniversalAccount,
  now: () => Date,
  find: () => SimulatedPayment,
): Messages {
  const say = ({ result, isForged }: Statement): Record<string, string> => {
    const { id, charged } = find();
    const fields: Record<string, string> = {
      x_account_id: account.id,
      x_reference: form["x_reference"] ?? "",
      x_currency: charged.currency,
      x_test: form["x_test"] ?? "false",
      x_amount: formatDecimal(charged.amount, charged.currency),
      x_gateway_reference: id,
      x_timestamp: now()
        .toISOString()
        .replace(/\.\d{3}Z$/, "Z"),
      x_result: RESULTS[result],
      ...(result === "failed" ? { x_message: "The bank declined the payment." } : {}),
    };
    return { ...fields, x_signature: signUniversal(fields, isForged ? FORGER_SECRET : account.secret) };
  };
  return {
    callback: (statement) => ({
      url: form["x_url_callback"] ?? "",
      contentType: "application/x-www-form-urlencoded",
      body: new URLSearchParams(say(statement)).toString(),
    }),
    returnUrl: (statement) => {
      const url = new URL(form["x_url_complete"] ?? "");
      for (const [name, value] of Object.entries(say(statement))) url.searchParams.append(name, value);
      return url.href;
    },
    cancelUrl: () => form["x_url_cancel"] ?? "",
  };
}
