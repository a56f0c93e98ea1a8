import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { openArchive } from "../../server/stores/archive.ts";
import type { PaymentSource } from "../../shared/payment-sources.ts";
import type { Problem } from "../../shared/problems.ts";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { beginExternal, paymentIn, paymentOnce, readSession } from "../support/external-shop.ts";
import { expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";
import { isOnPostgres, storeAddress } from "../support/store-address.ts";

const CUSTOMER = { reference: "c-1", email: "ada@shop.example" };

describe("payment sources", () => {
  let server: TestServer;
  let endpoint: ExternalEndpoint;
  beforeEach(async () => {
    endpoint = await startExternalEndpoint();
    server = await startTestServer({ gateways: { external: endpoint.config, bank: MANUAL } });
  });
  afterEach(async () => {
    await server.close();
    await endpoint.close();
  });

  async function pay(fields: Record<string, unknown> = { customer: CUSTOMER }): Promise<Payment> {
    const { session, handoff } = await beginExternal(server, fields);
    expectStatus(await bringBack(server, handoff), 303);
    return paymentIn(await readSession(server, session));
  }
  const save = (json: object) => server.call<PaymentSource & Problem>("/v1/payment-sources", { json });
  const saveOf = async ({ id }: Payment, fields: object = {}) =>
    expectStatus(await save({ paymentId: id, consent: true, ...fields }), 201).body;
  const list = async (query = "") =>
    (await server.call<{ data: PaymentSource[]; next: string | null }>(`/v1/payment-sources${query}`)).body;
  const charge = (json: object, headers: Record<string, string> = {}) =>
    server.call<CreatedCheckoutSession & Pick<Problem, "errors">>("/v1/checkout-sessions", {
      json: { amount: 500, currency: "EUR", returnUrl: `${STOREFRONT}/thanks`, ...json },
      headers,
    });
  const callsOf = (action: string) => endpoint.calls.filter((call) => call.action === action);

  it("are saved of a payment once, with the customer's consent, and never show the token", async () => {
    const payment = await pay();
    const source = await saveOf(payment, { label: "Blue card" });
    assert.deepEqual(source, {
      id: source.id,
      gateway: "external",
      environment: "test",
      paymentId: payment.id,
      sessionId: payment.sessionId,
      customer: CUSTOMER,
      label: "Blue card",
      createdAt: "2026-11-21T12:00:00.000Z",
    });
    assert.deepEqual(await saveOf(payment, { label: "Blue card", customer: CUSTOMER }), source);
    const [call, ...others] = callsOf("token");
    assert.deepEqual([others.length, call?.key, call?.isSigned], [0, source.id, true]);
    assert.deepEqual(call?.payload.data.attributes["payment_source_token"], "tok_of_the_customer");
    assert.deepEqual((await server.call(`/v1/payment-sources/${source.id}`)).body, source);
    assert.deepEqual(await list("?customer=c-1"), { data: [source], next: null });
    assert.deepEqual((await list("?customer=ada@shop.example")).data.length, 1);
    assert.deepEqual((await list("?customer=c-2")).data, []);
    const shown = JSON.stringify([(await server.call("/v1/events?limit=100")).body, server.log]);
    assert.ok(!shown.includes("tok_saved") && !shown.includes("cus_1"));
  });

  it("show the token to nobody, also where the provider repeats it", async () => {
    const source = await saveOf(await pay());
    const echo = { code: "no_token", message: "No such token: tok_saved of cus_1" };
    endpoint.provider.script(({ body }, response) => void response.writeHead(500).end(body));
    const { body: inDoubt } = expectStatus(await charge({ paymentSource: source.id }), 201);
    endpoint.provider.script((_request, response) => {
      response.writeHead(422, { "content-type": "application/json" });
      response.end(JSON.stringify({ success: false, error: echo }));
    });
    const { body: declined } = expectStatus(await charge({ paymentSource: source.id }), 201);
    assert.deepEqual([inDoubt.attempt?.state, declined.attempt?.state], ["started", "declined"]);
    assert.match(declined.attempt?.message ?? "", /^No such token: /);
    const shown = JSON.stringify([declined, (await server.call("/v1/events?limit=100")).body, server.log]);
    assert.ok(!shown.includes("tok_saved") && !shown.includes("cus_1"));
  });

  it("refuse what cannot be saved, and say what is wrong", async () => {
    const payment = await pay();
    for (const [json, path] of [
      [{ paymentId: payment.id }, "/consent"],
      [{ paymentId: payment.id, consent: false }, "/consent"],
      [{ paymentId: "1", consent: true }, "/paymentId"],
      [{ paymentId: payment.id, consent: true, customer: { reference: "c-2" } }, "/customer"],
      [{ paymentId: payment.id, consent: true, customer: {} }, "/customer"],
      [{ paymentId: payment.id, consent: true, label: "4111 1111 1111 1111" }, "/label"],
    ] as const) {
      const { body } = expectStatus(await save(json), 422);
      assert.deepEqual([body.code, body.errors?.map((error) => error.path)], ["invalid_input", [path]]);
    }
    const nobody = await pay({});
    expectStatus(await save({ paymentId: nobody.id, consent: true }), 422);
    await saveOf(nobody, { customer: { email: "bob@shop.example" } });
    assert.equal((await list("?customer=bob@shop.example")).data.length, 1);
    expectStatus(await save({ paymentId: "pay_unknown", consent: true }), 404);
    expectStatus(await server.call("/v1/payment-sources", { key: null }), 401);
    const transfer = await server.createSession({ gateway: "bank", customer: CUSTOMER });
    await server.startAttempt(transfer);
    const pending = paymentIn(await readSession(server, transfer));
    assert.equal(
      expectStatus(await save({ paymentId: pending.id, consent: true }), 422).body.code,
      "unsupported_operation",
    );
    assert.equal(callsOf("token").length, 1);
  });

  it("keep nothing of what the provider refused, and ask with the same key where no answer came", async () => {
    const payment = await pay();
    endpoint.behaviour = "refuse";
    expectStatus(await save({ paymentId: payment.id, consent: true }), 402);
    assert.deepEqual((await list()).data, []);
    endpoint.behaviour = "lose answer";
    expectStatus(await save({ paymentId: payment.id, consent: true }), 502);
    assert.deepEqual((await list()).data, []);
    endpoint.behaviour = "succeed";
    const source = await saveOf(payment);
    const [refused, lost, found] = callsOf("token").map(({ key }) => key);
    assert.ok(refused !== lost && lost === found && found === source.id);
  });

  it("pay a session without the customer, as a payment like any other", async () => {
    const source = await saveOf(await pay());
    const { body: session } = expectStatus(await charge({ paymentSource: source.id, orderId: "2" }), 201);
    assert.deepEqual(
      [session.status, session.payment?.state, session.payment?.capturedAmount, session.paymentSource],
      ["complete", "completed", 500, source.id],
    );
    assert.deepEqual([session.customer, session.gateway], [CUSTOMER, "external"]);
    assert.deepEqual([session.attempt?.paymentSource, session.attempt?.presentation], [source.id, undefined]);
    const authorization = callsOf("authorize").at(-1);
    assert.equal(authorization?.key, session.attempt?.id);
    const { attributes } = authorization?.payload.data ?? {};
    assert.deepEqual(
      [attributes?.["payment_source_token"], attributes?.["options"]],
      ["tok_saved", { customer_token: "cus_1" }],
    );
    assert.ok(!JSON.stringify(session).includes("tok_saved"));
    const seen = await server.call(`/v1/checkout-sessions/${session.id}`, { key: session.clientSecret });
    assert.ok(!JSON.stringify(seen.body).includes("src_"));
    const back = await server.call<Payment>(`/v1/payments/${session.payment?.id ?? ""}/refund`, { json: {} });
    assert.equal(expectStatus(back, 200).body.state, "refunded");
    const manual = expectStatus(await charge({ paymentSource: source.id, capture: "manual" }), 201).body;
    assert.equal(manual.payment?.state, "authorization");
  });

  it("leave a session open that the provider declines, for the customer to pay otherwise", async () => {
    const source = await saveOf(await pay());
    endpoint.behaviour = "refuse";
    const { body: session } = expectStatus(await charge({ paymentSource: source.id }), 201);
    assert.deepEqual(
      [session.status, session.attempt?.state, session.attempt?.code, session.payments],
      ["open", "declined", "gateway_declined", []],
    );
    endpoint.behaviour = "succeed";
    const { handoff } = await server.startAttempt(session);
    await bringBack(server, handoff);
    assert.equal((await readSession(server, session)).status, "complete");
  });

  it("are charged once where the answer is lost, and for one Idempotency-Key", async () => {
    const source = await saveOf(await pay());
    endpoint.behaviour = "lose answer";
    const headers = { "idempotency-key": "order-2" };
    const { body: doubtful } = expectStatus(await charge({ paymentSource: source.id }, headers), 201);
    assert.deepEqual([doubtful.status, doubtful.attention], ["open", ["operation_in_doubt"]]);
    endpoint.behaviour = "succeed";
    const { body: same } = expectStatus(await charge({ paymentSource: source.id }, headers), 201);
    assert.deepEqual([same.id, same.clientSecret], [doubtful.id, doubtful.clientSecret]);
    server.clock.advance(61);
    const payment = await paymentOnce(server, doubtful, ({ state }) => state === "completed");
    assert.equal(payment.capturedAmount, 500);
    assert.equal((await readSession(server, doubtful)).attention, undefined);
    const again = expectStatus(await charge({ paymentSource: source.id }, headers), 201).body;
    assert.deepEqual([again.id, again.status], [doubtful.id, "complete"]);
    const keys = callsOf("authorize").map(({ key }) => key);
    assert.equal(new Set(keys).size, 2);
    assert.equal([...endpoint.done.values()].filter(({ action }) => action === "authorize").length, 2);
  });

  it("are charged for their own customer, gateway and no longer than they are kept", async () => {
    const source = await saveOf(await pay());
    for (const [json, path] of [
      [{ paymentSource: source.id, customer: { reference: "c-2" } }, "/customer"],
      [{ paymentSource: source.id, customer: { name: "Ada" } }, "/customer"],
      [{ paymentSource: source.id, customer: { ...CUSTOMER, email: "eve@shop.example" } }, "/customer"],
      [{ paymentSource: source.id, gateway: "bank" }, "/gateway"],
      [{ paymentSource: `src_${"a".repeat(24)}` }, "/paymentSource"],
      [{ paymentSource: "tok_saved" }, "/paymentSource"],
    ] as const) {
      const { body } = expectStatus(await charge(json), 422);
      assert.deepEqual(
        body.errors?.map((error) => error.path),
        [path],
        JSON.stringify(json),
      );
    }
    expectStatus(await server.call(`/v1/payment-sources/${source.id}`, { method: "DELETE" }), 204);
    expectStatus(await server.call(`/v1/payment-sources/${source.id}`, { method: "DELETE" }), 404);
    expectStatus(await server.call(`/v1/payment-sources/${source.id}`), 404);
    expectStatus(await charge({ paymentSource: source.id }), 422);
    assert.deepEqual((await list("?customer=c-1")).data, []);
    assert.equal(callsOf("authorize").length, 1);
    const { body: events } = await server.call<{ data: { type: string }[] }>("/v1/events?limit=100");
    assert.deepEqual(
      events.data.flatMap(({ type }) => (type.startsWith("payment_source.") ? [type] : [])),
      ["payment_source.requested", "payment_source.saved", "payment_source.deleted"],
    );
    const replaced = await saveOf(
      paymentIn((await server.call<CheckoutSession>(`/v1/checkout-sessions/${source.sessionId}`)).body),
    );
    assert.notEqual(replaced.id, source.id);
  });

  it("are listed in pages, and found again by a server that starts later", async () => {
    const sources: PaymentSource[] = [];
    for (let number = 0; number < 3; number += 1) {
      sources.unshift(await saveOf(await pay()));
      server.clock.advance(1);
    }
    const first = await list("?customer=c-1&limit=2");
    const second = await list(`?customer=c-1&limit=2&after=${first.next ?? ""}`);
    assert.deepEqual([...first.data, ...second.data], sources);
    await server.stop();
    const { folder, clock } = server;
    server = await startTestServer({ gateways: { external: endpoint.config }, folder, clock });
    assert.deepEqual((await list()).data, sources);
    const { body } = expectStatus(await charge({ paymentSource: sources[2]?.id }), 201);
    assert.equal(body.status, "complete");
  });

  it("never are a card number, which is in no answer, no log and no record", async () => {
    const payment = await pay();
    const numbers = ["4111111111111111", "5555-5555-5555-4444", "378282246310005", "501800000009"];
    const answers: unknown[] = [];
    for (const number of numbers) {
      endpoint.token = { payment_source_token: number };
      answers.push(expectStatus(await save({ paymentId: payment.id, consent: true }), 402).body);
      endpoint.token = { payment_source_token: "tok_1", customer_token: number };
      answers.push(expectStatus(await save({ paymentId: payment.id, consent: true }), 402).body);
      endpoint.behaviour = "refuse";
      answers.push(expectStatus(await save({ paymentId: payment.id, consent: true, label: `My ${number}` }), 422).body);
      endpoint.behaviour = "succeed";
      answers.push(expectStatus(await charge({ paymentSource: number }), 422).body);
      answers.push(expectStatus(await save({ paymentId: number, consent: true }), 422).body);
      answers.push(expectStatus(await server.call(`/v1/payment-sources/${number}`), 404).body);
    }
    const events = await server.call("/v1/events?limit=100");
    await server.stop();
    const records: unknown[] = [];
    const archive = await openArchive(await storeAddress(server.folder), "read", { log: pino({ level: "silent" }) });
    for await (const batch of archive.read()) records.push(batch);
    await archive.close();
    const names = isOnPostgres ? [] : await readdir(join(server.folder, "data"));
    const files = await Promise.all(names.map((name) => readFile(join(server.folder, "data", name), "latin1")));
    const written = JSON.stringify([answers, events.body, server.log, records, files]);
    assert.ok(written.includes(payment.id), "the records were read");
    for (const number of numbers) assert.ok(!written.includes(number), number);
  });
});
