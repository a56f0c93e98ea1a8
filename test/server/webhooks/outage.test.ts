/** The merchant's receiver is down for three days, and servers are killed meanwhile. */
import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { freePort } from "../../../demo/free-port.ts";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import type { CheckoutEvent } from "../../../shared/events.ts";
import { leftOut } from "../../support/depth.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";
import { MANUAL, SECRET_KEY, STOREFRONT } from "../../support/server.ts";
import { startReceiver, WEBHOOK_SECRET } from "../../support/webhook-receiver.ts";

/** Longer, each, than the schedule's intervals with their jitter; 57 hours in all. */
const STEPS_SECONDS = [6, 331, 1990, 7930, 19_810, 39_610, 55_450, 79_210];
const THREE_DAYS_SECONDS = 3 * 86_400;
const LAST_STEP_SECONDS = 95_100;
const LIMIT_MS = 60_000;

describe("a receiver that is down for three days", () => {
  it("gets every event once, although the server was killed, in an order that it can tell", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await assertSurvives(t, `json:${join(folder, "data")}`, 1);
  });
});

describe("the same, with two processes on PostgreSQL", { skip: leftOut || postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  it("gets every event once, although one of them was killed", async (t) => {
    await assertSurvives(t, await cluster.createDatabase(), 2);
  });
});

async function assertSurvives(t: TestContext, store: string, processes: number): Promise<void> {
  const port = await freePort();
  const dead = `http://127.0.0.1:${port}/hooks`;
  const alive = await startReceiver();
  t.after(() => alive.close());
  const webhooks = [dead, alive.url].map((url) => ({ url, secret: WEBHOOK_SECRET }));
  const crew = await startCrew(t, { store, webhooks, processes, dead });
  for (let number = 0; number < 3; number += 1) await crew.createSession();
  // The other endpoint is told at once, with the clock as it was.
  await crew.untilAll(() => alive.received.length === 3);
  for (const [index, seconds] of STEPS_SECONDS.entries()) {
    await crew.untilAll(({ attempts }) => attempts.length > index);
    if (index === 2 || index === 5) {
      crew.children[0]?.kill("SIGKILL");
      await crew.restart();
    }
    crew.advance(seconds);
  }
  await crew.untilAll(({ attempts }) => attempts.length > STEPS_SECONDS.length);
  crew.advance(THREE_DAYS_SECONDS - STEPS_SECONDS.reduce((sum, seconds) => sum + seconds, 0));
  await crew.createSession();
  // Killed with a request just acknowledged, whose event may have been sent to nobody.
  crew.children[0]?.kill("SIGKILL");
  const receiver = await startReceiver({ port });
  t.after(() => receiver.close());
  await crew.restart();
  crew.advance(LAST_STEP_SECONDS);
  await crew.untilAll(({ status }) => status === "delivered");
  const events = (await crew.call<{ data: CheckoutEvent[] }>("/v1/events?limit=100")).data;
  const received = receiver.received.toSorted((one, other) => one.data.event.sequence - other.data.event.sequence);
  assert.deepEqual(
    received.map(({ data }) => data.event),
    events,
  );
  assert.deepEqual(
    received.map(({ id }) => id),
    events.map(({ id }) => id),
  );
  const told = new Set(alive.received.map(({ id }) => id));
  assert.deepEqual(
    events.filter(({ id }) => !told.has(id)),
    [],
    "the endpoint that was alive has all of it, too",
  );
}

async function startCrew(
  t: TestContext,
  { store, webhooks, processes, dead }: { store: string; webhooks: unknown[]; processes: number; dead: string },
) {
  let offsetMs = 0;
  const ports = await Promise.all(Array.from({ length: processes }, freePort));
  const start = async (port: number): Promise<ChildProcess> => {
    const config = {
      publicUrl: `http://localhost:${port}`,
      port,
      environment: "test",
      secretKey: SECRET_KEY,
      storefronts: [STOREFRONT],
      store,
      gateways: { bank: MANUAL },
      webhooks,
      allowPrivateWebhooks: true,
    };
    const child = fork(join(import.meta.dirname, "webhook-process.ts"), [JSON.stringify({ config, offsetMs })]);
    await once(child, "message");
    return child;
  };
  const children = await Promise.all(ports.map(start));
  t.after(() => children.forEach((child) => child.kill("SIGKILL")));
  const call = async <Body>(path: string, json?: unknown): Promise<Body> => {
    const response = await fetch(`http://localhost:${ports.at(-1)}${path}`, {
      method: json === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${SECRET_KEY}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    assert.ok(response.ok, `${path} answered ${response.status}`);
    return (await response.json()) as Body;
  };
  return {
    children,
    call,
    createSession: () =>
      call("/v1/checkout-sessions", {
        amount: 4300,
        currency: "EUR",
        returnUrl: `${STOREFRONT}/thanks`,
        expiresInSeconds: 2_592_000,
      }),
    advance: (seconds: number) => {
      offsetMs += seconds * 1000;
      for (const child of children) if (child.connected) child.send(offsetMs);
    },
    /** Starts again the one that was killed. */
    restart: async () => {
      const [killed] = children;
      if (killed?.exitCode === null && killed.signalCode === null) await once(killed, "exit");
      children[0] = await start(ports[0] ?? 0);
    },
    /** Waits until something holds of all that is for the endpoint that is down. */
    untilAll: async (isThere: (delivery: WebhookDelivery) => boolean) => {
      const end = performance.now() + LIMIT_MS;
      for (;;) {
        const all = (await call<{ data: WebhookDelivery[] }>("/v1/webhook-deliveries?limit=100")).data;
        const data = all.filter(({ endpoint }) => endpoint === dead);
        if (data.length > 0 && data.every(isThere)) return;
        assert.ok(performance.now() < end, JSON.stringify(data));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
