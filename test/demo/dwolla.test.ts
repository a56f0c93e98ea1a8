import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { signDwolla } from "../../demo/provider/dwolla-messages.ts";
import { APPLICATION, choose, startMerchant, type Merchant } from "./merchant.ts";

const CHECKOUTS = "/oauth/rest/offsitegateway/checkouts";
let now = new Date("2026-03-01T12:00:00Z");
let merchant: Merchant;
before(async () => {
  merchant = await startMerchant({ now: () => now });
});
afterEach(() => merchant.received.splice(0));
after(() => merchant.close());

interface Answer {
  Success: boolean;
  Message: string;
  Response: Record<string, unknown> | null;
}

function checkoutRequest(changes: object = {}, purchaseOrder: object = {}): object {
  // The seed's own request, with this merchant's credentials and addresses.
  return {
    client_id: APPLICATION.key,
    client_secret: APPLICATION.secret,
    callback: `${merchant.url}/callback`,
    redirect: `${merchant.url}/return`,
    allowGuestCheckout: "true",
    checkoutWithApi: "false",
    orderId: "foo123",
    allowFundingSources: "true",
    additionalFundingSources: "true",
    purchaseOrder: {
      orderItems: [
        { name: "Some item", description: "This is a description of some item", quantity: "1", price: "15.00" },
      ],
      destinationId: APPLICATION.destinationId,
      total: 15,
      notes: "for the purchase of some item",
      metadata: { key1: "some value", key2: "another value" },
      ...purchaseOrder,
    },
    ...changes,
  };
}

async function create(changes: object = {}, purchaseOrder: object = {}): Promise<Answer> {
  const response = await fetch(merchant.provider + CHECKOUTS, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(checkoutRequest(changes, purchaseOrder)),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Answer;
}

async function open(changes: object = {}): Promise<string> {
  const { Response: response, Message: message } = await create(changes);
  assert.ok(response, message);
  return String(response["CheckoutId"]);
}

async function read(id: string): Promise<Answer> {
  const query = new URLSearchParams({ client_id: APPLICATION.key, client_secret: APPLICATION.secret });
  return (await (await fetch(`${merchant.provider}${CHECKOUTS}/${id}?${query}`)).json()) as Answer;
}

/** Written out here, so that neither the provider nor the server marks its own work. */
function expectedSignature(id: string, amount: string): string {
  return createHmac("sha1", APPLICATION.secret).update(`${id}&${amount}`).digest("hex");
}

test("signs as the published example does", () => {
  assert.equal(
    signDwolla("ac5b910a-7ec1-4b65-9f68-90449ed030f6", "0.01", "62hdv0jBjsBlD+0AmhVn9pQuULSC661AGo2SsksQTpqNUrff7Z"),
    "7d4c5deaf9178faae7c437fd8693fc0b97b1b22b",
  );
});

test("a payment tells the merchant by a JSON callback and then by a signed redirect", async () => {
  const id = await open();
  assert.equal((await read(id)).Response?.["Status"], "Created");
  assert.match(await (await fetch(`${merchant.provider}/payment/checkout/${id}`)).text(), /\$15\.00/);

  const back = await choose(merchant, id, "pay");
  assert.equal(merchant.received[0]?.headers["content-type"], "application/json");
  const callback = JSON.parse(merchant.received[0]?.body ?? "") as Record<string, unknown>;
  const number = callback["TransactionId"];
  assert.equal(typeof number, "number");
  assert.deepEqual(callback, {
    Amount: 15,
    CheckoutId: id,
    ClearingDate: "3/1/2026 12:00:00 PM",
    Error: null,
    OrderId: "foo123",
    Signature: expectedSignature(id, "15.00"),
    Status: "Completed",
    TestMode: "false",
    TransactionId: number,
  });
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    signature: expectedSignature(id, "15.00"),
    orderId: "foo123",
    amount: "15.00",
    checkoutId: id,
    status: "Completed",
    clearingDate: "3/1/2026 12:00:00 PM",
    transaction: String(number),
    postback: "success",
  });
  const { Response: fetched } = await read(id);
  assert.deepEqual([fetched?.["Status"], fetched?.["Total"], fetched?.["TransactionId"]], ["Completed", 15, number]);
});

test("in test mode there is no transaction number, and every message says so", async () => {
  const back = await choose(merchant, await open({ test: true }), "pay");
  const callback = JSON.parse(merchant.received[0]?.body ?? "") as Record<string, unknown>;
  assert.deepEqual([callback["TestMode"], callback["TransactionId"]], ["true", null]);
  assert.deepEqual([back.searchParams.get("test"), back.searchParams.get("transaction")], ["true", "null"]);
});

