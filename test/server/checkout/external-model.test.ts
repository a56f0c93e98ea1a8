/** An external gateway against the endpoint's own truth: whatever was lost or promised, the ledger comes to the same. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Checkout } from "../../../server/checkout/checkout.ts";
import { createSession } from "../../../server/checkout/create-session.ts";
import { runDueWork } from "../../../server/checkout/due-work.ts";
import { operatePayment } from "../../../server/checkout/operate-payment.ts";
import { startAttempt } from "../../../server/checkout/start-attempt.ts";
import { CheckoutError } from "../../../server/errors.ts";
import type { Ledger } from "../../../server/stores/ledger.ts";
import { depth } from "../../support/depth.ts";
import { comeBack, endActions, openExternalCheckout } from "../../support/external-checkout.ts";
import { startExternalEndpoint, type Behaviour, type ExternalEndpoint } from "../../support/external-endpoint.ts";

type Command =
  | { do: "start" | "end actions" }
  | { do: "return"; attempt: number }
  | { do: "capture" | "void" | "refund"; share: number }
  | { do: "behave"; behaviour: Behaviour }
  | { do: "time passes"; seconds: number };

const RUNS = Number(
  process.env["MODEL_RUNS"] ?? depth("random stories of each external payment", { whole: 60, less: 25 }),
);
const AMOUNT = 12_900;

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("start" as const, "end actions" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("return" as const), attempt: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("capture" as const, "void" as const, "refund" as const),
      share: fc.constantFrom(0.3, 0.5, 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("behave" as const),
      behaviour: fc.constantFrom<Behaviour>("succeed", "promise", "refuse", "lose answer", "break down"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("time passes" as const), seconds: fc.constantFrom(1, 61, 400) }),
  },
);

async function tell(capture: "automatic" | "manual", commands: readonly Command[]): Promise<void> {
  const endpoint = await startExternalEndpoint();
  const { checkout, clock, close } = await openExternalCheckout(endpoint);
  try {
    const body = { amount: AMOUNT, currency: "EUR", returnUrl: "https://shop.example/", capture };
    const { id } = await createSession(checkout, body);
    const tokens: string[] = [];
    for (const one of [{ do: "start" } as const, ...commands]) {
      try {
        await carryOut(one, { checkout, endpoint, id, tokens, advance: (seconds) => clock.advance(seconds) });
      } catch (error) {
        if (!(error instanceof CheckoutError) || error.code === "internal_error") throw error;
      }
      assertSound(await read(checkout, id), endpoint);
    }
    endpoint.behaviour = "succeed";
    for (let round = 0; round < 12; round += 1) {
      clock.advance(43_200);
      await runDueWork(checkout);
      await endActions(checkout, endpoint);
    }
    assertAgrees(await read(checkout, id), endpoint);
  } finally {
    await close();
    await endpoint.close();
  }
}

interface Scene {
  checkout: Checkout;
  endpoint: ExternalEndpoint;
  id: string;
  tokens: string[];
  advance: (seconds: number) => void;
}

async function carryOut(one: Command, { checkout, endpoint, id, tokens, advance }: Scene): Promise<void> {
  switch (one.do) {
    case "start": {
      const { handoff } = await startAttempt(checkout, id, { presentation: "redirect" });
      tokens.push(new URL(handoff.url).searchParams.get("return_url")?.split("/").at(-1) ?? "");
      return;
    }
    case "return":
      return comeBack(checkout, tokens[one.attempt % tokens.length] ?? "");
    case "end actions":
      return endActions(checkout, endpoint);
    case "behave":
      endpoint.behaviour = one.behaviour;
      return;
    case "time passes":
      advance(one.seconds);
      return void (await runDueWork(checkout));
    case "capture":
    case "void":
    case "refund": {
      const payment = (await read(checkout, id)).payments.at(-1);
      const amount = Math.round(AMOUNT * one.share);
      if (payment !== undefined) {
        await operatePayment(checkout, payment.id, { type: one.do, ...(one.do === "void" ? {} : { amount }) });
      }
    }
  }
}

async function read(checkout: Checkout, id: string): Promise<Ledger> {
  const ledger = await checkout.store.readLedger(id);
  assert.ok(ledger);
  return ledger;
}

/** The ledger never knows of more than was done, and what was done is of one payment at most. */
function assertSound({ session, payments }: Ledger, { done }: ExternalEndpoint): void {
  for (const { attemptId, capturedAmount, refundedAmount, balance, operations } of payments) {
    assert.ok(done.has(attemptId), "money that nobody authorized");
    assert.ok(refundedAmount <= capturedAmount && capturedAmount <= AMOUNT);
    assert.equal(balance, capturedAmount - refundedAmount);
    const ended = operations.filter(({ status }) => status === "succeeded");
    assert.ok(ended.every(({ id, amount }) => done.get(id)?.amount === amount));
  }
  const money = payments.filter(({ authorizedAt }) => authorizedAt !== undefined);
  assert.equal(session.status === "complete", money.length > 0);
  assert.equal(money.filter(({ duplicateOf }) => duplicateOf === undefined).length, Math.min(1, money.length));
}

/** In the end it knows of everything, each once. */
function assertAgrees(ledger: Ledger, endpoint: ExternalEndpoint): void {
  assertSound(ledger, endpoint);
  const { payments } = ledger;
  const authorized = [...endpoint.done].filter(([, { action }]) => action === "authorize").map(([key]) => key);
  assert.deepEqual(payments.map(({ attemptId }) => attemptId).sort(), authorized.sort());
  for (const { capturedAmount, refundedAmount, state, operations } of payments) {
    assert.ok(operations.every(({ status }) => status === "succeeded" || status === "failed"));
    const sum = (action: string) =>
      operations.reduce((total, { id, type }) => {
        const did = endpoint.done.get(id);
        return type === action && did !== undefined ? total + did.amount : total;
      }, 0);
    assert.deepEqual([capturedAmount, refundedAmount], [sum("capture"), sum("refund")]);
    assert.equal(state === "authorization_voided" || state === "voided", sum("void") > 0);
  }
}

describe("the ledger of an external gateway, against the endpoint's truth", () => {
  for (const capture of ["automatic", "manual"] as const) {
    it(`agrees in the end, with ${capture} capture (${RUNS} runs)`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 25, size: "max" }), (commands) =>
          tell(capture, commands),
        ),
        { numRuns: RUNS },
      );
    });
  }
});
