import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Payment } from "../../shared/records.ts";
import { bringBack, endAction, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import {
  authorizeExternal,
  beginExternal,
  operateExternal,
  paymentOnce,
  readSession,
} from "../support/external-shop.ts";
import { expectStatus, startTestServer, type TestServer } from "../support/server.ts";

describe("the circuit of an external payment gateway", () => {
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

  interface Described {
    data: { id: string; circuit: { state: string; failures: number } }[];
  }

  async function circuit(): Promise<{ state: string; failures: number } | undefined> {
    const { body } = await server.call<Described>("/v1/gateways");
    return body.data.find(({ id }) => id === "external")?.circuit;
  }

  /** Lets the provider fail until its circuit has counted so many failures; nobody else asks it meanwhile. */
  async function failUntil(failures: number): Promise<void> {
    endpoint.behaviour = "break down";
    for (let counted = (await circuit())?.failures ?? 0; counted < failures; counted += 1) {
      await bringBack(server, (await beginExternal(server)).handoff);
    }
  }

  it("still calls after 30 failures in a row, and suspends its calls after 31, until an operator resets it", async () => {
    const { payment } = await authorizeExternal(server);
    await failUntil(30);
    assert.deepEqual(await circuit(), { state: "closed", failures: 30 });
    await failUntil(31);
    assert.deepEqual(await circuit(), { state: "open", failures: 31 });
    endpoint.behaviour = "succeed";
    const before = endpoint.calls.length;
    assert.equal(expectStatus(await operateExternal(server, payment, "capture"), 503).body.code, "circuit_open");
    const { body: refused } = await server.call<Payment>(`/v1/payments/${payment.id}`);
    assert.deepEqual(
      [refused.state, refused.operations[0]?.status, refused.operations[0]?.errorCode],
      ["authorization", "failed", "circuit_open"],
    );
    const { session, handoff } = await beginExternal(server);
    expectStatus(await bringBack(server, handoff), 303);
    const { status, attempt } = await readSession(server, session);
    assert.deepEqual([status, attempt?.state, attempt?.code], ["open", "failed", "circuit_open"]);
    assert.equal(endpoint.calls.length, before, "nothing was sent");

    const path = "/v1/gateways/external/reset-circuit";
    expectStatus(await server.call(path, { method: "POST", key: null }), 401);
    expectStatus(await server.call("/v1/gateways/nobody/reset-circuit", { method: "POST" }), 404);
    const { body } = expectStatus(await server.call(path, { method: "POST" }), 200);
    assert.deepEqual(body["circuit"], { state: "closed", failures: 0 });
    assert.equal(expectStatus(await operateExternal(server, payment, "capture"), 200).body.state, "completed");
  });

  it("stays open over a restart", async () => {
    await failUntil(31);
    await server.stop();
    const { clock, folder } = server;
    const gateways = { external: endpoint.config };
    server = await startTestServer({ gateways, clock, folder });
    assert.deepEqual(await circuit(), { state: "open", failures: 31 });
  });

  it("starts the count again at any success, and neither counts nor forgets at a refusal", async () => {
    const { payment } = await authorizeExternal(server);
    await failUntil(3);
    endpoint.behaviour = "refuse";
    expectStatus(await operateExternal(server, payment, "capture"), 402);
    assert.deepEqual(await circuit(), { state: "closed", failures: 3 });
    endpoint.behaviour = "succeed";
    expectStatus(await operateExternal(server, payment, "capture"), 200);
    assert.deepEqual(await circuit(), { state: "closed", failures: 0 });
  });

  it("captures by itself when it can, what it could not at once", async () => {
    const { session, handoff } = await beginExternal(server);
    endpoint.behaviour = "promise";
    await bringBack(server, handoff);
    const { attempt } = await readSession(server, session);
    await failUntil(31);
    expectStatus(await endAction(server, `action-${attempt?.id}`), 200);
    await paymentOnce(server, session, ({ operations }) => operations[0]?.status === "failed");
    endpoint.behaviour = "succeed";
    await server.call("/v1/gateways/external/reset-circuit", { method: "POST" });
    server.clock.advance(61);
    const payment = await paymentOnce(server, session, ({ state }) => state === "completed");
    assert.deepEqual(
      payment.operations.map(({ status, errorCode }) => [status, errorCode]),
      [
        ["failed", "circuit_open"],
        ["succeeded", undefined],
      ],
    );
  });
});
