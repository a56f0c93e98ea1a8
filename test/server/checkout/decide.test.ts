import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Change } from "../../../server/checkout/change.ts";
import { decide, endAttempt, type Fact } from "../../../server/checkout/decide.ts";
import type { EndReport, MoneyReport } from "../../../server/gateways/gateway.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import { twoTabs, type Tab } from "../../support/two-tabs.ts";

/** One thing that happens to a session's records. */
interface Step {
  name: string;
  apply(change: Change): void;
}

const SETTINGS = { now: () => new Date("2026-11-21T12:00:00.000Z"), onDuplicate: "hold" } as const;

function money(outcome: MoneyReport["outcome"], attempt: Tab = "a", changes: Partial<MoneyReport> = {}): Step {
  const report: MoneyReport = {
    outcome,
    remoteId: `remote-${attempt}`,
    remoteState: outcome,
    amount: 4300,
    currency: "EUR",
    environment: "test",
    ...changes,
  };
  return fact(`${outcome} ${report.remoteId}`, { attemptId: `at_${attempt}`, isProven: true, report });
}

function end(outcome: EndReport["outcome"], isProven: boolean, attempt: Tab = "a"): Step {
  const report: EndReport = { outcome, remoteState: outcome };
  return fact(`${outcome}${isProven ? "" : " by hint"} ${attempt}`, { attemptId: `at_${attempt}`, isProven, report });
}

function fact(name: string, decided: Fact): Step {
  return { name, apply: (change) => decide(change, decided) };
}

const EXPIRY: Step = {
  name: "expiry",
  apply: (change) => {
    if (change.ledger.session.status !== "open") return;
    change.ledger.session.status = "expired";
    change.record("checkout_session.expired");
    for (const attempt of change.ledger.attempts) endAttempt(change, attempt, "expired");
  },
};

/** Applies steps as if each was a process of its own, which read and wrote the records as JSON. */
function run(steps: readonly Step[]): Ledger {
  return steps.reduce((ledger, step) => {
    const change = new Change(JSON.parse(JSON.stringify(ledger)) as Ledger, "notification", SETTINGS);
    step.apply(change);
    const { ledger: changed } = change.commit(() => undefined);
    assertSound(changed ?? ledger, step.name);
    return changed ?? ledger;
  }, twoTabs());
}

/** What must hold after every step. */
function assertSound({ session, attempts, payments }: Ledger, step: string): void {
  const counting = payments.filter((payment) => payment.duplicateOf === undefined && payment.capturedAmount > 0);
  assert.ok(counting.length <= 1, `${step}: two payments count`);
  if (counting.length === 1) assert.equal(session.status, "complete", step);
  for (const { amount, capturedAmount, refundedAmount, balance } of payments) {
    assert.ok(
      refundedAmount <= capturedAmount && capturedAmount <= amount && balance === capturedAmount - refundedAmount,
      step,
    );
  }
  assert.equal(new Set(payments.map(({ remoteId }) => remoteId)).size, payments.length, `${step}: a remote id twice`);
  assert.ok(attempts.filter(({ state }) => state === "started").length <= 1, `${step}: two live attempts`);
}

/** The end of a story without what tells only when it was told: ids, times, versions, and whether money was late. */
function endOf({ session, attempts, payments }: Ledger): unknown {
  return {
    status: session.status,
    attempts: attempts.map(({ id, state, code, remoteState }) => ({ id, state, code, remoteState })),
    payments: payments
      .map(({ remoteId, state, amount, capturedAmount, balance, remoteState }) => ({
        remoteId,
        state,
        amount,
        capturedAmount,
        balance,
        remoteState,
      }))
      .sort((one, other) => (one.remoteId < other.remoteId ? -1 : 1)),
    duplicates: payments.filter(({ duplicateOf }) => duplicateOf !== undefined).length,
  };
}

function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

/** Tells a story in every order, each event also twice, and always with what time brings at the end. */
function assertOneEnd(story: readonly Step[], { expires = false } = {}): unknown {
  let expected: unknown;
  for (const order of permutations(story)) {
    for (const told of [order, order.flatMap((step) => [step, step]), [...order, ...order]]) {
      const actual = endOf(run(expires ? [...told, EXPIRY] : told));
      expected ??= actual;
      assert.deepEqual(actual, expected, told.map(({ name }) => name).join(", then "));
    }
  }
  return expected;
}

