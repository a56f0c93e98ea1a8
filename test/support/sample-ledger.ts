import type { AttemptRecord, Ledger, NewEvent, PaymentRecord, SourceRecord } from "../../server/stores/ledger.ts";

/** The time at which sample records begin; each number is one second later. */
const START_MS = Date.parse("2026-01-02T03:04:05.000Z");

/** Writes the time `seconds` after the samples' beginning, ISO 8601 UTC. */
export function sampleTime(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString();
}

/** Makes the records of an open session; `number` makes ids, names and creation time its own. */
export function sampleLedger(number: number, { orderId, dueAt }: { orderId?: string; dueAt?: string } = {}): Ledger {
  const id = sampleId(number);
  return {
    session: {
      id,
      status: "open",
      amount: 4300,
      currency: "EUR",
      items: [
        { name: "Mug, enamelled", sku: "mug", quantity: 2, unitAmount: 1900 },
        { name: "Tea towel", description: "Linen, 50 × 70 cm", quantity: 1, unitAmount: 0 },
      ],
      shipping: 490,
      tax: 10,
      discount: 0,
      ...(orderId === undefined ? {} : { orderId }),
      capture: "automatic",
      returnUrl: "https://shop.example/thanks",
      cancelUrl: "https://shop.example/cart",
      customer: { email: "ada@shop.example", name: "Ada Lovelace", reference: `customer-${number}` },
      metadata: { basket: `b-${number}`, channel: "web" },
      environment: "test",
      expiresAt: sampleTime(number + 86_400),
      createdAt: sampleTime(number),
      version: 1,
      clientSecretHash: hex(number, 1),
      pageToken: `page${number}`,
      updatedAt: sampleTime(number),
    },
    attempts: [],
    payments: [],
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** Adds a started attempt to a ledger, as changes do. */
export function addAttempt(ledger: Ledger, number: number): AttemptRecord {
  const { session } = ledger;
  const attempt: AttemptRecord = {
    id: `at_${String(number).padStart(22, "0")}`,
    gateway: "dwolla",
    state: "started",
    presentation: "redirect",
    amount: session.amount,
    currency: session.currency,
    environment: session.environment,
    remoteId: `remote-checkout-${number}`,
    createdAt: session.createdAt,
    reference: `reference-${number}`,
    tokenHash: hex(number, 2),
    origin: "https://shop.example",
    checks: 0,
  };
  ledger.attempts.push(attempt);
  return attempt;
}

/** Adds a completed payment to a ledger, as changes do. */
export function addPayment(ledger: Ledger, number: number, part: Partial<PaymentRecord> = {}): PaymentRecord {
  const { session } = ledger;
  const payment: PaymentRecord = {
    id: `pay_${String(number).padStart(22, "0")}`,
    sessionId: session.id,
    attemptId: ledger.attempts.at(-1)?.id ?? "at_none",
    gateway: "dwolla",
    environment: session.environment,
    state: "completed",
    amount: session.amount,
    capturedAmount: session.amount,
    refundedAmount: 0,
    balance: session.amount,
    currency: session.currency,
    remoteId: `remote-payment-${number}`,
    remoteState: "Completed",
    createdAt: session.createdAt,
    completedAt: session.createdAt,
    operations: [],
    ...part,
  };
  ledger.payments.push(payment);
  return payment;
}

/** Adds a saved payment source of the latest payment to a ledger, as changes do. */
export function addSource(ledger: Ledger, number: number): SourceRecord {
  const { session, payments } = ledger;
  const source: SourceRecord = {
    id: `src_${number}`,
    gateway: "dwolla",
    environment: session.environment,
    paymentId: payments.at(-1)?.id ?? "pay_none",
    sessionId: session.id,
    customer: { reference: `customer-${number}` },
    createdAt: session.createdAt,
    state: "saved",
    paymentSourceToken: `token-${number}`,
  };
  ledger.source = source;
  return source;
}

/** Makes an event of a session. */
export function sampleEvent(number: number, sessionId: string): NewEvent {
  return {
    id: `evt_${String(number).padStart(22, "0")}`,
    type: "payment.completed",
    createdAt: sampleTime(number),
    sessionId,
    decidedBy: "notification",
    remoteState: "Completed",
    data: { expected: 4300, actual: 4301, isLate: false, word: "Processed" },
  };
}

/** The id of a sample session. */
export function sampleId(number: number): string {
  return `cs_${String(number).padStart(22, "0")}`;
}

function hex(number: number, kind: number): string {
  return (number * 10 + kind).toString(16).padStart(64, "0");
}
