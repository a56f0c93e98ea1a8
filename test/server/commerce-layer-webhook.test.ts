/** What a Commerce Layer organization is told of what it was answered with 202 (seed 002). */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  askEndpoint,
  ORGANIZATION_SECRET,
  signForOrganization,
  startOrganizationWebhook,
  type OrganizationWebhook,
} from "../support/commerce-layer-organization.ts";
import { assertSeed } from "../support/commerce-layer-seed.ts";
import { bringBack, endAction, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, paymentIn, readSession } from "../support/external-shop.ts";
import { expectStatus, MANUAL, startTestServer, type TestServer } from "../support/server.ts";

describe("the webhook to Commerce Layer", () => {
  let provider: ExternalEndpoint;
  let webhook: OrganizationWebhook;
  let server: TestServer;
  const start = (folder?: string) =>
    startTestServer({
      gateways: { external: provider.config, bank: MANUAL },
      config: {
        allowPrivateWebhooks: true,
        commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: webhook.url },
      },
      ...(folder === undefined ? {} : { folder, clock: server.clock }),
    });
  beforeEach(async () => {
    provider = await startExternalEndpoint();
    webhook = await startOrganizationWebhook();
    server = await start();
  });
  afterEach(async () => {
    await server.close();
    await webhook.close();
    await provider.close();
  });

  async function receive(count: number): Promise<unknown[]> {
    for (let tries = 0; webhook.received.length < count; tries += 1) {
      assert.ok(tries < 500, `only ${webhook.received.length} came`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { body, signature } of webhook.received) {
      assert.equal(signature, signForOrganization(body));
      assertSeed("answer#/$defs/webhook", JSON.parse(body));
    }
    return webhook.received.map(({ body }) => JSON.parse(body) as unknown);
  }

  it("tells, signed, how a capture that was promised ended, and what failed", async () => {
    const { session, handoff } = await beginExternal(server, { capture: "manual" });
    await bringBack(server, handoff);
    const token = (await askEndpoint(server, "authorize", { token: session.id })).body.data?.transaction_token ?? "";
    provider.behaviour = "promise";
    const first = expectStatus(await askEndpoint(server, "capture", { token }), 202).body.data?.action_id ?? "";
    await endAction(server, `action-${first}`, { isSuccess: false });
    const second = expectStatus(await askEndpoint(server, "capture", { token }), 202).body.data?.action_id ?? "";
    await endAction(server, `action-${second}`, { data: { message: "Done", cvv_code: "M", amount_cents: 1 } });
    assert.notEqual(first, second);
    const reason = { code: "expired_card", message: "The card has expired" };
    assert.deepEqual(await receive(2), [
      {
        success: false,
        data: { action_id: first, message: reason.message, error_code: reason.code },
        error: reason,
      },
      { success: true, data: { action_id: second, message: "Done", cvv_code: "M" } },
    ]);
  });

  for (const type of ["void", "refund"] as const) {
    it(`tells how a ${type} that was promised ended: first refused, then done`, async () => {
      const { session, handoff } = await beginExternal(server, { capture: "manual" });
      await bringBack(server, handoff);
      let token = (await askEndpoint(server, "authorize", { token: session.id })).body.data?.transaction_token ?? "";
      if (type === "refund") {
        token = (await askEndpoint(server, "capture", { token })).body.data?.transaction_token ?? "";
      }
      provider.behaviour = "promise";
      const promised: string[] = [];
      for (const isSuccess of [false, true]) {
        const { data } = expectStatus(await askEndpoint(server, type, { token, amount: 5000 }), 202).body;
        const again = expectStatus(await askEndpoint(server, type, { token, amount: 5000 }), 202).body;
        assert.deepEqual([again.data, data?.amount_cents], [data, type === "void" ? 12_900 : 5000]);
        promised.push(data?.action_id ?? "");
        await endAction(server, `action-${data?.action_id}`, { isSuccess });
      }
      const [first = "", second = ""] = promised;
      const reason = { code: "expired_card", message: "The card has expired" };
      assert.deepEqual(await receive(2), [
        { success: false, data: { action_id: first, message: reason.message, error_code: reason.code }, error: reason },
        { success: true, data: { action_id: second } },
      ]);
      const { state, refundedAmount } = paymentIn(await readSession(server, session));
      const wanted = type === "void" ? ["authorization_voided", 0] : ["partially_refunded", 5000];
      assert.deepEqual([state, refundedAmount], wanted);
      provider.behaviour = "succeed";
      expectStatus(await askEndpoint(server, type, { token, amount: 5000 }), 200);
    });
  }

  it("tells nothing of what was answered at once", async () => {
    const { session, handoff } = await beginExternal(server, { capture: "manual" });
    await bringBack(server, handoff);
    const token = (await askEndpoint(server, "authorize", { token: session.id })).body.data?.transaction_token ?? "";
    expectStatus(await askEndpoint(server, "capture", { token }), 200);
    const { body } = await server.call<{ data: unknown[] }>(`/v1/webhook-deliveries?sessionId=${session.id}`);
    assert.deepEqual(body.data, []);
  });

  it("tells the end of a payment that was pending, once, also after failures and a restart", async () => {
    const session = await server.createSession({ amount: 12_900 });
    await server.startAttempt(session, { gateway: "bank" });
    const { id } = paymentIn(await readSession(server, session));
    expectStatus(await askEndpoint(server, "authorize", { token: session.id }), 202);
    webhook.status = 500;
    expectStatus(await server.call(`/v1/payments/${id}/receive`, { json: {} }), 200);
    await receive(1);
    await server.stop();
    webhook.status = 200;
    server.clock.advance(60);
    server = await start(server.folder);
    const told = { success: true, data: { action_id: id } };
    assert.deepEqual(await receive(2), [told, told]);
    expectStatus(await server.call(`/v1/payments/${id}/refund`, { json: {} }), 200);
    const { body } = await server.call<{ data: unknown[] }>(`/v1/webhook-deliveries?sessionId=${session.id}`);
    assert.equal(body.data.length, 1);
  });
});
