import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, before, describe, it, type TestContext } from "node:test";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import type { WebhookDelivery } from "../../shared/deliveries.ts";
import type { CheckoutEvent } from "../../shared/events.ts";
import type { WebhookMessage } from "../../shared/webhooks.ts";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import {
  eventually,
  expectStatus,
  SECRET_KEY,
  startTestServer,
  STOREFRONT,
  type TestServer,
} from "../support/server.ts";

const SHOP = fileURLToPath(new URL("../../demo/python/shop.py", import.meta.url));
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

/** Says why the example cannot be run here; `false` where it can. */
function findObstacle(): string | false {
  try {
    execFileSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], { stdio: "ignore" });
    return false;
  } catch {
    return "python3, 3.9 or later, is not installed: the example in Python was left out";
  }
}

describe("the shop in Python", { skip: findObstacle() }, () => {
  let server: TestServer;
  let endpoint: ExternalEndpoint;
  before(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: endpoint.config } });
  });
  after(async () => {
    await server.close();
    await endpoint.close();
  });

  const environment = () => ({
    PATH: process.env["PATH"],
    OFFSITE_URL: server.url,
    OFFSITE_SECRET_KEY: SECRET_KEY,
    SHOP_URL: STOREFRONT,
    WEBHOOK_SECRET: `${OLD_SECRET} ${WEBHOOK_SECRET}`,
    PYTHONDONTWRITEBYTECODE: "1",
  });

  async function run<Answer>(...args: string[]): Promise<Answer> {
    const { stdout } = await promisify(execFile)("python3", [SHOP, ...args], { env: environment() });
    return JSON.parse(stdout) as Answer;
  }

  it("sells, reads what became of it, takes a part of the money and gives some of that back", async () => {
    const session = await run<CreatedCheckoutSession>("sell", "manual");
    assert.deepEqual([session.status, session.amount], ["open", 4300]);
    await bringBack(server, (await server.startAttempt(session)).handoff);
    const { status, payment } = await run<CheckoutSession>("status", session.id);
    assert.deepEqual([status, payment?.state], ["complete", "authorization"]);
    assert.ok(payment);
    const captured = await run<Payment>("capture", payment.id, "4000");
    assert.deepEqual([captured.state, captured.balance], ["completed", 4000]);
    await assert.rejects(run("refund", payment.id, "4001"), /amount_too_large/);
    const refunded = await run<Payment>("refund", payment.id, "1000");
    assert.deepEqual([refunded.state, refunded.balance], ["partially_refunded", 3000]);
    assert.equal((await run<Payment>("refund", payment.id)).state, "refunded");
    await assert.rejects(run("status", "cs_unknown"), /not_found/);
  });

  it("hears from the server by webhook what became of what it sold, each event once", async (t) => {
    const { port, told } = await listen(t);
    const webhooks = [{ url: `http://127.0.0.1:${port}/`, secrets: [OLD_SECRET, WEBHOOK_SECRET] }];
    const sender = await startTestServer({
      // Python's clock is the real one, and a message must be of the last five minutes.
      clock: { now: () => new Date(), advance: () => undefined },
      config: { webhooks, allowPrivateWebhooks: true },
    });
    t.after(() => sender.close());
    const session = await sender.createSession();
    await sender.startAttempt(session);
    const { payment } = (await sender.call<CheckoutSession>(`/v1/checkout-sessions/${session.id}`)).body;
    await sender.call(`/v1/payments/${payment?.id}/receive`, { json: {} });
    await sender.call(`/v1/payments/${payment?.id}/refund`, { json: { amount: 1000 } });
    const events = (await sender.call<{ data: CheckoutEvent[] }>("/v1/events?limit=100")).body.data;
    const heard = (await told(events.length)) as WebhookMessage[];
    heard.sort((one, other) => one.data.event.sequence - other.data.event.sequence);
    assert.deepEqual(
      heard.map(({ data }) => data.event),
      events,
    );
    assert.equal(heard.findLast(({ data }) => data.payment)?.data.payment?.state, "partially_refunded");
    const read = async () =>
      (await sender.call<{ data: WebhookDelivery[] }>("/v1/webhook-deliveries?status=delivered")).body.data;
    await eventually(async () => (await read()).length === events.length);
    const [first] = await read();
    expectStatus(await sender.call(`/v1/webhook-deliveries/${first?.id}/resend`, { json: {} }), 200);
    await eventually(async () => (await read()).some(({ id, attempts }) => id === first?.id && attempts.length === 2));
    const other = await sender.createSession();
    const [next] = (await told(1)) as WebhookMessage[];
    assert.equal(next?.data.session.id, other.id, "what comes again is told once");
  });

  /** Starts the shop that listens; `told` waits for so many more lines of what it was told. */
  async function listen(t: TestContext) {
    const child = spawn("python3", [SHOP, "listen", "0"], { env: environment(), stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill());
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value ?? "") as unknown;
    const told = async (count: number) => {
      const heard: unknown[] = [];
      while (heard.length < count) heard.push(await next());
      return heard;
    };
    const { port } = (await next()) as { port: number };
    return { port, told };
  }

  it("believes a webhook that is signed with either secret, once, and no other", async (t) => {
    const { port, told } = await listen(t);
    const body = JSON.stringify({ type: "payment.completed", data: { id: "pay_1" } });
    const send = async (id: string, sentAt: Date, signature: string, text = body) => {
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
        "webhook-signature": signature,
      };
      return (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: text })).status;
    };
    const now = new Date();
    const old = new Date(now.getTime() - 600_000);
    const sign = (secret: string, id: string, at: Date, text = body) => new Webhook(secret).sign(id, at, text);
    const foreign = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    assert.equal(await send("evt_1", now, sign(foreign, "evt_1", now)), 400);
    assert.equal(await send("evt_1", now, sign(WEBHOOK_SECRET, "evt_1", now), `${body} `), 400);
    assert.equal(await send("evt_2", now, sign(WEBHOOK_SECRET, "evt_1", now)), 400);
    assert.equal(await send("evt_1", old, sign(WEBHOOK_SECRET, "evt_1", old)), 400);
    assert.equal(await send("evt_1", now, `v1,AAAA ${sign(WEBHOOK_SECRET, "evt_1", now)}`), 204);
    assert.equal(await send("evt_1", now, sign(WEBHOOK_SECRET, "evt_1", now)), 204);
    const other = JSON.stringify({ type: "payment.refunded", data: { id: "pay_1" } });
    assert.equal(await send("evt_3", now, sign(OLD_SECRET, "evt_3", now, other), other), 204);
    assert.deepEqual(await told(2), [JSON.parse(body), JSON.parse(other)]);
  });
});
