/**
 * The demonstration as a person plays it by hand who has a Commerce Layer organization: every action of the seed (002),
 * at once and later, done and refused, through the server's endpoint, and on to the provider's own external gateway.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pino } from "pino";
import { startDemo, type Demo } from "../../demo/demo.ts";
import { eventually } from "../support/server.ts";

let folder: string;
let demo: Demo;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "offsite-organization-"));
  demo = await startDemo({
    ports: { shop: 0, server: 0, provider: 0 },
    dataFolder: folder,
    log: pino({ level: "silent" }),
    // Its word, which it sends once, comes well after its answer is stored.
    providerDelayMs: 300,
    dueWorkIntervalMs: 20,
  });
});
after(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(url: string, fields: Record<string, string>): Promise<{ status: number; location: string }> {
  const response = await fetch(new URL(url, demo.urls.shop), {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  await response.body?.cancel();
  return { status: response.status, location: response.headers.get("location") ?? "" };
}

async function read(url: string): Promise<string> {
  return (await fetch(new URL(url, demo.urls.shop))).text();
}

/** Pays on the session's plain page and on the provider's, without JavaScript; gives where that leads back to. */
async function pay(pageUrl: string, choice: string): Promise<string> {
  const { location } = await post(pageUrl, { gateway: "wallet" });
  const page = await fetch(location, { redirect: "manual" });
  const paymentId = page.headers.get("location")?.split("/").at(-1);
  const back = await post(`${demo.urls.provider}/payments/${paymentId}/choice`, { choice });
  const home = await fetch(back.location, { redirect: "manual" });
  return home.headers.get("location") ?? "";
}

/** Makes an order that its customer pays with the wallet; gives the order's page. */
async function payOrder(choice = "pay", fields: Record<string, string> = {}): Promise<string> {
  const { location } = await post("/commerce-layer/orders", { amount: "43.00", capture: "manual", ...fields });
  const url = new URL(await pay(location, choice));
  assert.match(url.pathname, /^\/commerce-layer\/orders\/[A-Za-z0-9]{10}$/);
  return url.pathname;
}

const ask = (order: string, action: string, fields: Record<string, string> = {}) =>
  post(order, { action, amount: "43.00", ...fields });