const STORIES: Record<string, { steps: Step[]; expires?: boolean; status: string; payments: string[] }> = {
  "a payment that everybody tells of": {
    steps: [
      money("completed"),
      money("completed"),
      end("cancelled", false),
      money("pending"),
      money("authorized"),
      EXPIRY,
    ],
    expires: true,
    status: "complete",
    payments: ["completed"],
  },
  "an authorization": {
    steps: [money("authorized"), money("authorized"), money("pending"), end("cancelled", false), end("declined", true)],
    status: "complete",
    payments: ["authorization"],
  },
  "a pending payment that fails": {
    steps: [money("pending"), end("failed", true), money("pending"), end("cancelled", false), end("declined", false)],
    status: "open",
    payments: ["failed"],
  },
  "a pending payment that fails after the time": {
    steps: [money("pending"), end("failed", true), EXPIRY, end("cancelled", false)],
    expires: true,
    status: "expired",
    payments: ["failed"],
  },
  "a provider that says failed and paid": {
    steps: [money("pending"), end("failed", true), money("completed"), end("declined", true), EXPIRY],
    expires: true,
    status: "complete",
    payments: ["completed"],
  },
  "no money, told in every way": {
    steps: [
      end("cancelled", false),
      end("declined", true),
      end("failed", true),
      end("cancelled", true),
      end("declined", false),
      EXPIRY,
    ],
    expires: true,
    status: "expired",
    payments: [],
  },
  "a success with another amount, and the right one": {
    steps: [money("completed", "a", { amount: 4299 }), money("completed"), end("cancelled", false), money("pending")],
    status: "complete",
    payments: ["completed"],
  },
  "a success with another amount alone": {
    steps: [money("completed", "a", { amount: 4299 }), end("cancelled", false), end("cancelled", false), EXPIRY],
    expires: true,
    status: "expired",
    payments: [],
  },
  "two tabs that were both paid": {
    steps: [
      money("completed", "a"),
      money("completed", "b"),
      end("cancelled", false, "a"),
      money("pending", "b"),
      end("declined", false, "b"),
    ],
    status: "complete",
    payments: ["completed", "completed"],
  },
  "two tabs, one pending for ever": {
    steps: [money("pending", "a"), money("completed", "b"), end("cancelled", false, "b"), money("pending", "b")],
    status: "complete",
    payments: ["pending", "completed"],
  },
};

describe("the one decision", () => {
  for (const [name, { steps, expires = false, status, payments }] of Object.entries(STORIES)) {
    it(`ends the same in every order: ${name}`, () => {
      const ended = assertOneEnd(steps, { expires }) as { status: string; payments: { state: string }[] };
      assert.deepEqual([ended.status, ended.payments.map(({ state }) => state).sort()], [status, payments.toSorted()]);
    });
  }

  it("marks as late what comes after the session was closed, and nothing else", () => {
    assert.deepEqual(
      run([EXPIRY, money("completed")]).payments.map(({ late }) => late),
      [true],
    );
    assert.deepEqual(
      run([money("completed"), EXPIRY]).payments.map(({ late }) => late),
      [undefined],
    );
  });

  it("refuses money that is not proven", () => {
    const hint = money("completed");
    const unproven = {
      ...hint,
      apply: (change: Change) =>
        decide(change, {
          attemptId: "at_a",
          isProven: false,
          report: {
            outcome: "completed",
            remoteId: "x",
            remoteState: "x",
            amount: 4300,
            currency: "EUR",
            environment: "test",
          },
        }),
    };
    assert.throws(() => run([unproven]), /proven/);
  });

  it("records every success that does not match, by the provider's id, in whatever order and how often they come", () => {
    const wrong = (remoteId: string) => money("completed", "a", { remoteId, amount: 4299 });
    for (const order of permutations([wrong("one"), wrong("two"), wrong("one"), money("completed")])) {
      const { attempts, session } = run(order);
      const ids = attempts.flatMap(({ mismatches = [] }) => mismatches.map(({ remoteId }) => remoteId));
      assert.deepEqual([ids.length, new Set(ids)], [2, new Set(["one", "two"])]);
      // The right payment does not give the wrong ones back.
      assert.deepEqual([session.status, session.attention], ["complete", ["amount_mismatch"]]);
    }
  });

  it("changes nothing when the same fact comes again", () => {
    for (const step of [money("completed"), money("pending"), end("declined", true), end("cancelled", false), EXPIRY]) {
      assert.equal(run([step, step]).session.version, run([step]).session.version, step.name);
    }
  });

  it("leaves an event for every change, and grows the version with it", () => {
    const change = new Change(twoTabs(), "return", SETTINGS);
    decide(change, {
      attemptId: "at_a",
      isProven: true,
      report: {
        outcome: "completed",
        remoteId: "r",
        remoteState: "paid",
        amount: 4300,
        currency: "EUR",
        environment: "test",
      },
    });
    const { events = [], ledger } = change.commit(() => undefined);
    assert.deepEqual(
      events.map(({ type, decidedBy, remoteState }) => [type, decidedBy, remoteState]),
      [
        ["payment.completed", "return", "paid"],
        ["checkout_session.complete", "return", undefined],
      ],
    );
    assert.equal(ledger?.session.version, twoTabs().session.version + 1);
  });

  it("notes a provider that took what the merchant was told would not come", () => {
    const voided = run([money("pending")]);
    const [payment] = voided.payments;
    assert.ok(payment);
    payment.state = "voided";
    voided.session.status = "open";
    const change = new Change(voided, "notification", SETTINGS);
    money("completed").apply(change);
    assert.deepEqual(
      change.commit(() => undefined).events?.map(({ type }) => type),
      ["payment.contradicted"],
    );
  });
});
