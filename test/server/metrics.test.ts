import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createMetrics } from "../../server/metrics/metrics.ts";
import { setGauges } from "../../server/metrics/set-gauges.ts";
import { openPlayCheckout } from "../support/play-checkout.ts";
import { eventually, expectStatus, startTestServer, type TestServer } from "../support/server.ts";
import { startReceiver, WEBHOOK_SECRET } from "../support/webhook-receiver.ts";
import { notifyUniversal, returnFromUniversal, UNIVERSAL } from "../support/universal.ts";

describe("/metrics", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL } });
  });
  afterEach(() => server.close());

  /** Reads one sample; `undefined` where there is none. */
  async function read(sample: string): Promise<number | undefined> {
    const { body } = expectStatus(await server.call<string>("/metrics"), 200);
    const line = body.split("\n").find((one) => one.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.slice(sample.length + 1));
  }

  it("is for the secret key alone, in Prometheus' format, with what the process uses", async () => {
    expectStatus(await server.call("/metrics", { key: null }), 401);
    const session = await server.createSession();
    expectStatus(await server.call("/metrics", { key: session.clientSecret }), 401);
    const { headers } = await server.call("/metrics");
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.ok(((await read("process_resident_memory_bytes")) ?? 0) > 0);
  });

  it("counts answers by route and never by path, which may carry a token", async () => {
    const session = await server.createSession();
    await server.call(`/v1/checkout-sessions/${session.id}`);
    await server.call(new URL(session.url).pathname, { key: null });
    await server.call("/nowhere/secret", { key: null });
    const count = (route: string, status: number) =>
      read(`offsite_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"}`);
    assert.equal(await count("/v1/checkout-sessions/:id", 200), 1);
    assert.equal(await count("/checkout/:token", 200), 1);
    assert.equal(await count("none", 404), 1);
    const { body } = await server.call<string>("/metrics");
    assert.ok(!body.includes(session.id) && !body.includes("secret") && !body.includes(new URL(session.url).pathname));
  });

  it("counts settlements by outcome and by what brought the proof", async () => {
    for (const result of ["completed", "completed", "failed"]) {
      const { handoff } = await server.startAttempt(await server.createSession());
      await notifyUniversal(server, handoff, { x_result: result });
      await notifyUniversal(server, handoff, { x_result: result });
    }
    const { handoff } = await server.startAttempt(await server.createSession());
    await returnFromUniversal(server, handoff);
    assert.equal(await read('offsite_events_total{type="payment.completed",decided_by="notification"}'), 2);
    assert.equal(await read('offsite_events_total{type="payment.completed",decided_by="return"}'), 1);
    assert.equal(await read('offsite_events_total{type="checkout_session.created",decided_by="merchant"}'), 4);
  });

  it("counts what is not proven to be the provider's, by gateway", async () => {
    const { handoff } = await server.startAttempt(await server.createSession());
    const forged = { x_signature: "0".repeat(64) };
    expectStatus(await notifyUniversal(server, handoff, forged), 401);
    assert.equal(await read('offsite_verification_failures_total{gateway="card"}'), 1);
    await returnFromUniversal(server, handoff, forged);
    assert.equal(await read('offsite_verification_failures_total{gateway="card"}'), 2);
    await server.call("/notify/unknown", { key: null, form: {} });
    assert.equal(await read('offsite_verification_failures_total{gateway="unknown"}'), undefined);
  });

  it("tells for how long the work that is due longest has waited, and 0 where nothing is", async () => {
    // Nothing is done here of what is due, as where a server hangs.
    const play = await openPlayCheckout();
    const readAge = async () => {
      const { text } = await createMetrics().render((gauges) => setGauges(play.checkout, gauges));
      return /^offsite_due_work_age_seconds (.*)$/m.exec(text)?.[1];
    };
    assert.equal(await readAge(), "0");
    await play.create();
    assert.equal(await readAge(), "0", "what is not due yet has no age");
    play.clock.advance(30 + 3600);
    assert.equal(await readAge(), "3600");
    await play.create();
    assert.equal(await readAge(), "3600");
    await play.close();
  });

  it("tells how many webhooks are due and dead, and how old the oldest that is due", async () => {
    const receiver = await startReceiver();
    const { folder, clock } = server;
    await server.stop();
    const webhooks = [{ url: receiver.url, secret: WEBHOOK_SECRET, types: ["checkout_session.created"] }];
    const config = { webhooks, allowPrivateWebhooks: true };
    server = await startTestServer({ gateways: { card: UNIVERSAL }, folder, clock, config });
    const deliveries = async () => [
      await read('offsite_webhook_deliveries{status="due"}'),
      await read('offsite_webhook_deliveries{status="dead"}'),
      await read("offsite_webhook_delivery_age_seconds"),
    ];
    assert.deepEqual(await deliveries(), [0, 0, 0]);
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    await server.createSession();
    await eventually(async () => (await deliveries()).join() === "0,1,0");
    receiver.answer = (_request, response) => void response.writeHead(503, { "Retry-After": "3600" }).end();
    await server.createSession();
    await eventually(async () => receiver.calls === 2);
    clock.advance(600);
    await server.createSession();
    await eventually(async () => (await deliveries()).join() === "2,1,600");
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    clock.advance(90_000);
    await eventually(async () => (await deliveries()).join() === "0,1,0");
    await receiver.close();
  });

  it("tells what should be looked at, by reason", async () => {
    const { handoff } = await server.startAttempt(await server.createSession());
    assert.equal(await read('offsite_attention_sessions{reason="amount_mismatch"}'), 0);
    await notifyUniversal(server, handoff, { x_amount: "1.00" });
    assert.equal(await read('offsite_attention_sessions{reason="amount_mismatch"}'), 1);
    assert.equal(await read('offsite_attention_sessions{reason="operation_in_doubt"}'), 0);
    assert.equal(await read("offsite_store_ready"), 1);
    assert.equal(await read('offsite_circuit_open{gateway="card"}'), 0);
    assert.equal(await read('offsite_circuit_failures{gateway="card"}'), 0);
  });
});
