/** An order of Commerce Layer is charged once with a saved source, also where it changed, or nobody knows what was done. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckoutSession } from "../../shared/records.ts";
import { askEndpoint, type OrderCall } from "../support/commerce-layer-organization.ts";
import type { ExternalEndpoint } from "../support/external-endpoint.ts";
import { startSavedSourceServer, type SavedSourceServer } from "../support/saved-source-server.ts";
import { eventually, expectStatus, type TestServer } from "../support/server.ts";

describe("an order of Commerce Layer is charged once with a saved source", () => {
  let provider: ExternalEndpoint;
  let server: TestServer;
  let source: string;
  let next: SavedSourceServer["next"];
  let close: SavedSourceServer["close"];
  beforeEach(async () => {
    ({ provider, server, source, next, close } = await startSavedSourceServer());
  });
  afterEach(() => close());

  const authorize = (call: Partial<OrderCall> = {}) => askEndpoint(server, "authorize", next(call));
  const codeOf = async (status: number, call?: Partial<OrderCall>) =>
    expectStatus(await authorize(call), status).body.error?.code;
  const sessions = async () =>
    (await server.call<{ data: CheckoutSession[] }>("/v1/checkout-sessions?orderId=order-2")).body.data;
  const done = () => [...provider.done.values()].map(({ action, amount }) => `${action} ${amount}`);
  const keys = () => new Set(provider.calls.map(({ key }) => key)).size;
  const deleteSource = async () =>
    expectStatus(await server.call(`/v1/payment-sources/${source}`, { method: "DELETE" }), 204);

  /** Starts a trip on a session's plain page, as a customer who has its address would; gives where it can be ended. */
  async function startOnPage(session: CheckoutSession | undefined): Promise<string> {
    const { pathname } = new URL(session?.url ?? "");
    const form = { gateway: "external" };
    const { headers } = expectStatus(await server.call(pathname, { key: null, form }), 303);
    return new URL(new URL(headers.get("location") ?? "").searchParams.get("cancel_url") ?? "").pathname;
  }

  it("is not charged over another total while it is not known what came of the first, nor once that is paid", async () => {
    provider.behaviour = "lose answer";
    assert.equal(await codeOf(409), "operation_in_doubt");
    provider.behaviour = "succeed";
    assert.equal(await codeOf(409, { total: 5000 }), "operation_in_doubt");
    assert.equal(await codeOf(409, { currency: "USD" }), "operation_in_doubt");
    const token = expectStatus(await authorize(), 200).body.data?.transaction_token ?? "";
    assert.equal(await codeOf(409, { total: 5000 }), "invalid_state");
    assert.deepEqual(done(), ["authorize 4300"]);
    expectStatus(await askEndpoint(server, "void", { token, orderId: "order-2", total: 4300 }), 200);
    expectStatus(await authorize({ total: 5000 }), 200);
    assert.equal(await codeOf(409), "invalid_state");
    assert.deepEqual(done(), ["authorize 4300", "void 4300", "authorize 5000"]);
  });

  it("is not charged over another total while the provider works on the first", async () => {
    provider.behaviour = "promise";
    expectStatus(await authorize(), 202);
    assert.equal(await codeOf(409, { total: 5000 }), "operation_in_doubt");
    assert.deepEqual(done(), ["authorize 4300"]);
  });

  it("is charged over another total once the first was declined, and only over the last", async () => {
    provider.behaviour = "refuse";
    expectStatus(await authorize(), 402);
    expectStatus(await authorize({ total: 5000 }), 402);
    provider.behaviour = "succeed";
    expectStatus(await authorize(), 200);
    const told = (await sessions()).map(({ amount, status }) => `${amount} ${status}`);
    assert.deepEqual(told.sort(), ["4300 cancelled", "4300 complete", "5000 cancelled"]);
    assert.deepEqual(done(), ["authorize 4300"]);
  });

  for (const isDeclined of [false, true]) {
    it(`is charged over one total of several at the same time${isDeclined ? ", after a decline" : ""}`, async () => {
      if (isDeclined) {
        provider.behaviour = "refuse";
        expectStatus(await authorize({ total: 4100 }), 402);
        provider.behaviour = "succeed";
      }
      const totals = [4300, 5000, 6000, 4300, 5000, 6000];
      const answers = await Promise.all(totals.map((total) => authorize({ total })));
      for (const { status } of answers) assert.ok(status === 200 || status === 409, `answered ${status}`);
      assert.ok(answers.some(({ status }) => status === 200));
      assert.equal(done().length, 1);
      const open = (await sessions()).filter(({ status }) => status === "open" || status === "complete");
      assert.equal(open.length, 1);
    });
  }

  it("is charged by the same attempt where a customer's trip took over before there was an answer", async () => {
    provider.behaviour = "lose answer";
    expectStatus(await authorize(), 409);
    const [session] = await sessions();
    provider.behaviour = "break down";
    const cancelPath = await startOnPage(session);
    assert.equal(await codeOf(409, { total: 5000 }), "operation_in_doubt");
    expectStatus(await server.call(cancelPath, { key: null }), 303);
    assert.equal(await codeOf(409), "operation_in_doubt");
    provider.behaviour = "succeed";
    expectStatus(await authorize(), 200);
    assert.deepEqual([done(), keys()], [["authorize 4300"], 1]);
  });

  it("is refused while the same call is under way, and told what came of it after", async () => {
    let release = () => {};
    provider.isReleased = new Promise((resolve) => {
      release = resolve;
    });
    const first = authorize();
    await eventually(async () => provider.calls.length > 0);
    const second = expectStatus(await authorize(), 409);
    assert.deepEqual([second.body.error?.code, provider.calls.length], ["idempotency_key_in_use", 1]);
    assert.ok(Number(second.headers.get("retry-after")) > 0);
    release();
    for (const answer of [await first, await authorize()]) expectStatus(answer, 200);
    assert.deepEqual([done(), keys()], [["authorize 4300"], 1]);
  });

  it("is told what came of the charge, also where its source was deleted since", async () => {
    provider.behaviour = "lose answer";
    expectStatus(await authorize(), 409);
    await deleteSource();
    provider.behaviour = "succeed";
    const token = expectStatus(await authorize(), 200).body.data?.transaction_token;
    assert.equal(expectStatus(await authorize(), 200).body.data?.transaction_token, token);
    assert.equal(await codeOf(409, { email: "eve@shop.example" }), "invalid_state");
    assert.deepEqual([done(), keys()], [["authorize 4300"], 1]);
  });

  it("is not charged anew with a source that was deleted since", async () => {
    provider.behaviour = "refuse";
    expectStatus(await authorize(), 402);
    await deleteSource();
    provider.behaviour = "succeed";
    expectStatus(await authorize(), 404);
    assert.equal(provider.calls.length, 1);
  });
});
