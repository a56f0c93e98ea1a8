import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { CheckoutEvent } from "../../shared/events.ts";
import type { CheckoutSession, CreatedCheckoutSession, Handoff, Payment } from "../../shared/records.ts";
import { COMMERCE_LAYER_ACTIONS, type CommerceLayerAction } from "../../shared/commerce-layer.ts";
import {
  ORGANIZATION_SECRET,
  payloadFor,
  signForOrganization,
  type OrderCall,
} from "../support/commerce-layer-organization.ts";
import { readWidgetFiles } from "../../server/widget-files.ts";
import { waitUntil } from "../conformance/store-place.ts";
import { writeCatalogue } from "../support/catalogue.ts";
import { DocumentedApi, type ApiDocument } from "../support/documented-api.ts";
import { DWOLLA, scriptedDwolla, type ScriptedDwolla } from "../support/dwolla.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { MANUAL, startTestServer, STOREFRONT, type TestRequest, type TestServer } from "../support/server.ts";
import { startReceiver, WEBHOOK_SECRET, type Receiver } from "../support/webhook-receiver.ts";
import { UNIVERSAL, universalMessage } from "../support/universal.ts";

const SESSIONS = "/v1/checkout-sessions";
const SESSION = `${SESSIONS}/{id}`;
const PAYMENT = "/v1/payments/{id}";
const ORDER = { amount: 4300, currency: "EUR", returnUrl: `${STOREFRONT}/thanks` };

