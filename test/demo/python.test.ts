import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { SECRET_KEY, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

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

  it("believes a webhook that is signed with either secret, once, and no other", async () => {
    const child = spawn("python3", [SHOP, "listen", "0"], { env: environment(), stdio: ["ignore", "pipe", "inherit"] });
    const lines = child.stdout.setEncoding("utf8").iterator();
    const { port } = JSON.parse(String((await lines.next()).value)) as { port: number };
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
    try {
      const foreign = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
      assert.equal(await send("evt_1", now, sign(foreign, "evt_1", now)), 400);
      assert.equal(await send("evt_1", now, sign(WEBHOOK_SECRET, "evt_1", now), `${body} `), 400);
      assert.equal(await send("evt_2", now, sign(WEBHOOK_SECRET, "evt_1", now)), 400);
      assert.equal(await send("evt_1", old, sign(WEBHOOK_SECRET, "evt_1", old)), 400);
      assert.equal(await send("evt_1", now, `v1,AAAA ${sign(WEBHOOK_SECRET, "evt_1", now)}`), 204);
      assert.equal(await send("evt_1", now, sign(WEBHOOK_SECRET, "evt_1", now)), 204);
      const other = JSON.stringify({ type: "payment.refunded", data: { id: "pay_1" } });
      assert.equal(await send("evt_3", now, sign(OLD_SECRET, "evt_3", now, other), other), 204);
      let told = "";
      while (told.split("\n").length < 3) told += String((await lines.next()).value);
      assert.deepEqual(
        told
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown),
        [JSON.parse(body), JSON.parse(other)],
      );
    } finally {
      child.kill();
    }
  });
});
