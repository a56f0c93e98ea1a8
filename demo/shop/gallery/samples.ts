import { Attempt, CheckoutSession, Payment } from "../../../shared/records.ts";
import type { GalleryState } from "./state.ts";

/** The id of a state's sample session. */
export const sampleId = ({ id }: GalleryState): string => `cs_gallery-${id}`;

const AMOUNT = 6730;
const CURRENCY = "USD";
const ENVIRONMENT = "test";
const LIFETIME_MS = 86_400_000;

/**
 * Makes up the session of a state as the server would answer it, and holds it to the real schema.
 *
 * @param shopUrl - where its links lead
 * @param started - the attempt that the element has started meanwhile
 */
export function sampleSession(state: GalleryState, shopUrl: string, started?: Attempt): CheckoutSession {
  const now = new Date();
  const { attempt, payment } = state;
  return CheckoutSession.parse({
    id: sampleId(state),
    status: "open",
    amount: AMOUNT,
    currency: CURRENCY,
    items: [
      { name: "Speckled mug", description: "Stoneware, 350 ml", sku: "mug", quantity: 2, unitAmount: 1800 },
      { name: "Three hills print", description: "Risograph, A3", sku: "print", quantity: 1, unitAmount: 3200 },
    ],
    shipping: 500,
    tax: 110,
    discount: -680,
    orderId: "FH-7KQ2MZ",
    capture: "automatic",
    returnUrl: `${shopUrl}/gallery`,
    cancelUrl: `${shopUrl}/gallery`,
    environment: ENVIRONMENT,
    expiresAt: new Date(now.getTime() + LIFETIME_MS).toISOString(),
    createdAt: now.toISOString(),
    version: started === undefined ? 1 : 2,
    url: `${shopUrl}/gallery?state=${state.id}`,
    gateways: [
      { id: "card", label: "Card", presentations: ["iframe", "popup", "redirect"] },
      { id: "bank", label: "Bank account", presentations: ["redirect"] },
      { id: "wallet", label: "Wallet", presentations: ["popup", "redirect"] },
    ],
    ...state.session,
    attempt: started ?? (attempt && sampleAttempt(attempt)),
    payment: payment && samplePayment(state, payment),
  });
}

/** Makes up an attempt, by card where nothing else is said. */
export function sampleAttempt(changes: Partial<Attempt>): Attempt {
  return Attempt.parse({
    id: "at_gallery",
    gateway: "card",
    state: "started",
    presentation: "iframe",
    amount: AMOUNT,
    currency: CURRENCY,
    environment: ENVIRONMENT,
    createdAt: new Date().toISOString(),
    ...changes,
  });
}

function samplePayment(state: GalleryState, changes: Partial<Payment>): Payment {
  return Payment.parse({
    id: "pay_gallery",
    sessionId: sampleId(state),
    attemptId: "at_gallery",
    gateway: "card",
    environment: ENVIRONMENT,
    state: "completed",
    amount: AMOUNT,
    capturedAmount: AMOUNT,
    refundedAmount: 0,
    balance: AMOUNT,
    currency: CURRENCY,
    remoteId: "sample",
    remoteState: "sample",
    createdAt: new Date().toISOString(),
    operations: [],
    version: 1,
    ...changes,
  });
}
