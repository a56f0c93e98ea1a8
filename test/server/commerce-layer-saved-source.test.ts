/** Orders of Commerce Layer that are paid with what an earlier one has saved: `payment_source_token` is a `src_…`. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutSession } from "../../shared/records.ts";
import { askEndpoint, type OrderCall, type OrganizationWebhook } from "../support/commerce-layer-organization.ts";
import { bringBack, endAction, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, paymentIn, readSession } from "../support/external-shop.ts";
import { CUSTOMER, startSavedSourceServer, type SavedSourceServer } from "../support/saved-source-server.ts";
import { expectStatus, type TestServer } from "../support/server.ts";

describe("an order of Commerce Layer with a saved source", () => {
  let provider: ExternalEndpoint;
  let webhook: OrganizationWebhook;
  let server: TestServer;
  let source: string;
  let next: SavedSourceServer["next"];
  let close: SavedSourceServer["close"];
  beforeEach(async () => {
    ({ provider, webhook, server, source, next, close } = await startSavedSourceServer());
  });
  afterEach(() => close());

  const authorize = (call: Partial<OrderCall> = {}) => askEndpoint(server, "authorize", next(call));
  const sessionsOf = async (orderId: string) =>
    (await server.call<{ data: CheckoutSession[] }>(`/v1/checkout-sessions?orderId=${orderId}`)).body.data;
  const done = () => [...provider.done.values()].map(({ action, amount }) => `${action} ${amount}`);

  it("is authorized without the customer, and captured and refunded as any other", async () => {
    const { data } = expectStatus(await authorize(), 200).body;
    const [session, ...others] = await sessionsOf("order-2");
    assert.deepEqual([others.length, session?.status, session?.paymentSource], [0, "complete", source]);
    assert.deepEqual(
      [data?.transaction_token, data?.amount_cents, session?.payment?.state],
      [session?.payment?.id, 4300, "authorization"],
    );
    assert.equal(provider.calls[0]?.payload.data.attributes["payment_source_token"], "tok_saved");
    const token = data?.transaction_token ?? "";
    const order = { orderId: "order-2", total: 4300 };
    const captured = expectStatus(await askEndpoint(server, "capture", { token, ...order }), 200).body.data;
    const refund = { token: captured?.transaction_token ?? "", amount: 300, ...order };
    expectStatus(await askEndpoint(server, "refund", refund), 200);
    assert.deepEqual(done(), ["authorize 4300", "capture 4300", "refund 300"]);
  });

  it("is charged once, whoever asks again, at the same time and later", async () => {
    const answers = await Promise.all([authorize(), authorize(), authorize()]);
    assert.ok(
      answers.some(({ status }) => status === 200),
      JSON.stringify(answers.map(({ body }) => body)),
    );
    server.clock.advance(40 * 86_400);
    const token = expectStatus(await authorize(), 200).body.data?.transaction_token;
    for (const { status, body } of answers) assert.ok(status === 409 || body.data?.transaction_token === token);
    assert.deepEqual(done(), ["authorize 4300"]);
    assert.equal((await sessionsOf("order-2")).length, 1);
  });

  it("is told of a decline, and tried anew by the next call", async () => {
    provider.behaviour = "refuse";
    assert.equal(expectStatus(await authorize(), 402).body.error?.code, "gateway_declined");
    provider.behaviour = "succeed";
    expectStatus(await authorize(), 200);
    const [session] = await sessionsOf("order-2");
    assert.deepEqual(
      session?.attempts?.map(({ state }) => state),
      ["declined", "settled"],
    );
    assert.deepEqual(done(), ["authorize 4300"]);
  });

  it("is not charged twice where no answer came, and is not taken for unpaid", async () => {
    provider.behaviour = "lose answer";
    assert.equal(expectStatus(await authorize(), 409).body.error?.code, "operation_in_doubt");
    provider.behaviour = "succeed";
    expectStatus(await authorize(), 200);
    assert.deepEqual(done(), ["authorize 4300"]);
    assert.equal(new Set(provider.calls.map(({ key }) => key)).size, 1);
  });

  it("is promised what the provider is working on, and told its end", async () => {
    provider.behaviour = "promise";
    const { data } = expectStatus(await authorize(), 202).body;
    const [session] = await sessionsOf("order-2");
    await endAction(server, `action-${session?.attempt?.id}`);
    for (let tries = 0; webhook.received.length < 1 && tries < 500; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(
      webhook.received.map(({ body }) => JSON.parse(body) as unknown),
      [{ success: true, data: { action_id: data?.action_id } }],
    );
    assert.equal(expectStatus(await authorize(), 200).body.data?.transaction_token, data?.action_id);
  });

  it("charges nothing for an order of another environment, another customer's, or of no amount", async () => {
    assert.equal(expectStatus(await authorize({ mode: "live" }), 409).body.error?.code, "environment_mismatch");
    assert.equal(expectStatus(await authorize({ email: "eve@shop.example" }), 409).body.error?.code, "invalid_state");
    assert.equal(expectStatus(await authorize({ total: 0 }), 422).body.error?.code, "invalid_input");
    expectStatus(await authorize({ token: `src_${"a".repeat(24)}` }), 404);
    assert.deepEqual([provider.calls.length, await sessionsOf("order-2")], [0, []]);
    expectStatus(await authorize({ email: "Ada@Shop.example" }), 200);
  });

  it("may not use what the merchant saved of a payment that no order owns, nor what was deleted", async () => {
    const { session, handoff } = await beginExternal(server, { customer: CUSTOMER });
    await bringBack(server, handoff);
    const paymentId = paymentIn(await readSession(server, session)).id;
    const saved = await server.call<{ id: string }>("/v1/payment-sources", { json: { paymentId, consent: true } });
    provider.calls.length = 0;
    const foreign = { token: expectStatus(saved, 201).body.id };
    assert.equal(expectStatus(await authorize(foreign), 404).body.error?.code, "not_found");
    expectStatus(await askEndpoint(server, "token", next(foreign)), 404);
    expectStatus(await server.call(`/v1/payment-sources/${source}`, { method: "DELETE" }), 204);
    expectStatus(await authorize(), 404);
    assert.deepEqual(provider.calls, []);
  });

  it("lets another source pay only when it is known that the first one did not", async () => {
    const { session, handoff } = await beginExternal(server, { customer: CUSTOMER });
    await bringBack(server, handoff);
    expectStatus(await askEndpoint(server, "authorize", { token: session.id, orderId: "order-0" }), 200);
    const saved = await askEndpoint(server, "token", { token: session.id, orderId: "order-0" });
    const other = { token: saved.body.data?.payment_source_token ?? "" };
    provider.done.clear();
    provider.behaviour = "lose answer";
    expectStatus(await authorize(), 409);
    provider.behaviour = "succeed";
    assert.equal(expectStatus(await authorize(other), 409).body.error?.code, "operation_in_doubt");
    expectStatus(await authorize(), 200);
    expectStatus(await authorize(other), 200);
    assert.deepEqual(done(), ["authorize 4300"]);
  });

  it("is saved already: its token is the same, and is asked of nobody", async () => {
    const { body } = expectStatus(await askEndpoint(server, "token", next()), 200);
    assert.deepEqual(body.data, { customer_token: "c-1", payment_source_token: source });
    assert.deepEqual(provider.calls, []);
    expectStatus(await askEndpoint(server, "token", next({ email: "eve@shop.example" })), 409);
  });
});