describe("every operation answers as /openapi.json says", () => {
  let server: TestServer;
  let dwolla: ScriptedDwolla;
  let endpoint: ExternalEndpoint;
  let receiver: Receiver;
  let api: DocumentedApi;
  before(async () => {
    receiver = await startReceiver();
    dwolla = scriptedDwolla();
    endpoint = await startExternalEndpoint();
    const gateways = { bank: MANUAL, account: DWOLLA, card: UNIVERSAL, external: endpoint.config };
    // Dwolla's provider is played, the external one is a server of its own.
    const isDwolla = (input: string | URL | Request) =>
      String(input instanceof Request ? input.url : input).includes("dwolla");
    const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    server = await startTestServer({
      folder,
      gateways,
      config: {
        ...(await writeCatalogue(folder)),
        webhooks: [
          { url: receiver.url, secret: WEBHOOK_SECRET },
          { url: "http://127.0.0.1:9/hooks", secret: WEBHOOK_SECRET },
        ],
        allowPrivateWebhooks: true,
        commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: "http://127.0.0.1:9/webhook" },
      },
      fetch: (input, init) => (isDwolla(input) ? dwolla.fetch(input, init) : fetch(input, init)),
    });
    api = new DocumentedApi((await server.call<ApiDocument>("/openapi.json")).body);
  });
  after(async () => {
    await server.close();
    await endpoint.close();
    await receiver.close();
  });

  /** Calls an operation by its path in the document, and holds the answer to it. */
  async function call<Body>(path: string, id: string, request: TestRequest = {}, query = ""): Promise<Body> {
    const isPost = request.json !== undefined || request.form !== undefined || request.body !== undefined;
    const method = (request.method ?? (isPost ? "POST" : "GET")).toLowerCase();
    const answer = await server.call(path.replace(/\{.+\}/, id) + query, request);
    api.checkAnswer(method, path, answer);
    return answer.body as Body;
  }

  const create = (fields: Record<string, unknown> = {}) =>
    call<CreatedCheckoutSession>(SESSIONS, "", { json: { ...ORDER, ...fields } });
  const read = ({ id }: { id: string }) => call<CheckoutSession>(SESSION, id);
  const start = ({ id, clientSecret: key }: CreatedCheckoutSession) =>
    call<{ handoff: Handoff }>(`${SESSION}/attempts`, id, { key, json: { presentation: "redirect" } });
  const operate = (id: string, operation: string, json: unknown = {}, headers: Record<string, string> = {}) =>
    call<Payment>(`${PAYMENT}/${operation}`, id, { json, headers });

  async function payByCard(fields: Record<string, unknown> = {}) {
    const session = await create({ gateway: "card", ...fields });
    const { handoff } = await start(session);
    await call("/notify/{gateway}", "card", { key: null, form: universalMessage(handoff) });
    return { session, handoff };
  }

  async function payByBank(): Promise<Payment> {
    const session = await create({ gateway: "bank", customer: { email: "ada@example.org" }, metadata: { note: "x" } });
    await start(session);
    const { payment } = await read(session);
    assert.ok(payment);
    return payment;
  }

  it("about sessions", async () => {
    const session = await create({ items: [{ name: "Mug", quantity: 2, unitAmount: 1900 }], shipping: 500 });
    await read(session);
    await call(SESSION, session.id, { key: session.clientSecret });
    await call(SESSION, session.id, { key: null });
    await call(SESSION, "cs_unknown");
    await call(SESSIONS, "", {}, "?limit=2&status=open&attention=true");
    await call(SESSIONS, "", {}, "?limit=1000");
    await call(SESSIONS, "", {}, "?limit=1&limit=2");
    await call(SESSIONS, "", { key: null });
    await create({ currency: "eur" });
    await call(SESSIONS, "", { body: "{", headers: { "content-type": "application/json" } });
    await call(SESSIONS, "", { body: "a=b", headers: { "content-type": "text/plain" } });
    await call(SESSIONS, "", { json: { note: "x".repeat(70_000) } });
    const headers = { "idempotency-key": "one" };
    await call(SESSIONS, "", { json: ORDER, headers });
    await call(SESSIONS, "", { json: ORDER, headers });
    await call(SESSIONS, "", { json: { ...ORDER, amount: 1 }, headers });
    await call(`${SESSION}/acknowledge`, session.id, { json: {} });
    await call(`${SESSION}/refresh`, session.id, { json: {} });
    await call(`${SESSION}/acknowledge`, session.id, { json: {}, key: null });
    await call(`${SESSION}/cancel`, session.id, { json: {} });
    await call(`${SESSION}/cancel`, "cs_unknown", { json: {} });
    await call(`${SESSION}/attempts`, session.id, { key: session.clientSecret, json: { presentation: "redirect" } });
  });

  it("about payments", async () => {
    const payment = await payByBank();
    for (const operation of ["capture", "refund", "void", "receive", "refresh"])
      await operate("pay_unknown", operation);
    await call(PAYMENT, payment.id);
    await call(PAYMENT, "pay_unknown");
    await call("/v1/payments", "", {}, "?state=pending&customer=ada@example.org");
    await call("/v1/payments", "", {}, "?state=paid");
    await operate(payment.id, "capture");
    await operate(payment.id, "refresh");
    await operate(payment.id, "receive");
    await operate(payment.id, "receive");
    await operate(payment.id, "refund", { amount: 1_000_000 });
    await operate(payment.id, "refund", { amount: 1000 }, { "idempotency-key": "refund" });
    await operate(payment.id, "void");
    await operate((await payByBank()).id, "void");
    const { session } = await payByCard();
    const { payment: card } = await read(session);
    await operate(card?.id ?? "", "refund");
    await operate(card?.id ?? "", "void");
    await call(`${SESSION}/cancel`, session.id, { json: {} });
    await start(session);
  });

  it("about money that is captured later, and a provider that does not answer", async () => {
    const session = await create({ gateway: "account", currency: "USD", capture: "manual" });
    await start(session);
    dwolla.latest().status = "ReadyForApiCheckout";
    server.clock.advance(60);
    let { payment } = await read(session);
    while (payment === undefined) ({ payment } = await read(session));
    dwolla.fault = "before";
    await operate(payment.id, "refresh");
    await operate(payment.id, "capture");
    await start(await create({ gateway: "account", currency: "USD" }));
    dwolla.fault = "none";
    const asked = await create({ gateway: "account", currency: "USD" });
    await start(asked);
    await call(`${SESSION}/refresh`, asked.id, { json: {} });
    const page = await call<string>("/console", "", { key: null });
    await call("/console/{version}.js", /console\/([\w-]+)\.js/.exec(page)?.[1] ?? "", { key: null });
    await call("/console/{version}.js", "older", { key: null });
    await operate(payment.id, "refresh");
    await operate(payment.id, "capture");
  });

  it("about payment sources", async () => {
    const sources = "/v1/payment-sources";
    const session = await create({ gateway: "external", customer: { reference: "c-1" } });
    const { handoff } = await start(session);
    await bringBack(server, handoff);
    const { payment } = await read(session);
    const save = (json: object) => call<{ id: string }>(sources, "", { json });
    const { id } = await save({ paymentId: payment?.id, consent: true, label: "Blue card" });
    await save({ paymentId: "pay_unknown", consent: true });
    await save({ paymentId: payment?.id });
    await save({ paymentId: payment?.id, consent: true, label: "Another" });
    await save({ paymentId: (await payByBank()).id, consent: true });
    await call(sources, "", {}, "?customer=c-1&limit=1");
    await call(sources, "", {}, "?customer=");
    await call(`${sources}/{id}`, id);
    await create({ paymentSource: id, customer: { reference: "c-1" } });
    await create({ paymentSource: `src_${"x".repeat(24)}` });
    await call(`${sources}/{id}`, id, { method: "DELETE" });
    await call(`${sources}/{id}`, id, { method: "DELETE" });
    await call(`${sources}/{id}`, "src_unknown");
  });

  it("about all payments at a glance", async () => {
    await call("/v1/statistics", "", {}, "?days=2");
    await call("/v1/statistics", "", {}, "?days=0");
    await call("/v1/search", "", {}, "?text=c-1");
    await call("/v1/search", "");
  });

  it("about events and gateways", async () => {
    const session = await create();
    await call("/v1/events", "", {}, `?sessionId=${session.id}`);
    await call("/v1/events", "", {}, "?after=x");
    await call("/v1/events", "", { key: null });
    await call("/v1/gateways", "");
    await call("/v1/gateways", "", { key: null });
    const headers = { "idempotency-key": "reset" };
    await call("/v1/gateways/{id}/reset-circuit", "card", { json: {}, headers });
    await call("/v1/gateways/{id}/reset-circuit", "card", { json: {}, headers });
    await call("/v1/gateways/{id}/reset-circuit", "unknown", { json: {} });
    await call("/v1/gateways/{id}/reset-circuit", "card", { json: { now: true } });
    await watch(session);
    await call(`${SESSION}/events`, session.id, { key: null });
    await call(`${SESSION}/events`, "cs_unknown");
  });

  /** A stream does not end by itself: only its beginning is looked at. */
  async function watch({ id, clientSecret }: CreatedCheckoutSession): Promise<void> {
    const aborting = new AbortController();
    const { status, headers, body } = await fetch(`${server.url}${SESSIONS}/${id}/events`, {
      headers: { authorization: `Bearer ${clientSecret}` },
      signal: aborting.signal,
    });
    api.checkAnswer("get", `${SESSION}/events`, { status, headers, body: "" });
    assert.ok(body);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const data = /data: (.*)\n/.exec((await reader.read()).value ?? "")?.[1] ?? "";
    api.checkValue(["components", "schemas", "CheckoutSession"], JSON.parse(data), "the stream's data");
    aborting.abort();
  }

  it("about the customer's way", async () => {
    const { session, handoff } = await payByCard();
    const page = { key: null, headers: { "sec-fetch-site": "same-origin" } };
    const token = (url: string | undefined) => new URL(url ?? "").pathname.split("/").at(-1) ?? "";
    const own = token((await read(session)).url);
    await call("/checkout/{token}", own, page);
    await call("/checkout/{token}", "unknown", page);
    await call("/checkout/{token}", own, { ...page, form: { gateway: "card" } });
    await call("/checkout/{token}", own, {
      key: null,
      form: { gateway: "card" },
      headers: { "sec-fetch-site": "cross-site" },
    });
    const other = await create();
    await call("/checkout/{token}", token(other.url), { ...page, form: { gateway: "card" } });
    await call("/checkout/{token}", token((await create({ gateway: "bank" })).url), {
      ...page,
      form: { gateway: "bank" },
    });
    const back = token(handoff.fields?.["x_url_complete"]);
    await call("/return/{token}", back, { key: null });
    await call("/return/{token}", back, { key: null, form: universalMessage(handoff) });
    for (const path of ["/return/{token}", "/cancel/{token}"]) {
      await call(path, "unknown", { key: null });
      await call(path, "unknown", { key: null, form: {} });
    }
    await call("/cancel/{token}", back, { key: null });
    await call("/cancel/{token}", back, { key: null, form: {} });
    await call("/notify/{gateway}", "card", {
      key: null,
      form: universalMessage(handoff, { x_signature: "0".repeat(64) }),
    });
    await call("/notify/{gateway}", "card", { key: null });
    await call(
      "/notify/{gateway}",
      "card",
      { key: null },
      `?${new URLSearchParams(universalMessage(handoff)).toString()}`,
    );
    await call("/notify/{gateway}", "unknown", { key: null, form: {} });
    // What only looks ahead is answered and changes nothing: no gateway here takes a notification by its address.
    await call("/notify/{gateway}", "card", { key: null, headers: { purpose: "prefetch" } });
  });

  it("about webhook deliveries", async () => {
    await create();
    type List = { data: { id: string }[] };
    const { data } = await call<List>("/v1/webhook-deliveries", "", {}, "?status=due&limit=1");
    const id = data[0]?.id ?? "";
    await call("/v1/webhook-deliveries", "", {}, "?status=lost");
    await call("/v1/webhook-deliveries/{id}", id);
    await call("/v1/webhook-deliveries/{id}", "whd_none");
    const headers = { "idempotency-key": "resend" };
    await call("/v1/webhook-deliveries/{id}/resend", id, { json: {}, headers });
    await call("/v1/webhook-deliveries/{id}/resend", id, { method: "POST", headers });
    await call("/v1/webhook-deliveries/{id}/resend", "whd_none", { json: {} });
  });

  it("about orders as plain pages", async () => {
    const page = await call<string>("/checkout", "", { key: null }, "?sku=mug&quantity=2");
    await call("/checkout", "", { key: null }, "?sku=lamp");
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const form = Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, value]));
    await call("/checkout", "", { key: null, form, headers: { "sec-fetch-site": "same-origin" } });
    await call("/checkout", "", { key: null, form, headers: { "sec-fetch-site": "cross-site" } });
  });

  it("about Commerce Layer", async () => {
    const ask = (action: CommerceLayerAction, order: OrderCall, secret?: string) => {
      const body = JSON.stringify(payloadFor(action, order));
      const headers = {
        "content-type": "application/vnd.api+json",
        "X-CommerceLayer-Signature": signForOrganization(body, secret),
      };
      return call<{ data?: { transaction_token: string } }>(`/commerce-layer/${action}`, "", {
        key: null,
        body,
        headers,
      });
    };
    const authorize = async (capture: "automatic" | "manual") => {
      const session = await create({ amount: 12_900, gateway: "external", capture });
      await bringBack(server, (await start(session)).handoff);
      await ask("authorize", { token: session.id });
      return { session, token: (await ask("authorize", { token: session.id })).data?.transaction_token ?? "" };
    };
    const { session, token } = await authorize("manual");
    await ask("authorize", { token: session.id, orderId: "another" });
    await ask("authorize", { token: session.id, total: 1 });
    const captured = await ask("capture", { token, amount: 900 });
    await ask("refund", { token: captured.data?.transaction_token ?? "", amount: 100 });
    await ask("refund", { token, amount: 1000 });
    await ask("void", { token });
    await ask("void", { token: (await authorize("manual")).token });
    await ask("token", { token: session.id });
    for (const action of COMMERCE_LAYER_ACTIONS) await ask(action, { token }, "another-secret");
  });

  it("about the server itself", async () => {
    await call("/api", "", { key: null });
    for (const file of ["page.js", "page.css", "swagger-ui.js", "unknown.js"])
      await call("/api/{file}", file, { key: null });
    await call("/metrics", "");
    await call("/metrics", "", { key: null });
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/offsite-checkout.js"])
      await call(path, "", { key: null });
    const { version } = await readWidgetFiles();
    for (const name of [version, "older"]) await call("/offsite-checkout.{version}.js", name, { key: null });
    for (const name of ["de.older", "xx.older"])
      await call("/offsite-checkout.{tag}.{version}.json", name, { key: null });
  });

  it("and every webhook that all of this brought about is as the document says", async () => {
    const { data } = (await server.call<{ data: CheckoutEvent[] }>("/v1/events?limit=100")).body;
    await waitUntil(() => data.every((event) => receiver.received.some(({ id }) => id === event.id)));
    for (const webhook of receiver.received) api.checkWebhook(webhook);
    const types = new Set(receiver.received.map(({ type }) => type));
    assert.ok(types.size > 25, `only ${types.size} types of event`);
  });

  it("and none was left out: each with a success, and with an error where a caller can make one", () => {
    const missing = Object.values(api.document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ operationId, responses }) => {
        const ok = Object.keys(responses).filter((status) => Number(status) < 400);
        // 5xx is nobody's to make here.
        const errors = Object.keys(responses).filter((status) => Number(status) >= 400 && Number(status) < 500);
        const hasSeen = (statuses: string[]) => statuses.some((status) => api.seen.has(`${operationId} ${status}`));
        return [
          ...(hasSeen(ok) ? [] : [`${operationId}: a success`]),
          ...(errors.length === 0 || hasSeen(errors) ? [] : [`${operationId}: an error`]),
        ];
      });
    assert.deepEqual(missing, []);
  });
});