/** What the order's page lists: `capture $30.00 done`, oldest first. */
async function transactions(order: string): Promise<string[]> {
  const list = /<ul class="transactions">(.*?)<\/ul>/s.exec(await read(order))?.[1] ?? "";
  const rows = list.split("</li>").map((row) =>
    row
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
  return rows.filter((row) => row !== "");
}

/** Waits until nothing is pending any more, as a person does who looks again. */
async function settled(order: string): Promise<string[]> {
  let rows = await transactions(order);
  await eventually(async () => (rows = await transactions(order)).every((row) => !row.includes("pending")));
  return rows;
}

const DECLINED = "The bank declined the payment.";
const DONE = "Approved by the bank.";

describe("the simulated Commerce Layer organization", () => {
  it("authorizes at once, and is told that it was declined", async () => {
    const paid = await payOrder();
    assert.equal((await ask(paid, "authorize")).location, paid);
    assert.deepEqual(await transactions(paid), ["authorize $43.00 done"]);
    const declined = await payOrder("decline");
    await ask(declined, "authorize");
    assert.deepEqual(await transactions(declined), [`authorize $43.00 refused gateway_declined: ${DECLINED}`]);
  });

  for (const [result, rows] of [
    ["paid", [`authorize $43.00 done ${DONE}`]],
    ["failed", ["authorize $43.00 refused gateway_declined: Declined by the bank."]],
  ] as const) {
    it(`authorizes later: ${result} on the provider's list`, async () => {
      const order = await payOrder("pending");
      await ask(order, "authorize");
      assert.deepEqual(await transactions(order), ["authorize $43.00 pending"]);
      const [, paymentId] = /payments\/([0-9a-f]+)\/settle/.exec(await read(demo.urls.provider)) ?? [];
      await post(`${demo.urls.provider}/payments/${paymentId}/settle`, { result });
      assert.deepEqual(await settled(order), rows);
      assert.match(await read(order), /<span class="name">webhook/);
    });
  }

  for (const action of ["capture", "void", "refund"]) {
    it(`asks for a ${action} that is done or refused, at once or later`, async () => {
      const order = await payOrder();
      await ask(order, "authorize");
      const before = ["authorize $43.00 done", ...(action === "refund" ? ["capture $43.00 done"] : [])];
      if (action === "refund") await ask(order, "capture");
      const amount = action === "void" ? "43.00" : "10.00";
      for (const manner of ["refuse", "later-refuse", "later"]) {
        await ask(order, action, { manner, amount });
        await settled(order);
      }
      const rows = await transactions(order);
      assert.deepEqual(rows, [
        ...before,
        `${action} $${amount} refused gateway_declined: ${DECLINED}`,
        `${action} $${amount} refused card_declined: Declined by the bank.`,
        `${action} $${amount} done ${DONE}`,
      ]);
      if (action === "refund") {
        await ask(order, action, { manner: "at-once", amount: "33.00" });
        await ask(order, action, { amount: "0.01" });
        assert.match((await transactions(order)).at(-2) ?? "", /^refund \$33\.00 done/);
        assert.match(
          (await transactions(order)).at(-1) ?? "",
          /^refund \$0\.01 refused (invalid_state|amount_too_large)/,
        );
      }
    });
  }

  it("saves a source, or is told why not, and pays the next order with it, at once and later", async () => {
    const order = await payOrder();
    await ask(order, "authorize");
    await ask(order, "token", { manner: "refuse" });
    assert.doesNotMatch(await read(order), /src_/);
    await ask(order, "token", { manner: "at-once" });
    assert.match(await read(order), /Saved source:\s*<code>src_/);
    for (const [manner, row] of [
      ["at-once", "authorize $5.00 done"],
      ["refuse", `authorize $5.00 refused gateway_declined: ${DECLINED}`],
      ["later", `authorize $5.00 done ${DONE}`],
      ["later-refuse", "authorize $5.00 refused gateway_declined: Declined by the bank."],
    ] as const) {
      const fields = { amount: "5.00", capture: "manual", paidLike: order.split("/").at(-1) ?? "" };
      const { location } = await post("/commerce-layer/orders", fields);
      await ask(location, "authorize", { manner });
      assert.deepEqual(await settled(location), [row], manner);
    }
  });

  it("takes money by a gateway that cannot capture later: a bank transfer, which the merchant receives", async () => {
    const { location } = await post("/commerce-layer/orders", { amount: "43.00", capture: "automatic" });
    await post(location, { gateway: "transfer" });
    const [order = ""] = /\/commerce-layer\/orders\/\w+/.exec(await read("/commerce-layer")) ?? [];
    await ask(order, "authorize");
    assert.deepEqual(await transactions(order), ["authorize $43.00 pending"]);
    const merchant = (path: string, init: RequestInit = {}) =>
      fetch(demo.urls.server + path, { ...init, headers: { authorization: `Bearer ${demo.secretKey}` } });
    const list = (await (await merchant(`/v1/payments?orderId=${order.split("/").at(-1)}`)).json()) as {
      data: { id: string }[];
    };
    assert.equal((await merchant(`/v1/payments/${list.data[0]?.id}/receive`, { method: "POST" })).status, 200);
    assert.deepEqual(await settled(order), ["authorize $43.00 done"]);
    await ask(order, "capture");
    assert.equal((await transactions(order)).at(-1), "capture $43.00 done");
    await ask(order, "token");
    assert.match(await read(order), /unsupported_operation/);
    assert.doesNotMatch(await read(order), /name="manner"/);
  });

  it("sends the same call again, which changes nothing", async () => {
    const order = await payOrder();
    await ask(order, "authorize");
    await ask(order, "capture");
    await ask(order, "refund", { amount: "10.00" });
    const before = await transactions(order);
    const [, exchange = ""] = /name="exchange" value="([\w-]+)"/.exec(await read(order)) ?? [];
    assert.equal((await post(`${order}/repeat`, { exchange })).location, order);
    assert.deepEqual(await transactions(order), before);
    await ask(order, "refund", { amount: "10.00" });
    assert.equal((await transactions(order)).length, before.length + 1);
  });

  it("fails by choice until the circuit opens, and works again when it is closed", async () => {
    const order = await payOrder();
    await ask(order, "authorize");
    await ask(order, "token-many", { manner: "broken" });
    assert.match(await read(order), /token × 31/);
    await ask(order, "token", { manner: "at-once" });
    assert.match(await read(order), /circuit_open/);
    const reset = await fetch(`${demo.urls.server}/v1/gateways/wallet/reset-circuit`, {
      method: "POST",
      headers: { authorization: `Bearer ${demo.secretKey}` },
    });
    assert.equal(reset.status, 200);
    await ask(order, "token");
    assert.match(await read(order), /src_/);
  });

  it("believes no webhook that is not signed, and knows no order of somebody else", async () => {
    const webhook = (body: string, signature: string) =>
      fetch(`${demo.urls.shop}/commerce-layer/webhook`, {
        method: "POST",
        headers: { "X-CommerceLayer-Signature": signature },
        body,
      });
    const body = JSON.stringify({ success: true, data: { action_id: "pay_1" } });
    assert.equal((await webhook(body, "x")).status, 401);
    assert.equal(
      (await webhook(body, createHmac("sha256", "of somebody else").update(body).digest("base64"))).status,
      401,
    );
    assert.equal((await fetch(`${demo.urls.shop}/commerce-layer/orders/unknown`)).status, 404);
    assert.equal((await post("/commerce-layer/orders", { amount: "much" })).status, 400);
  });
});
