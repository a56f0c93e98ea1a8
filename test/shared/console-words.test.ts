import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DECIDED_BY, EVENT_TYPES, type CheckoutEvent } from "../../shared/events.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { PAYMENT_STATES } from "../../shared/states.ts";
import { amountText, money, readAmount } from "../../widget/console/format.ts";
import { listAddress, paymentAddress, readRoute, searchAddress } from "../../widget/console/routes.ts";
import { tellEvent, tellReason } from "../../widget/console/words/events.ts";
import type { Scene } from "../../widget/console/words/scene.ts";
import { describePayment, describeSession } from "../../widget/console/words/standing.ts";
import { addAttempt, addPayment, sampleLedger } from "../support/sample-ledger.ts";

function makeScene(): Scene & { session: CheckoutSession } {
  const ledger = sampleLedger(1, { orderId: "1001" });
  addAttempt(ledger, 1);
  const payment = addPayment(ledger, 1, { remoteState: "Processed" });
  const createdAt = payment.createdAt;
  payment.operations.push({ id: "op_1", type: "refund", amount: 1000, status: "failed", message: "no", createdAt });
  const { clientSecretHash: _hash, pageToken: _token, updatedAt: _updatedAt, ...record } = ledger.session;
  const { attempts, payments } = ledger;
  return {
    session: { ...record, url: "", gateways: [], attempts, payments: payments.map((one) => ({ ...one, version: 1 })) },
    events: [],
    gateways: [
      { id: "dwolla", label: "Bank", abilities: ["fetchPayment", "refund"], circuit: { state: "closed", failures: 0 } },
    ],
    money: (amount, currency) => money(amount, currency, "en"),
    time: (iso) => iso.slice(0, 16),
  };
}

describe("the console's words", () => {
  for (const type of EVENT_TYPES) {
    it(`tell of ${type} in whole sentences`, () => {
      const scene = makeScene();
      const event: CheckoutEvent = {
        id: "evt_1",
        sequence: 1,
        type,
        createdAt: "2026-11-21T12:00:00.000Z",
        sessionId: scene.session.id,
        attemptId: scene.session.attempts?.[0]?.id ?? "",
        paymentId: scene.session.payments?.[0]?.id ?? "",
        operationId: "op_1",
        decidedBy: "notification",
        remoteState: "Processed",
        data: { answer: "unpaid", code: "amount_mismatch", amount: 430, currency: "EUR", environment: "live" },
      };
      event.data = { ...event.data, expectedAmount: 4300, expectedCurrency: "EUR" };
      const sentence = tellEvent(event, scene);
      assert.match(sentence, /^[A-Z€“].*[a-z).”]\.$|^[A-Z€].*\.$/);
      assert.doesNotMatch(sentence, /undefined|NaN|null|_\w+\.$/, sentence);
      assert.notEqual(sentence, `${type}.`, "a type without words is named as it is");
      for (const decidedBy of DECIDED_BY)
        assert.match(tellReason({ ...event, decidedBy }), /^(by|brought|proved|said) /);
    });
  }

  it("tell of a type that they do not know by its name", () => {
    const event = { id: "evt_1", sequence: 1, type: "order.shipped", createdAt: "", sessionId: "cs_1" };
    assert.equal(tellEvent({ ...event, decidedBy: "fetch" }, makeScene()), "order.shipped.");
  });

  for (const state of PAYMENT_STATES) {
    it(`say of a payment that is ${state} what happened and what to do`, () => {
      const scene = makeScene();
      const payment = { ...addPayment(sampleLedger(1), 1, { state }), operations: [], version: 1 };
      const { happened, todo } = describePayment(payment, scene);
      for (const sentence of [happened, todo]) assert.match(sentence, /^[A-Z€].*\.\s*$/);
      assert.doesNotMatch(happened + todo, /undefined|NaN/);
    });
  }

  it("say when a pending payment's provider is asked next", () => {
    const scene = makeScene();
    const [attempt] = scene.session.attempts ?? [];
    assert.ok(attempt);
    attempt.nextCheckAt = "2026-11-21T13:05:00.000Z";
    const payment = { ...addPayment(sampleLedger(1), 1, { state: "pending" }), attemptId: attempt.id, version: 1 };
    assert.equal(describePayment(payment, scene).todo, "Nothing to do. Bank is asked by itself on 2026-11-21T13:05.");
  });

  it("say of a session that nobody has begun to pay that it waits", () => {
    const scene = makeScene();
    scene.session.attempts = [];
    scene.session.payments = [];
    assert.match(describeSession(scene).happened, /has not chosen how to pay yet/);
  });
});

describe("an amount that is typed in", () => {
  for (const [text, currency, locale, expected] of [
    ["12.50", "EUR", "en", 1250],
    ["12,50", "EUR", "de", 1250],
    ["12.5", "EUR", "en", 1250],
    [" 12 ", "EUR", "de", 1200],
    ["0.1", "EUR", "en", 10],
    ["8.005", "KWD", "en", 8005],
    ["500", "JPY", "en", 500],
    ["99.99", "EUR", "en", 9999],
  ] as const) {
    it(`reads ${text} ${currency} in ${locale} exactly`, () => {
      assert.equal(readAmount(text, currency, 999_999, locale), expected);
      assert.equal(readAmount(amountText(expected, currency, locale), currency, 999_999, locale), expected);
    });
  }

  for (const [text, currency, locale] of [
    ["12.50", "EUR", "de"],
    ["1.000", "EUR", "de"],
    ["1,000", "EUR", "en"],
    ["12.505", "EUR", "en"],
    ["5.5", "JPY", "en"],
    ["-1", "EUR", "en"],
    ["1e3", "EUR", "en"],
    ["0x10", "EUR", "en"],
    ["", "EUR", "en"],
    ["0", "EUR", "en"],
    ["10000", "EUR", "en"],
    [".5", "EUR", "en"],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} ${currency} in ${locale}, and says what it wants`, () => {
      assert.match(String(readAmount(text, currency, 999_999, locale)), /^Enter .*\.$/);
    });
  }
});

describe("the console's addresses", () => {
  it("lead where they say, whatever is in them", () => {
    assert.deepEqual(readRoute(""), { page: "overview" });
    assert.deepEqual(readRoute(paymentAddress("pay_a/b?c#%")), { page: "payment", id: "pay_a/b?c#%" });
    assert.deepEqual(readRoute(listAddress("payments", { state: "pending", gateway: "" })), {
      page: "payments",
      query: { state: "pending" },
    });
    assert.deepEqual(readRoute(searchAddress("a&b=c")), { page: "search", text: "a&b=c" });
    assert.deepEqual(readRoute("#/elsewhere"), { page: "nowhere" });
    assert.deepEqual(readRoute("#/payments/%zz"), { page: "payment", id: "%zz" });
  });
});
