/** What becomes of one payment's money from the first operation to the last, on whichever store the tests run. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutEvent } from "../../shared/events.ts";
import type { Payment } from "../../shared/records.ts";
import { startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { authorizeExternal, operateExternal, paymentIn, paymentOnce, readSession } from "../support/external-shop.ts";
import { neverAnswer } from "../support/scripted-provider.ts";
import { expectStatus, startTestServer, type TestServer } from "../support/server.ts";

describe("the money of a payment", () => {
  let endpoint: ExternalEndpoint;
  let server: TestServer;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: { ...endpoint.config, timeoutMs: 1500 } } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  const sums = ({ state, amount, capturedAmount, refundedAmount, balance }: Payment) => [
    state,
    amount,
    capturedAmount,
    refundedAmount,
    balance,
  ];
  const eventsOf = async (payment: Payment) =>
    (await server.call<{ data: CheckoutEvent[] }>("/v1/events?limit=100")).body.data.filter(
      ({ paymentId, type }) => paymentId === payment.id && type.startsWith("operation."),
    );

  it("adds up when it is authorized, partly captured, twice partly refunded and refused a third", async () => {
    const { session, payment } = await authorizeExternal(server);
    assert.deepEqual(sums(payment), ["authorization", 12_900, 0, 0, 0]);
    const operate = (operation: string, amount: number) => operateExternal(server, payment, operation, { amount });
    assert.equal(expectStatus(await operate("capture", 12_901), 422).body.code, "amount_too_large");
    const captured = expectStatus(await operate("capture", 10_000), 200).body;
    assert.deepEqual(sums(captured), ["completed", 12_900, 10_000, 0, 10_000]);
    assert.equal(expectStatus(await operate("capture", 2_900), 409).body.code, "invalid_state");
    const first = expectStatus(await operate("refund", 3_000), 200).body;
    assert.deepEqual(sums(first), ["partially_refunded", 12_900, 10_000, 3_000, 7_000]);
    const second = expectStatus(await operate("refund", 4_000), 200).body;
    assert.deepEqual(sums(second), ["partially_refunded", 12_900, 10_000, 7_000, 3_000]);
    assert.equal(expectStatus(await operate("refund", 3_001), 422).body.code, "amount_too_large");

    const stored = paymentIn(await readSession(server, session));
    assert.deepEqual(sums(stored), sums(second));
    assert.deepEqual(
      stored.operations.map(({ type, amount, status }) => [type, amount, status]),
      [
        ["capture", 10_000, "succeeded"],
        ["refund", 3_000, "succeeded"],
        ["refund", 4_000, "succeeded"],
      ],
    );
    assert.deepEqual(
      [...endpoint.done.values()],
      [
        { action: "authorize", amount: 12_900 },
        { action: "capture", amount: 10_000 },
        { action: "refund", amount: 3_000 },
        { action: "refund", amount: 4_000 },
      ],
    );
    const rest = expectStatus(await operateExternal(server, payment, "refund"), 200).body;
    assert.deepEqual(sums(rest), ["refunded", 12_900, 10_000, 10_000, 0]);
    assert.equal(expectStatus(await operate("refund", 1), 409).body.code, "invalid_state");
  });

  for (const [what, isDone] of [
    ["had done the capture", true],
    ["had not", false],
  ] as const) {
    it(`is taken once where the provider timed out, and ${what}: the operator sees which, and why`, async () => {
      const { session, payment } = await authorizeExternal(server);
      // The provider's own interface: it does what it is asked, or not, and says nothing.
      const sent: { key: string }[] = [];
      endpoint.provider.script((request, response) => {
        sent.push({ key: String(request.headers["idempotency-key"]) });
        neverAnswer(request, response);
      });
      const { body } = expectStatus(await operateExternal(server, payment, "capture"), 202);
      const [doubtful] = body.operations;
      assert.deepEqual(
        [body.state, doubtful?.status, doubtful?.errorCode],
        ["authorization", "unknown", "gateway_unavailable"],
      );
      assert.match(doubtful?.message ?? "", /did not answer within 1500 ms/);
      assert.deepEqual(body.attention, ["operation_in_doubt"]);
      for (const operation of ["capture", "void"]) {
        assert.equal(
          expectStatus(await operateExternal(server, payment, operation), 409).body.code,
          "operation_in_doubt",
        );
      }

      const answers = isDone
        ? { success: true, data: { transaction_token: "capture-1", amount_cents: 12_900 } }
        : { success: false, data: {}, error: { code: "not_done", message: "Nothing was captured" } };
      endpoint.provider.script((request, response) => {
        sent.push({ key: String(request.headers["idempotency-key"]) });
        const status = isDone ? 200 : 422;
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answers));
      });
      server.clock.advance(61);
      const known = await paymentOnce(server, session, ({ operations }) => operations[0]?.status !== "unknown");
      assert.deepEqual(
        sums(known),
        isDone ? ["completed", 12_900, 12_900, 0, 12_900] : ["authorization", 12_900, 0, 0, 0],
      );
      const [operation, ...others] = known.operations;
      assert.deepEqual(others, []);
      assert.deepEqual(
        [operation?.status, operation?.errorCode, operation?.message, known.attention],
        isDone
          ? ["succeeded", undefined, undefined, undefined]
          : ["failed", "not_done", "Nothing was captured", ["operation_failed"]],
      );
      // It was never sent as a new one.
      assert.deepEqual(new Set(sent.map(({ key }) => key)), new Set([doubtful?.id]));
      const events = await eventsOf(payment);
      assert.deepEqual(
        events.map(({ type }) => type),
        [
          "operation.created",
          "operation.unknown",
          "operation.repeated",
          isDone ? "operation.succeeded" : "operation.failed",
        ],
      );
      assert.match(String(events[1]?.data?.["message"]), /did not answer within 1500 ms/);
    });
  }
});
