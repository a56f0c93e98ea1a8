import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { signUniversal } from "../../demo/provider/universal-messages.ts";
import { ACCOUNT, choose, postForm, receive, startMerchant, type Merchant } from "./merchant.ts";

let merchant: Merchant;
before(async () => {
  merchant = await startMerchant();
});
afterEach(() => merchant.received.splice(0));
after(() => merchant.close());

let references = 0;

function paymentRequest(changes: Record<string, string> = {}): Record<string, string> {
  references += 1;
  const fields: Record<string, string> = {
    x_account_id: ACCOUNT.id,
    x_currency: "USD",
    x_amount: "43.00",
    x_reference: `reference-${references}`,
    x_shop_country: "US",
    x_shop_name: "Fernhill",
    x_test: "true",
    x_url_callback: `${merchant.url}/notify/card`,
    x_url_complete: `${merchant.url}/return/token?from=provider`,
    x_url_cancel: `${merchant.url}/cancel/token`,
    ...changes,
  };
  return { ...fields, x_signature: signUniversal(fields, ACCOUNT.secret) };
}

async function open(changes: Record<string, string> = {}): Promise<string> {
  const response = await postForm(`${merchant.provider}/universal/pay`, paymentRequest(changes));
  assert.equal(response.status, 303, await response.text());
  return (response.headers.get("location") ?? "").replace("/pay/", "");
}

/** Written out here, so that neither the provider nor the server marks its own work. */
function isAuthentic(parameters: URLSearchParams): boolean {
  const message = [...parameters]
    .filter(([name]) => name.startsWith("x_") && name !== "x_signature")
    .map(([name, value]) => name + value)
    .sort()
    .join("");
  return createHmac("sha256", ACCOUNT.secret).update(message).digest("hex") === parameters.get("x_signature");
}

test("signs as the protocol's published example does", () => {
  const fields = {
    x_account_id: "zork",
    x_amount: "123.45",
    x_currency: "USD",
    x_gateway_reference: "blorb123",
    x_message: "helloworld",
    x_reference: "order-500",
    x_result: "completed",
    x_test: "true",
    x_timestamp: "2014-03-24T12:15:41Z",
    unsigned: "ignored",
  };
  assert.equal(
    signUniversal(fields, "TO78ghHCfBQ6ZBw2Q2fJ3wRwGkWkUHVs"),
    "82b635305a18e3e614c473ab4dce900a7c00db79bd68525e565a29ff69218f37",
  );
});

test("a payment tells the merchant by a signed callback and then by a signed return", async () => {
  const id = await open();
  const page = await (await fetch(`${merchant.provider}/pay/${id}`)).text();
  assert.match(page, /\$43\.00/);
  assert.match(page, /No real money/);

  const back = await choose(merchant, id, "pay");
  assert.equal(merchant.received.length, 1);
  const callback = new URLSearchParams(merchant.received[0]?.body);
  for (const told of [callback, new URLSearchParams([...back.searchParams].filter(([name]) => name !== "from"))]) {
    assert.equal(told.get("x_result"), "completed");
    assert.equal(told.get("x_amount"), "43.00");
    assert.equal(told.get("x_currency"), "USD");
    assert.equal(told.get("x_gateway_reference"), id);
    assert.ok(isAuthentic(told));
  }
  assert.equal(back.searchParams.get("from"), "provider");
});

test("refuses a request whose signature, account, amount or addresses are wrong", async () => {
  const wrong = [
    { ...paymentRequest(), x_amount: "1.00" },
    { ...paymentRequest(), x_signature: "" },
    paymentRequest({ x_account_id: "another" }),
    paymentRequest({ x_amount: "43.001" }),
    paymentRequest({ x_amount: "0.00" }),
    paymentRequest({ x_url_complete: "javascript:alert(1)" }),
  ];
  const statuses = await Promise.all(
    wrong.map(async (fields) => (await postForm(`${merchant.provider}/universal/pay`, fields)).status),
  );
  assert.deepEqual(statuses, [403, 400, 403, 400, 400, 400]);
});

test("the same reference is the same payment, and never one of another amount", async () => {
  const fields = paymentRequest();
  const pay = () => postForm(`${merchant.provider}/universal/pay`, fields);
  const [first, second] = [await pay(), await pay()];
  assert.equal(first.headers.get("location"), second.headers.get("location"));
  const dearer = paymentRequest({ x_reference: fields["x_reference"] ?? "", x_amount: "44.00" });
  assert.equal((await postForm(`${merchant.provider}/universal/pay`, dearer)).status, 400);
});

test("a decided payment takes no second decision", async () => {
  const id = await open();
  await choose(merchant, id, "decline");
  const again = await choose(merchant, id, "pay");
  assert.equal(again.pathname, `/pay/${id}`);
  assert.equal(merchant.received.length, 1);
  assert.match(await (await fetch(again)).text(), /was declined/);
});

test("a cancel goes back without a word", async () => {
  const back = await choose(merchant, await open(), "cancel");
  assert.equal(back.href, `${merchant.url}/cancel/token`);
  assert.equal(merchant.received.length, 0);
});

test("each accident on the wire is what its name says", async () => {
  const results = async (choice: string, callbacks: number) => {
    const back = await choose(merchant, await open(), choice);
    const sent = await receive(merchant, callbacks);
    const told = sent.map(({ body }) => new URLSearchParams(body));
    merchant.received.splice(0);
    const isBack = back.pathname === "/return/token";
    back.searchParams.delete("from");
    return { told, authentic: told.map(isAuthentic), isBack, isReturnAuthentic: isAuthentic(back.searchParams), back };
  };

  const lost = await results("callback-lost", 0);
  assert.deepEqual([lost.told.length, lost.isReturnAuthentic], [0, true]);
  const doubled = await results("callback-twice", 2);
  assert.deepEqual(doubled.authentic, [true, true]);
  const late = await results("callback-late", 1);
  assert.deepEqual(late.authentic, [true]);
  const forged = await results("badly-signed", 1);
  assert.deepEqual([forged.authentic, forged.isReturnAuthentic], [[false], false]);
  const halfForged = await results("callback-badly-signed", 1);
  assert.deepEqual([halfForged.authentic, halfForged.isReturnAuthentic], [[false], true]);
  const cheap = await results("wrong-amount", 1);
  assert.deepEqual([cheap.told[0]?.get("x_amount"), cheap.isReturnAuthentic], ["4.30", true]);
  const foreign = await results("wrong-currency", 1);
  assert.deepEqual([foreign.told[0]?.get("x_currency"), foreign.isReturnAuthentic], ["EUR", true]);
  const closed = await results("close-tab", 1);
  assert.deepEqual([closed.authentic, closed.isBack], [[true], false]);
  const settled = await results("pending-then-failed", 2);
  assert.deepEqual(
    settled.told.map((told) => told.get("x_result")),
    ["pending", "failed"],
  );
});

test("a pending payment is decided on the provider's list, and its callback can be sent again", async () => {
  const id = await open();
  await choose(merchant, id, "pending");
  await postForm(`${merchant.provider}/payments/${id}/settle`, { result: "paid" });
  await postForm(`${merchant.provider}/payments/${id}/settle`, { result: "failed" });
  await postForm(`${merchant.provider}/payments/${id}/callback`, {});
  const told = merchant.received.map(({ body }) => new URLSearchParams(body).get("x_result"));
  assert.deepEqual(told, ["pending", "completed", "completed"]);
  assert.match(await (await fetch(merchant.provider)).text(), /UTC: 200 \(/);
});
