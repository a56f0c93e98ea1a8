import type { AttemptRecord, Ledger } from "../../server/stores/ledger.ts";

/** The two trips of a session that was opened in two tabs. */
export type Tab = "a" | "b";

const CREATED_AT = "2026-11-21T11:00:00.000Z";

/** Makes a session over €43.00 with two attempts, the older superseded by the newer. */
export function twoTabs(): Ledger {
  return {
    session: {
      id: "cs_sample",
      status: "open",
      amount: 4300,
      currency: "EUR",
      items: [],
      shipping: 0,
      tax: 0,
      discount: 0,
      capture: "automatic",
      returnUrl: "https://shop.example/thanks",
      cancelUrl: "https://shop.example/thanks",
      environment: "test",
      createdAt: CREATED_AT,
      updatedAt: CREATED_AT,
      expiresAt: "2026-11-21T12:00:00.000Z",
      version: 3,
      clientSecretHash: "0".repeat(64),
      pageToken: "page",
    },
    attempts: [attempt("b", "superseded"), attempt("a", "started")],
    payments: [],
  };
}

function attempt(name: Tab, state: AttemptRecord["state"]): AttemptRecord {
  return {
    id: `at_${name}`,
    gateway: "card",
    state,
    presentation: "redirect",
    amount: 4300,
    currency: "EUR",
    environment: "test",
    createdAt: CREATED_AT,
    reference: `reference-${name}`,
    tokenHash: `token-${name}`,
    checks: 0,
  };
}
