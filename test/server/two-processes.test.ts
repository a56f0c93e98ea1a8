import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../demo/free-port.ts";
import type { CheckoutSession, CreatedCheckoutSession, Payment, StartedAttempt } from "../../shared/records.ts";
import { depth } from "../support/depth.ts";
import { postgresFault, startCluster, type TestCluster } from "../support/postgres.ts";
import { SECRET_KEY, STOREFRONT } from "../support/server.ts";
import { isOnPostgres } from "../support/store-address.ts";

const SERVER = fileURLToPath(new URL("../support/agreeable-server.ts", import.meta.url));
const ROUNDS = depth("rounds of operations at once from two processes", { whole: 6, less: 3 });
const AMOUNT = 10_000;

describe("two server processes on one PostgreSQL", { skip: postgresFault || isOnPostgres }, () => {
  let cluster: TestCluster;
  let processes: ChildProcess[];
  let urls: string[];
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
    const address = await cluster.createDatabase();
    const ports = [await freePort(), await freePort()];
    urls = ports.map((port) => `http://localhost:${port}`);
    processes = ports.map((port) =>
      spawn(process.execPath, [SERVER, String(port), address], { stdio: ["ignore", "pipe", "inherit"] }),
    );
    await Promise.all(processes.map(untilReady));
  });
  after(async () => {
    const exits = processes.map((process) => once(process, "exit"));
    for (const process of processes) process.kill("SIGTERM");
    await Promise.all(exits);
    await cluster.stop();
  });

  /** Asks one of the two, in turn. */
  async function ask(
    index: number,
    path: string,
    json?: unknown,
    key = SECRET_KEY,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${urls[index % 2]}${path}`, {
      method: json === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  }

  async function pay(outcome: "authorized" | "completed"): Promise<Payment> {
    const fields = { amount: AMOUNT, currency: "EUR", returnUrl: `${STOREFRONT}/`, capture: "manual" };
    const session = (await ask(0, "/v1/checkout-sessions", fields)).body as CreatedCheckoutSession;
    const attempts = `/v1/checkout-sessions/${session.id}/attempts`;
    const started = await ask(1, attempts, { presentation: "redirect" }, session.clientSecret);
    const { handoff } = started.body as StartedAttempt;
    const reference = handoff.url.split("/").at(-1);
    const told = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        ask(index, `/notify/agreeable?reference=${reference}&outcome=${outcome}`, {}),
      ),
    );
    assert.deepEqual(new Set(told.map(({ status }) => status)), new Set([200]));
    const settled = (await ask(0, `/v1/checkout-sessions/${session.id}`)).body as CheckoutSession;
    assert.equal(settled.payments?.length, 1, "doubled notifications leave one payment");
    assert.ok(settled.payment);
    return settled.payment;
  }

  async function operateAtOnce(
    payment: Payment,
    operations: readonly { type: string; amount?: number }[],
  ): Promise<Payment> {
    const answers = await Promise.all(
      operations.map(({ type, amount }, index) =>
        ask(index, `/v1/payments/${payment.id}/${type}`, amount === undefined ? {} : { amount }),
      ),
    );
    for (const { status, body } of answers) assert.ok([200, 409, 422].includes(status), JSON.stringify(body));
    const first = (await ask(0, `/v1/payments/${payment.id}`)).body as Payment;
    const second = (await ask(1, `/v1/payments/${payment.id}`)).body as Payment;
    assert.deepEqual(first, second, "both processes say the same");
    assertConserved(first);
    const done = answers.filter(({ status }) => status === 200).length;
    const carriedOut = first.operations.length - payment.operations.length;
    assert.equal(done, carriedOut, "what was answered is what was done");
    return first;
  }

  it("takes or releases authorized money, never both", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const payment = await pay("authorized");
      const operations = Array.from({ length: 8 }, (_, index) =>
        index % 2 === round % 2 ? { type: "capture", amount: 6000 } : { type: "void" },
      );
      const { state, operations: done } = await operateAtOnce(payment, operations);
      assert.ok(state === "completed" || state === "authorization_voided", state);
      assert.equal(done.length, 1);
    }
  });

  it("never gives back more than was taken", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      let payment = await pay("completed");
      for (const amount of [6000, 3000, 500]) {
        payment = await operateAtOnce(
          payment,
          Array.from({ length: 10 }, () => ({ type: "refund", amount })),
        );
      }
      assert.ok(payment.refundedAmount >= 9000 && payment.refundedAmount <= AMOUNT, String(payment.refundedAmount));
    }
  });
});

function assertConserved({ amount, capturedAmount, refundedAmount, balance, operations }: Payment): void {
  assert.ok(refundedAmount <= capturedAmount && capturedAmount <= amount, "refunded ≤ captured ≤ authorized");
  assert.equal(balance, capturedAmount - refundedAmount);
  const refunds = operations.filter(({ type, status }) => type === "refund" && status === "succeeded");
  assert.equal(
    refunds.reduce((sum, refund) => sum + refund.amount, 0),
    refundedAmount,
  );
}

async function untilReady({ stdout }: ChildProcess): Promise<void> {
  for await (const chunk of stdout ?? []) if (String(chunk).includes("ready")) return;
  throw new Error("the server process ended before it was ready");
}
