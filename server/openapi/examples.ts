/** What the examples of `/openapi.json` tell: one order of two mugs, paid by card and partly given back. */
const CREATED_AT = "2026-11-21T12:00:00.000Z";

const order = {
  amount: 4300,
  currency: "EUR",
  items: [{ name: "Mug", sku: "mug", quantity: 2, unitAmount: 1900 }],
  shipping: 500,
  tax: 0,
  discount: 0,
  orderId: "1001",
  capture: "automatic",
  returnUrl: "https://shop.example/thanks",
  cancelUrl: "https://shop.example/cart",
};

/** A trip to the provider that has just begun. */
export const attempt = {
  id: "at_6mJ2hVq0nTtYx8bLr4Wc1A",
  gateway: "card",
  state: "started",
  presentation: "redirect",
  amount: 4300,
  currency: "EUR",
  environment: "test",
  createdAt: "2026-11-21T12:00:05.000Z",
};

/** Money that was taken. */
export const payment = {
  id: "pay_9xQd3kYz7bHnUe5vKs2F0g",
  sessionId: "cs_4Tn8rGm1wZcXa6pJd0Lh3Q",
  attemptId: attempt.id,
  gateway: "card",
  environment: "test",
  state: "completed",
  amount: 4300,
  capturedAmount: 4300,
  refundedAmount: 0,
  balance: 4300,
  version: 1,
  currency: "EUR",
  remoteId: "T-20261121-0007",
  remoteState: "completed",
  createdAt: "2026-11-21T12:00:30.000Z",
  completedAt: "2026-11-21T12:00:30.000Z",
  operations: [],
};

/** The same, 10 euros of it given back. */
export const refundedPayment = {
  ...payment,
  state: "partially_refunded",
  refundedAmount: 1000,
  balance: 3300,
  operations: [
    {
      id: "op_2vBn5cMx8zLk1jHg4fDs7A",
      type: "refund",
      amount: 1000,
      status: "succeeded",
      remoteId: "R-20261122-0001",
      createdAt: "2026-11-22T09:00:00.000Z",
    },
  ],
};

const session = {
  id: payment.sessionId,
  status: "open",
  ...order,
  environment: "test",
  expiresAt: "2026-11-22T12:00:00.000Z",
  createdAt: CREATED_AT,
  version: 1,
  url: "https://pay.example/checkout/f3Kq9ZsW1nXb7VtLm2Rc",
  gateways: [{ id: "card", label: "Card", presentations: ["redirect", "iframe", "popup"] }],
  attempts: [],
  payments: [],
};

/** A session that nobody has paid yet. */
export const openSession = session;

/** A session that is paid, as the merchant reads it. */
export const completeSession = {
  ...session,
  status: "complete",
  version: 4,
  attempt: { ...attempt, state: "settled", endedAt: "2026-11-21T12:00:30.000Z" },
  payment,
  attempts: [{ ...attempt, state: "settled", endedAt: "2026-11-21T12:00:30.000Z" }],
  payments: [payment],
};

/** The answer to a creation: the one that carries the client secret. */
export const createdSession = { ...session, clientSecret: "secret_b8Wc2YtR5nZqLx7VfKj1Gm3H" };

/** The request of that creation. */
export const newSession = {
  currency: order.currency,
  items: order.items,
  shipping: order.shipping,
  orderId: order.orderId,
  returnUrl: order.returnUrl,
  cancelUrl: order.cancelUrl,
};

/** What happened when the money came. */
export const event = {
  id: "evt_7hGf4dSa1qWe9rTy2uIo5P",
  sequence: 1042,
  type: "payment.completed",
  createdAt: "2026-11-21T12:00:30.000Z",
  sessionId: session.id,
  attemptId: attempt.id,
  paymentId: payment.id,
  decidedBy: "notification",
  remoteState: "completed",
};

/** A configured gateway. */
export const gateway = {
  id: "card",
  type: "universal",
  label: "Card",
  presentations: ["redirect", "iframe", "popup"],
  abilities: ["refund"],
  circuit: { state: "closed", failures: 0 },
};

/** What a customer lets the merchant charge again. */
export const paymentSource = {
  id: "src_5kWq8ZrT2nYb9VtLm3Rc1XdF",
  gateway: "wallet",
  environment: "test",
  paymentId: payment.id,
  sessionId: session.id,
  customer: { reference: "c-1", email: "ada@shop.example" },
  label: "Blue card",
  createdAt: CREATED_AT,
};
