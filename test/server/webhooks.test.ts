import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Webhook } from "standardwebhooks";
import type { WebhookDelivery } from "../../shared/deliveries.ts";
import type { CheckoutEvent } from "../../shared/events.ts";
import { waitUntil } from "../conformance/store-place.ts";
import { expectStatus, startTestServer, type TestServer } from "../support/server.ts";
import { startReceiver, WEBHOOK_SECRET, type Receiver } from "../support/webhook-receiver.ts";

const DELIVERIES = "/v1/webhook-deliveries";

async function stage(t: TestContext, webhook: Record<string, unknown> = {}) {
  const receiver = await startReceiver();
  const webhooks = [{ url: receiver.url, secret: WEBHOOK_SECRET, ...webhook }];
  const server = await startTestServer({ config: { webhooks, allowPrivateWebhooks: true } });
  t.after(async () => {
    await server.close();
    await receiver.close();
  });
  return { server, receiver };
}

async function list(server: TestServer, query = ""): Promise<WebhookDelivery[]> {
  return expectStatus(await server.call<{ data: WebhookDelivery[] }>(`${DELIVERIES}?limit=100${query}`), 200).body.data;
}

async function eventsOf(server: TestServer): Promise<CheckoutEvent[]> {
  return (await server.call<{ data: CheckoutEvent[] }>("/v1/events?limit=100")).body.data;
}

