import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { choose, postForm, receive, startMerchant, WALLET, type Merchant } from "./merchant.ts";

let merchant: Merchant;
beforeEach(async () => {
  merchant = await startMerchant();
});
afterEach(() => merchant.close());

let references = 0;

/** Comes to the page as a customer, makes a choice there, and gives the payment's id and what is brought back. */
async function visit(choice: string): Promise<{ id: string; back: URL; token: string }> {
  references += 1;
  const query = new URLSearchParams({
    account: WALLET.id,
    reference: `reference-${references}`,
    amount_cents: "4300",
    currency: "EUR",
    return_url: `${merchant.url}/return/token?from=provider`,
    cancel_url: `${merchant.url}/cancel/token`,
  });
  const page = await fetch(`${merchant.provider}/external/page?${query}`, { redirect: "manual" });
  assert.equal(page.status, 303);
  const id = page.headers.get("location")?.split("/").at(-1) ?? "";
  const back = await choose(merchant, id, choice);
  return { id, back, token: back.searchParams.get("payment_source_token") ?? "" };
}

/** Written out here, so that neither the provider nor the server marks its own work. */
function sign(body: string, secret = WALLET.secret): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

async function call(
  action: string,
  attributes: Record<string, unknown>,
  { key = "", total = 4300, secret = WALLET.secret, id = "attempt" } = {},
): Promise<{ status: number; body: { success?: boolean; data: Record<string, unknown>; error?: { code: string } } }> {
  const order = { total_amount_with_taxes_cents: total, currency_code: "EUR" };
  const body = JSON.stringify({ data: { id, attributes }, included: [{ type: "orders", attributes: order }] });
  const response = await fetch(`${merchant.provider}/external/${action}`, {
    method: "POST",
    headers: { "X-CommerceLayer-Signature": sign(body, secret), "Idempotency-Key": key },
    body,
  });
  return { status: response.status, body: (await response.json()) as never };
}

test("a customer takes a token along, with which the money is authorized, captured, and refunded in parts", async () => {
  const { back, token } = await visit("pay");
  assert.equal(back.pathname, "/return/token");
  assert.equal(back.searchParams.get("from"), "provider");
  const authorized = await call("authorize", { payment_source_token: token }, { key: "1" });
  assert.deepEqual(
    [authorized.status, authorized.body.success, authorized.body.data["amount_cents"]],
    [200, true, 4300],
  );
  assert.deepEqual(await call("authorize", { payment_source_token: token }, { key: "1" }), authorized);
  assert.equal((await call("authorize", { payment_source_token: token }, { key: "2" })).status, 422);
  const authorization = { token: authorized.body.data["transaction_token"] };
  const captured = await call("capture", { ...authorization, capture_amount_cents: 4000 });
  assert.deepEqual([captured.status, captured.body.data["amount_cents"]], [200, 4000]);
  const capture = { token: captured.body.data["transaction_token"] };
  assert.equal((await call("void", authorization)).status, 422);
  assert.equal((await call("refund", { ...capture, refund_amount_cents: 3000 })).status, 200);
  assert.equal((await call("refund", { ...capture, refund_amount_cents: 1001 })).body.error?.code, "amount_too_large");
  assert.equal((await call("refund", { ...capture, refund_amount_cents: 1000 })).status, 200);
});

test("an authorization is voided", async () => {
  const { token } = await visit("pay");
  const { body } = await call("authorize", { payment_source_token: token });
  assert.equal((await call("void", { token: body.data["transaction_token"] })).status, 200);
  assert.equal((await call("capture", { token: body.data["transaction_token"] })).status, 422);
});

test("refuses what is badly signed, another amount, and a token that it never gave", async () => {
  const { token } = await visit("pay");
  const source = { payment_source_token: token };
  assert.equal((await call("authorize", source, { secret: "of somebody else" })).status, 401);
  assert.equal((await call("authorize", source, { total: 4200 })).body.error?.code, "amount_mismatch");
  assert.equal((await call("authorize", { payment_source_token: "tok" })).body.error?.code, "unknown_token");
  assert.equal((await call("authorize", source)).status, 200);
});

test("declines, and goes back without a token where the customer cancels", async () => {
  const { token } = await visit("decline");
  const { status, body } = await call("authorize", { payment_source_token: token });
  assert.deepEqual([status, body.success, body.error?.code], [402, false, "card_declined"]);
  const { back } = await visit("cancel");
  assert.equal(back.href, `${merchant.url}/cancel/token`);
});

