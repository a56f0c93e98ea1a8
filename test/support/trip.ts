import type { Trip, TripUrls } from "../../server/gateways/gateway.ts";
import type { AttemptRecord, PaymentRecord, SessionRecord } from "../../server/stores/ledger.ts";

const CREATED_AT = "2026-11-21T12:00:00.000Z";

/** The addresses that a trip is given in tests. */
export const TRIP_URLS: TripUrls = {
  returnUrl: "https://pay.example/return/token-of-the-attempt",
  cancelUrl: "https://pay.example/cancel/token-of-the-attempt",
  notifyUrl: "https://pay.example/notify/gateway",
  pageUrl: "https://pay.example/checkout/token-of-the-page",
};

/** Makes a trip of an order of two mugs and a print, 43.00 in all, as the store would hold it. */
export function makeTrip(
  session: Partial<SessionRecord> = {},
  attempt: Partial<AttemptRecord> = {},
): { session: SessionRecord; attempt: AttemptRecord } {
  const sessionRecord: SessionRecord = {
    id: "cs_1",
    status: "open",
    amount: 4300,
    currency: "USD",
    items: [
      { name: "Mug", description: "Stoneware, 300 ml", sku: "mug", quantity: 2, unitAmount: 1500 },
      { name: "Print", quantity: 1, unitAmount: 1000 },
    ],
    shipping: 500,
    tax: 100,
    discount: -300,
    orderId: "1001",
    capture: "automatic",
    returnUrl: "https://shop.example/thanks",
    cancelUrl: "https://shop.example/cart",
    environment: "test",
    expiresAt: "2026-11-22T12:00:00.000Z",
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    version: 1,
    clientSecretHash: "0".repeat(64),
    pageToken: "token-of-the-page",
    ...session,
  };
  const { amount, currency, environment } = sessionRecord;
  return {
    session: sessionRecord,
    attempt: {
      id: "at_1",
      gateway: "gateway",
      state: "started",
      presentation: "redirect",
      amount,
      currency,
      environment,
      createdAt: CREATED_AT,
      reference: "5f0c1d2e3b4a59687786958493a2b1c0d9e8",
      tokenHash: "1".repeat(64),
      checks: 0,
      ...attempt,
    },
  };
}

/** Makes the authorized payment of a trip. */
export function makePayment({ session, attempt }: Trip, remoteId: string): PaymentRecord {
  return {
    id: "pay_1",
    sessionId: session.id,
    attemptId: attempt.id,
    gateway: attempt.gateway,
    environment: attempt.environment,
    state: "authorization",
    amount: attempt.amount,
    capturedAmount: 0,
    refundedAmount: 0,
    balance: 0,
    currency: attempt.currency,
    remoteId,
    remoteState: "authorized",
    createdAt: CREATED_AT,
    operations: [],
  };
}