test("a decline is a signed Failed callback and an unsigned error in the redirect", async () => {
  const id = await open();
  const back = await choose(merchant, id, "decline");
  const callback = JSON.parse(merchant.received[0]?.body ?? "") as Record<string, unknown>;
  assert.deepEqual([callback["Status"], callback["Signature"]], ["Failed", expectedSignature(id, "15.00")]);
  assert.equal(callback["Error"], "There are insufficient funds for this transaction.");
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    checkoutId: id,
    error: "failure",
    error_description: "There are insufficient funds for this transaction.",
  });
});

test("a cancel is the redirect's User Cancelled, without a callback", async () => {
  const back = await choose(merchant, await open(), "cancel");
  assert.equal(back.searchParams.get("error_description"), "User Cancelled");
  assert.equal(merchant.received.length, 0);
});

test("answers a business error with HTTP 200 and its message", async () => {
  assert.deepEqual(await create({}, { total: 0, orderItems: [] }), {
    Success: false,
    Message: "Total cannot be less than $.01.",
    Response: null,
  });
  const messages = await Promise.all([
    create({ client_secret: "another" }),
    create({}, { destinationId: "812-000-0000" }),
    create({ callback: "nowhere" }),
    create({}, { total: "16.00" }),
    create({}, { total: "16.00", discount: 1 }),
    create({ allowFundingSources: false }),
    create({}, { metadata: { "1st": "value" } }),
    create({}, { facilitatorAmount: "3.76" }),
  ]);
  assert.deepEqual(
    messages.map(({ Message: message }) => message),
    [
      "Invalid application credentials.",
      "Invalid destination user.",
      "Invalid callback URL",
      "Total is not the sum of its parts.",
      "Discount must be negative.",
      "Guest checkout needs funding sources.",
      "Metadata is invalid.",
      "Facilitator amount cannot exceed 25% of the total.",
    ],
  );
});

test("answers what it cannot read with 500 and an XML fault", async () => {
  for (const body of ["{", "[]", JSON.stringify({ client_id: APPLICATION.key })]) {
    const response = await fetch(merchant.provider + CHECKOUTS, { method: "POST", body });
    assert.equal(response.status, 500);
    assert.match(response.headers.get("content-type") ?? "", /xml/);
    assert.match(await response.text(), /^<Fault /);
  }
});

test("a checkout expires five minutes after it was made", async () => {
  const id = await open();
  now = new Date(now.getTime() + 299_999);
  assert.equal((await read(id)).Response?.["Status"], "Created");
  now = new Date(now.getTime() + 1);
  assert.equal((await read(id)).Response?.["Status"], "Expired");
  assert.equal((await choose(merchant, id, "pay")).pathname, `/payment/checkout/${id}`);
  assert.match(await (await fetch(`${merchant.provider}/payment/checkout/${id}`)).text(), /has expired/);
  assert.equal(merchant.received.length, 0);
});

test("a checkout for later payment is authorized without a callback, and completed by the merchant once", async () => {
  const id = await open({ checkoutWithApi: true });
  const complete = async () => {
    const response = await fetch(`${merchant.provider}${CHECKOUTS}/${id}/complete`, {
      method: "POST",
      body: JSON.stringify({ client_id: APPLICATION.key, client_secret: APPLICATION.secret }),
    });
    return (await response.json()) as Answer;
  };
  assert.equal((await complete()).Success, false);
  const back = await choose(merchant, id, "pay");
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    signature: expectedSignature(id, "15.00"),
    orderId: "foo123",
    amount: "15.00",
    checkoutId: id,
    checkoutWithApi: "true",
  });
  assert.equal(merchant.received.length, 0);
  assert.equal((await read(id)).Response?.["Status"], "ReadyForApiCheckout");
  assert.equal((await complete()).Response?.["Amount"], 15);
  assert.equal((await complete()).Success, false);
  assert.equal((await read(id)).Response?.["Status"], "Completed");
});

test("a charge of another amount is signed for what was charged, and read back so", async () => {
  const id = await open();
  const back = await choose(merchant, id, "wrong-amount");
  assert.equal(back.searchParams.get("amount"), "1.50");
  assert.equal(back.searchParams.get("signature"), expectedSignature(id, "1.50"));
  assert.equal((await read(id)).Response?.["Total"], 1.5);
});

test("a forged success leaves the checkout unpaid", async () => {
  const id = await open();
  const back = await choose(merchant, id, "badly-signed");
  assert.notEqual(back.searchParams.get("signature"), expectedSignature(id, "15.00"));
  assert.equal((await read(id)).Response?.["Status"], "Created");
});