for (const [choice, isSuccess] of [
  ["pending-then-paid", true],
  ["pending-then-failed", false],
] as const) {
  test(`promises, and tells the end by a signed webhook: ${choice}`, async () => {
    const { token } = await visit(choice);
    const { status, body } = await call("authorize", { payment_source_token: token });
    assert.equal(status, 202);
    const [told] = await receive(merchant, 1);
    assert.ok(told);
    assert.equal(told.headers["x-commercelayer-signature"], sign(told.body));
    const webhook = JSON.parse(told.body) as { success: boolean; data: { action_id: string } };
    assert.deepEqual([webhook.success, webhook.data.action_id], [isSuccess, body.data["action_id"]]);
    const captured = await call("capture", { token: body.data["transaction_token"], capture_amount_cents: 4300 });
    assert.equal(captured.status, isSuccess ? 200 : 422);
  });
}

test("captures later, loses an answer and breaks down where it is told to", async () => {
  const later = await visit("capture-later");
  const { body } = await call("authorize", { payment_source_token: later.token });
  const promised = await call("capture", { token: body.data["transaction_token"], capture_amount_cents: 4300 });
  assert.equal(promised.status, 202);
  assert.match((await receive(merchant, 1))[0]?.body ?? "", new RegExp(String(promised.body.data["action_id"])));
  const lost = { payment_source_token: (await visit("answer-lost")).token };
  await assert.rejects(call("authorize", lost, { key: "3" }));
  assert.equal((await call("authorize", lost, { key: "3" })).status, 200);
  const broken = { payment_source_token: (await visit("broken")).token };
  assert.equal((await call("authorize", broken, { key: "4" })).status, 500);
});

/** Chooses on the provider's list how the calls about a payment are answered from now on. */
async function setManner(id: string, manner: string): Promise<number> {
  return (await postForm(`${merchant.provider}/payments/${id}/manner`, { manner })).status;
}

async function authorized(): Promise<{ id: string; token: string; authorization: { token: unknown } }> {
  const { id, token } = await visit("pay");
  const { body } = await call("authorize", { payment_source_token: token });
  return { id, token, authorization: { token: body.data["transaction_token"] } };
}

for (const [action, attributes] of [
  ["capture", { capture_amount_cents: 4300 }],
  ["void", {}],
  ["refund", { refund_amount_cents: 1000 }],
] as const) {
  test(`answers a ${action} as was chosen on its list: refused, later and refused, and later and done`, async () => {
    const { id, authorization } = await authorized();
    const about = { ...authorization, ...attributes };
    if (action === "refund") await call("capture", { ...authorization, capture_amount_cents: 4300 });
    assert.equal(await setManner(id, "refuse"), 303);
    const refused = await call(action, about);
    assert.deepEqual([refused.status, refused.body.error?.code], [402, "card_declined"]);
    for (const [index, manner] of ["later-refuse", "later"].entries()) {
      await setManner(id, manner);
      const release = merchant.hold();
      const { status, body } = await call(action, about);
      assert.equal(status, 202);
      assert.equal((await call(action, about)).body.error?.code, "busy");
      release();
      const told = (await receive(merchant, index + 1)).at(-1);
      assert.equal(told?.headers["x-commercelayer-signature"], sign(told?.body ?? ""));
      const webhook = JSON.parse(told?.body ?? "") as { success: boolean; data: object; error?: { code: string } };
      assert.deepEqual(
        [webhook.success, webhook.data, webhook.error?.code],
        manner === "later"
          ? [true, { action_id: body.data["action_id"], message: "Approved by the bank." }, undefined]
          : [false, { action_id: body.data["action_id"], message: "Declined by the bank." }, "card_declined"],
      );
    }
    await setManner(id, "broken");
    assert.equal((await call(action, about)).status, 500);
    assert.equal(await setManner(id, "kindly"), 400);
  });
}

test("gives a token for what was paid with, and charges it as was chosen for the payment that it is of", async () => {
  const { id, token } = await authorized();
  await setManner(id, "refuse");
  assert.equal((await call("token", { payment_source_token: token })).status, 402);
  await setManner(id, "at-once");
  const { status, body } = await call("token", { payment_source_token: token });
  assert.deepEqual([status, body.success], [200, true]);
  const saved = { payment_source_token: body.data["payment_source_token"] };
  const first = await call("authorize", saved, { total: 900, id: "second order" });
  assert.deepEqual([first.status, first.body.data["amount_cents"]], [200, 900]);
  assert.equal((await call("authorize", saved, { total: 900, id: "second order" })).status, 422, "once");
  await setManner(id, "refuse");
  assert.equal((await call("authorize", saved, { total: 900, id: "third order" })).status, 402);
  await setManner(id, "later");
  assert.equal((await call("authorize", saved, { total: 900, id: "fourth order" })).status, 202);
  assert.match((await receive(merchant, 1))[0]?.body ?? "", /"success":true/);
});

test("leaves a payment pending until somebody decides on its list", async () => {
  const { id, token } = await visit("pending");
  assert.equal((await call("authorize", { payment_source_token: token })).status, 202);
  assert.equal((await postForm(`${merchant.provider}/payments/${id}/settle`, { result: "paid" })).status, 303);
  assert.match((await receive(merchant, 1))[0]?.body ?? "", /"success":true/);
});