/** Waits until so many deliveries have come to an end, or failed so often. */
async function untilStored(server: TestServer, isThere: (deliveries: WebhookDelivery[]) => boolean) {
  const end = performance.now() + 10_000;
  for (;;) {
    const deliveries = await list(server);
    if (isThere(deliveries)) return deliveries;
    assert.ok(performance.now() < end, JSON.stringify(deliveries));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const sorted = (receiver: Receiver) =>
  receiver.received.toSorted((one, other) => one.data.event.sequence - other.data.event.sequence);

describe("webhooks", () => {
  it("tell the merchant of every event, signed, with what happened as it was then", async (t) => {
    const { server, receiver } = await stage(t);
    const session = await server.createSession({ orderId: "1001", customer: { email: "ada@shop.example" } });
    await server.startAttempt(session);
    const { payment } = (await server.call<{ payment: { id: string } }>(`/v1/checkout-sessions/${session.id}`)).body;
    expectStatus(await server.call(`/v1/payments/${payment.id}/receive`, { method: "POST" }), 200);
    const events = await eventsOf(server);
    await waitUntil(() => receiver.received.length === events.length);
    const received = sorted(receiver);
    assert.deepEqual(
      received.map(({ data }) => data.event),
      events,
    );
    assert.deepEqual(
      received.map(({ id, type, timestamp }) => ({ id, type, timestamp })),
      events.map(({ id, type, createdAt }) => ({ id, type, timestamp: createdAt })),
    );
    const first = received[0]?.data.session;
    assert.equal(first?.status, "open");
    assert.equal(first?.orderId, "1001");
    assert.deepEqual(first?.customer, { email: "ada@shop.example" });
    const completed = received.find(({ type }) => type === "payment.completed");
    assert.equal(completed?.data.payment?.state, "completed");
    assert.equal(completed?.data.session.status, "complete");
    const versions = received.flatMap(({ data }) => data.payment?.version ?? []);
    assert.deepEqual(
      versions,
      versions.toSorted((one, other) => one - other),
    );
    assert.ok((versions.at(-1) ?? 0) > (versions[0] ?? 0), "a payment's version grows");
    const text = JSON.stringify(receiver.received);
    for (const secret of [session.clientSecret, "clientSecretHash", "tokenHash", "pageToken", WEBHOOK_SECRET]) {
      assert.ok(!text.includes(secret), `${secret} is sent to nobody`);
    }
  });

  it("go to each endpoint for the types that it wants", async (t) => {
    const { server, receiver } = await stage(t, { types: ["payment.*", "checkout_session.created"] });
    await server.startAttempt(await server.createSession());
    await waitUntil(() => receiver.received.length === 2);
    assert.deepEqual(
      sorted(receiver).map(({ type }) => type),
      ["checkout_session.created", "payment.pending"],
    );
    assert.equal((await list(server)).length, 2);
  });

  it("carry a signature for each of two secrets while one replaces the other", async (t) => {
    const next = "whsec_C2FtcGxlLW5ldy1zZWNyZXQtb2YtMjQtYnl0ZXM=";
    const { server, receiver } = await stage(t, { secret: undefined, secrets: [next, WEBHOOK_SECRET] });
    await server.createSession();
    await waitUntil(() => receiver.received.length === 1);
  });

  it("sign with the bytes of a secret that is not in the standard's form", async (t) => {
    const secret = "a merchant's own secret of bytes".replaceAll(" ", "-");
    const { server, receiver } = await stage(t, { secret });
    let isVerified = false;
    const closed = receiver.close();
    await closed;
    const { createServer } = await import("node:http");
    const port = Number(new URL(receiver.url).port);
    const raw = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = request.headers as Record<string, string>;
        const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
        const body = Buffer.concat(chunks).toString();
        const expected = new Webhook(secret, { format: "raw" }).sign(headers["webhook-id"] ?? "", at, body);
        isVerified = headers["webhook-signature"] === expected;
        response.end();
      });
    });
    await new Promise<void>((resolve) => raw.listen(port, "127.0.0.1", resolve));
    t.after(() => raw.close());
    await server.createSession();
    await waitUntil(() => isVerified);
  });

  it("try again by the schedule, with the same id, and keep what each attempt brought", async (t) => {
    const { server, receiver } = await stage(t, { types: ["checkout_session.created"] });
    receiver.answer = (_request, response) => void response.writeHead(500).end(`not now \u0007\n${"x".repeat(5000)}`);
    await server.createSession();
    for (const [index, seconds] of [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].entries()) {
      // At most a tenth later than that, and never sooner.
      if (index > 0) {
        server.clock.advance(seconds - 1);
        await new Promise((resolve) => setTimeout(resolve, 60));
        assert.equal(receiver.calls, index, `attempt ${index + 1} comes not too soon`);
        server.clock.advance(seconds / 10 + 1);
      }
      await untilStored(server, ([delivery]) => delivery?.attempts.length === index + 1);
    }
    const [delivery] = await list(server);
    assert.equal(delivery?.status, "dead");
    assert.equal(delivery.nextAttemptAt, undefined);
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
    const [attempt] = delivery.attempts;
    assert.equal(attempt?.httpStatus, 500);
    assert.equal(attempt.error, "answered 500");
    assert.match(attempt.answer ?? "", /^not now +x{50,492}$/);
    assert.ok(attempt.durationMs >= 0);
    server.clock.advance(900_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(receiver.calls, 10);
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    expectStatus(await server.call(`${DELIVERIES}/${delivery.id}/resend`, { method: "POST" }), 200);
    const [resent] = await untilStored(server, ([one]) => one?.status === "delivered");
    assert.equal(resent?.attempts.length, 11);
    assert.equal(receiver.received.at(-1)?.id, delivery.eventId);
  });

  it("wait as long as the receiver asks, end at 410, and follow no redirect", async (t) => {
    const { server, receiver } = await stage(t, { types: ["checkout_session.created"] });
    receiver.answer = (_request, response) => void response.writeHead(503, { "Retry-After": "3600" }).end();
    await server.createSession();
    const [waiting] = await untilStored(server, ([one]) => one?.attempts.length === 1);
    assert.equal(waiting?.nextAttemptAt, new Date(server.clock.now().getTime() + 3_600_000).toISOString());
    const elsewhere = await startReceiver();
    t.after(() => elsewhere.close());
    receiver.answer = (_request, response) => void response.writeHead(307, { Location: elsewhere.url }).end();
    server.clock.advance(3600);
    const [redirected] = await untilStored(server, ([one]) => one?.attempts.length === 2);
    assert.equal(redirected?.attempts[1]?.error, "answered with a redirect, which is not followed");
    assert.equal(elsewhere.calls, 0);
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    server.clock.advance(400);
    const [gone] = await untilStored(server, ([one]) => one?.attempts.length === 3);
    assert.equal(gone?.status, "dead");
  });

  it("wait for nobody: a dead endpoint, or one that never answers, delays no other", async (t) => {
    const [live, hanging] = [await startReceiver(), await startReceiver()];
    hanging.answer = () => undefined;
    const config = {
      webhooks: [
        { url: hanging.url, secret: WEBHOOK_SECRET },
        { url: "http://127.0.0.1:9/", secret: WEBHOOK_SECRET },
        { url: live.url, secret: WEBHOOK_SECRET, types: ["checkout_session.created"] },
      ],
      allowPrivateWebhooks: true,
    };
    const server = await startTestServer({ config });
    t.after(async () => {
      await hanging.close();
      await server.close();
      await live.close();
    });
    for (let number = 0; number < 30; number += 1) await server.createSession();
    await waitUntil(() => live.received.length === 30, 4000);
    assert.ok(hanging.calls >= 1 && hanging.calls <= 8, `${hanging.calls} are under way at once`);
  });

  it("keep the query of an address, in which a key may be, out of the log", async (t) => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    const webhooks = [{ url: `${receiver.url}?key=of-the-receiver`, secret: WEBHOOK_SECRET }];
    const server = await startTestServer({ config: { webhooks, allowPrivateWebhooks: true } });
    t.after(async () => {
      await server.close();
      await receiver.close();
    });
    await server.createSession();
    await untilStored(server, ([one]) => one?.status === "dead");
    await waitUntil(() => server.log.some(({ msg }) => msg === "a delivery was given up"));
    assert.ok(!JSON.stringify(server.log).includes("of-the-receiver"));
  });

  it("do not hold up the stop: who does not answer then is sent it again", async (t) => {
    const { server, receiver } = await stage(t, { types: ["checkout_session.created"] });
    receiver.answer = () => undefined;
    await server.createSession();
    await waitUntil(() => receiver.calls === 1);
    const startedAt = performance.now();
    await server.stop();
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 5000, `it took ${Math.round(tookMs)} ms`);
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    server.clock.advance(61);
    const webhooks = [{ url: receiver.url, secret: WEBHOOK_SECRET }];
    const { folder, clock } = server;
    const again = await startTestServer({ folder, clock, config: { webhooks, allowPrivateWebhooks: true } });
    t.after(() => again.stop());
    const [delivered] = await untilStored(again, ([one]) => one?.status === "delivered");
    assert.equal(delivered?.attempts.length, 1, "what was cut off counts for nothing");
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
  });

  it("can be listed and read by the merchant alone, and sent again only where they are still configured", async (t) => {
    const { server, receiver } = await stage(t);
    const session = await server.createSession();
    const other = await server.createSession();
    await untilStored(server, (all) => all.length === 2 && all.every(({ status }) => status === "delivered"));
    const [delivery] = await list(server, `&sessionId=${session.id}&status=delivered`);
    assert.ok(delivery !== undefined);
    assert.deepEqual((await server.call(`${DELIVERIES}/${delivery.id}`)).body, delivery);
    assert.deepEqual(await list(server, `&eventId=${delivery.eventId}`), [delivery]);
    assert.deepEqual(await list(server, `&sessionId=${session.id}&status=dead`), []);
    expectStatus(await server.call(DELIVERIES, { key: session.clientSecret }), 401);
    expectStatus(await server.call(`${DELIVERIES}/whd_none`), 404);
    expectStatus(await server.call(`${DELIVERIES}/whd_none/resend`, { method: "POST" }), 404);
    expectStatus(await server.call(`${DELIVERIES}/${delivery.id}/resend`, { method: "POST", key: null }), 401);
    expectStatus(await server.call(`${DELIVERIES}?status=lost`), 422);
    await server.stop();
    const again = await startTestServer({ folder: server.folder, clock: server.clock });
    t.after(() => again.close());
    expectStatus(await again.call(`${DELIVERIES}/${delivery.id}/resend`, { method: "POST" }), 409);
    assert.equal((await list(again, `&sessionId=${other.id}`)).length, 1);
    assert.equal(receiver.calls, 2);
  });
});
