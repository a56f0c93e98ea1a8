/** The webhook of an external gateway that comes early, again, forged, or about nothing. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Payment } from "../../shared/records.ts";
import {
  endAction,
  sendWebhook,
  signExternal,
  startExternalEndpoint,
  type ExternalEndpoint,
} from "../support/external-endpoint.ts";
import { authorizeExternal, operateExternal } from "../support/external-shop.ts";
import { eventually, expectStatus, startTestServer, type TestServer } from "../support/server.ts";

describe("an external gateway's webhook", () => {
  let endpoint: ExternalEndpoint;
  let server: TestServer;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: endpoint.config } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  const authorize = () => authorizeExternal(server);
  const operate = (payment: Payment, operation: string, body: object = {}) =>
    operateExternal(server, payment, operation, body);

  it("changes nothing where it comes again, or says otherwise later", async () => {
    const { payment } = await authorize();
    expectStatus(await operate(payment, "capture"), 200);
    endpoint.behaviour = "promise";
    const { body: promised } = expectStatus(await operate(payment, "refund", { amount: 4000 }), 202);
    const actionId = `action-${promised.operations.at(-1)?.id}`;
    expectStatus(await endAction(server, actionId), 200);
    const { body: once } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.deepEqual([once.state, once.refundedAmount], ["partially_refunded", 4000]);
    const events = (await server.call<{ data: unknown[] }>("/v1/events?limit=100")).body.data.length;
    for (const isSuccess of [true, true, false]) {
      expectStatus(await endAction(server, actionId, { isSuccess, data: { message: "Again" } }), 200);
    }
    assert.deepEqual((await server.call<Payment>(`/v1/payments/${payment.id}`)).body, once);
    assert.equal((await server.call<{ data: unknown[] }>("/v1/events?limit=100")).body.data.length, events);
  });

  it("is taken where it comes before the answer that promised it", async () => {
    const { payment } = await authorize();
    const { promise, resolve } = Promise.withResolvers<void>();
    endpoint.behaviour = "promise";
    endpoint.isReleased = promise;
    const operating = operate(payment, "capture");
    await eventually(async () => endpoint.calls.at(-1)?.action === "capture");
    const ending = endAction(server, `action-${endpoint.calls.at(-1)?.key}`);
    // It has been looked for, and not found, before there is an answer at all.
    await new Promise((seen) => setTimeout(seen, 50));
    resolve();
    expectStatus(await operating, 202);
    expectStatus(await ending, 200);
    const { body } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.deepEqual([body.state, body.operations.at(-1)?.status], ["completed", "succeeded"]);
  });

  it("is refused where it is not signed, and where its action stays unknown", async () => {
    const { payment } = await authorize();
    endpoint.behaviour = "promise";
    const { body: promised } = expectStatus(await operate(payment, "capture"), 202);
    const body = JSON.stringify({ success: true, data: { action_id: `action-${promised.operations[0]?.id}` } });
    for (const signature of [undefined, "", signExternal(`${body} `), signExternal(body).slice(0, -4)]) {
      assert.equal(expectStatus(await sendWebhook(server, body, signature), 401).body.code, "signature_invalid");
    }
    const { body: unchanged } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.equal(unchanged.operations[0]?.status, "pending");
    assert.equal(expectStatus(await endAction(server, "action-of-nobody"), 404).body.code, "not_found");
  });
});
