import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { CheckoutEvent } from "../../shared/events.ts";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession, CreatedCheckoutSession, Handoff, Payment } from "../../shared/records.ts";
import { startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { authorizeExternal, operateExternal, paymentOnce } from "../support/external-shop.ts";
import { eventually, expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

describe("what needs attention", () => {
  let server: TestServer;
  let endpoint: ExternalEndpoint;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL, external: endpoint.config } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  const read = async ({ id }: { id: string }) =>
    (await server.call<CheckoutSession>(`/v1/checkout-sessions/${id}`)).body;
  const listed = async (list: "checkout-sessions" | "payments") =>
    (await server.call<{ data: { id: string }[] }>(`/v1/${list}?attention=true`)).body.data.map(({ id }) => id);
  const acknowledge = async ({ id }: { id: string }) =>
    expectStatus(await server.call<CheckoutSession>(`/v1/checkout-sessions/${id}/acknowledge`, { json: {} }), 200).body;
  const card = async (session: CreatedCheckoutSession): Promise<Handoff> =>
    (await server.startAttempt(session, { gateway: "card" })).handoff;

  it("is a duplicate until it has gone back", async () => {
    const session = await server.createSession();
    const first = await card(session);
    await server.startAttempt(session, { gateway: "bank" });
    const { payment: transfer } = await read(session);
    assert.ok(transfer);
    await notifyUniversal(server, first);
    assert.equal((await read(session)).attention, undefined);
    expectStatus(await server.call(`/v1/payments/${transfer.id}/receive`, { json: {} }), 200);
    const { attention, payment, payments = [] } = await read(session);
    assert.deepEqual(attention, ["duplicate"]);
    assert.equal(payment?.attention, undefined);
    assert.deepEqual(payments.find(({ id }) => id === transfer.id)?.attention, ["duplicate"]);
    assert.deepEqual([await listed("checkout-sessions"), await listed("payments")], [[session.id], [transfer.id]]);

    const part = await server.call<Payment>(`/v1/payments/${transfer.id}/refund`, { json: { amount: 100 } });
    assert.deepEqual(expectStatus(part, 200).body.attention, ["duplicate"]);
    const rest = await server.call<Payment>(`/v1/payments/${transfer.id}/refund`, { json: {} });
    assert.equal(expectStatus(rest, 200).body.attention, undefined);
    assert.deepEqual([await listed("checkout-sessions"), await listed("payments")], [[], []]);
  });

  it("is a success over another amount until it is acknowledged, and once more when it happens again", async () => {
    const session = await server.createSession({ gateway: "card" });
    const handoff = await card(session);
    await notifyUniversal(server, handoff, { x_amount: "1.00", x_gateway_reference: "paid-1" });
    const { body: told } = await server.call<{ data: CheckoutEvent[] }>(`/v1/events?sessionId=${session.id}`);
    const { data } = told.data.find(({ type }) => type === "attempt.amount_mismatch") ?? {};
    assert.deepEqual([data?.["amount"], data?.["expectedAmount"], data?.["remoteId"]], [100, 4300, "paid-1"]);
    assert.deepEqual((await read(session)).attention, ["amount_mismatch"]);
    const { body: seen } = await server.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`, {
      key: session.clientSecret,
    });
    assert.equal(seen.attention, undefined);

    assert.equal((await acknowledge(session)).attention, undefined);
    const { version } = await acknowledge(session);
    assert.equal((await read(session)).version, version);
    assert.deepEqual(await listed("checkout-sessions"), []);
    const again = { x_gateway_reference: "paid-2" };
    await notifyUniversal(server, handoff, { x_amount: "1.00", ...again });
    assert.deepEqual((await read(session)).attention, ["amount_mismatch"]);
    // Beside another payment it is still to be given back.
    await notifyUniversal(server, handoff);
    assert.deepEqual((await read(session)).attention, ["amount_mismatch"]);
    // The same money as it should be after all: nothing is left to look at, but that it is one too many.
    await notifyUniversal(server, handoff, again);
    const { status, attention } = await read(session);
    assert.deepEqual([status, attention], ["complete", ["duplicate"]]);
  });

  it("is money that came late until something is done with it", async () => {
    const session = await server.createSession({ gateway: "card" });
    const handoff = await card(session);
    expectStatus(await server.call(`/v1/checkout-sessions/${session.id}/cancel`, { json: {} }), 200);
    await notifyUniversal(server, handoff);
    assert.deepEqual((await read(session)).attention, ["late"]);
    assert.equal((await acknowledge(session)).attention, undefined);
    // On PostgreSQL an event is listed once no older transaction is open, and others run beside this one.
    await eventually(async () => {
      const { body } = await server.call<{ data: { data?: object }[] }>("/v1/events?after=0");
      return isDeepStrictEqual(body.data.at(-1)?.data, { reasons: "late" });
    });
  });

  it("is a call without an answer until it is known what it did, and cannot be acknowledged away", async () => {
    const { session, payment } = await authorizeExternal(server);
    endpoint.behaviour = "lose answer";
    const { body } = expectStatus(await operateExternal(server, payment, "capture"), 202);
    assert.deepEqual(body.attention, ["operation_in_doubt"]);
    assert.equal(body.operations[0]?.errorCode, "gateway_unavailable");
    assert.deepEqual((await acknowledge(session)).attention, ["operation_in_doubt"]);
    assert.deepEqual(await listed("payments"), [payment.id]);
    endpoint.behaviour = "succeed";
    server.clock.advance(61);
    const known = await paymentOnce(server, session, ({ state }) => state === "completed");
    assert.deepEqual([known.attention, known.operations[0]?.errorCode], [undefined, undefined]);
    assert.deepEqual(await listed("payments"), []);
  });

  it("is an operation that failed until another one has been made", async () => {
    const { session, payment } = await authorizeExternal(server);
    endpoint.behaviour = "refuse";
    expectStatus(await operateExternal(server, payment, "capture"), 402);
    assert.deepEqual((await read(session)).attention, ["operation_failed"]);
    endpoint.behaviour = "succeed";
    expectStatus(await operateExternal(server, payment, "void"), 200);
    assert.equal((await read(session)).attention, undefined);
  });
});

describe("the filters of lists", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL } });
  });
  afterEach(() => server.close());

  it("find sessions and payments by gateway, customer, state and time", async () => {
    const customer = { reference: "c-1", email: "ada@shop.example" };
    const first = await server.createSession({ customer, gateway: "bank" });
    await server.startAttempt(first);
    server.clock.advance(3600);
    const second = await server.createSession({ customer: { email: "c-1@shop.example" }, gateway: "card" });
    const find = async (list: string, query: Record<string, string>) => {
      const path = `/v1/${list}?${new URLSearchParams(query).toString()}`;
      const { data } = expectStatus(await server.call<{ data: (CheckoutSession | Payment)[] }>(path), 200).body;
      return data.map((one) => ("sessionId" in one ? one.sessionId : one.id));
    };
    for (const [query, expected] of [
      [{ customer: "c-1" }, [first]],
      [{ customer: "ada@shop.example" }, [first]],
      [{ customer: "c-1@shop.example" }, [second]],
      [{ gateway: "bank" }, [first]],
      [{ status: "open" }, [second]],
      [{ createdFrom: "2026-11-21T13:00:00Z" }, [second]],
      [{ createdFrom: "2026-11-21T14:00:00+01:00" }, [second]],
      [{ createdBefore: "2026-11-21T13:00:00Z" }, [first]],
      [{ createdFrom: "2026-11-21", createdBefore: "2026-11-22" }, [second, first]],
      [{ createdFrom: "2026-11-22" }, []],
    ] as const) {
      const ids = expected.map(({ id }) => id);
      assert.deepEqual(await find("checkout-sessions", query), ids, JSON.stringify(query));
      if (!("status" in query)) {
        assert.deepEqual(
          await find("payments", query),
          ids.includes(first.id) ? [first.id] : [],
          JSON.stringify(query),
        );
      }
    }
  });

  it("refuse what they do not know, naming the parameter", async () => {
    for (const [list, query, path] of [
      ["checkout-sessions", "status=paid", "/status"],
      ["checkout-sessions", "createdFrom=yesterday", "/createdFrom"],
      ["checkout-sessions", "createdBefore=2026-02-30", "/createdBefore"],
      ["checkout-sessions", "attention=false", "/attention"],
      ["checkout-sessions", "customer=", "/customer"],
      ["checkout-sessions", "state=pending", "/state"],
      ["payments", "state=open", "/state"],
      ["payments", "status=open", "/status"],
      ["payments", "createdFrom=1", "/createdFrom"],
      ["payments", "gateway=", "/gateway"],
    ]) {
      const { body } = expectStatus(await server.call<Problem>(`/v1/${list}?${query}`), 422);
      assert.deepEqual(
        body.errors?.map((error) => error.path),
        [path],
        query,
      );
    }
  });
});
