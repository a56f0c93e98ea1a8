import { createHmac } from "node:crypto";
import type { Handoff } from "../../shared/records.ts";
import type { TestAnswer, TestServer } from "./server.ts";

const SECRET = "universal-test-secret";

/** A `universal` gateway for tests that play its provider. */
export const UNIVERSAL = {
  type: "universal",
  label: "Card",
  accountId: "zork",
  secret: SECRET,
  forwardUrl: "http://provider.localhost:4302/universal",
  shopName: "Shop",
  shopCountry: "IE",
};

/** What the provider says of a handoff that it was given, unless a test says otherwise. */
export function universalMessage(handoff: Handoff, changes: Record<string, string> = {}): Record<string, string> {
  const { x_account_id, x_reference, x_currency, x_amount, x_test } = handoff.fields ?? {};
  const fields: Record<string, string> = {
    x_account_id: x_account_id ?? "",
    x_reference: x_reference ?? "",
    x_currency: x_currency ?? "",
    x_amount: x_amount ?? "",
    x_test: x_test ?? "",
    x_gateway_reference: `remote-${x_reference}`,
    x_timestamp: "2026-11-21T12:00:00Z",
    x_result: "completed",
    ...changes,
  };
  return { ...fields, x_signature: fields["x_signature"] ?? sign(fields) };
}

/** Sends the provider's callback. */
export function notifyUniversal(
  server: TestServer,
  handoff: Handoff,
  changes: Record<string, string> = {},
  gateway = "card",
): Promise<TestAnswer> {
  return server.call(`/notify/${gateway}`, { key: null, form: universalMessage(handoff, changes) });
}

/** Sends the customer's browser back with the provider's signed fields. */
export function returnFromUniversal(
  server: TestServer,
  handoff: Handoff,
  changes: Record<string, string> = {},
): Promise<TestAnswer> {
  const query = new URLSearchParams(universalMessage(handoff, changes)).toString();
  return server.call(`${new URL(handoff.fields?.["x_url_complete"] ?? "").pathname}?${query}`, { key: null });
}

/** An independent implementation of the protocol's signature. */
function sign(fields: Record<string, string>): string {
  const names = Object.keys(fields).filter((name) => name.startsWith("x_") && name !== "x_signature");
  const message = names
    .sort()
    .map((name) => name + fields[name])
    .join("");
  return createHmac("sha256", SECRET).update(message).digest("hex");
}
