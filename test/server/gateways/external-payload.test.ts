/** The seed's own examples (002), completed with the attribute names of Commerce Layer's own resources. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { GatewayError } from "../../../server/errors.ts";
import type { Gateway, OperationReport } from "../../../server/gateways/gateway.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import { readExample, SEED_AUTHORIZATION, SEED_CAPTURED, SEED_TRIP } from "../../support/commerce-layer.ts";
import { answerJson, startScriptedProvider, type ScriptedProvider } from "../../support/scripted-provider.ts";
import { configOf, SECRET, signBody } from "./external-driver.ts";

const ACTIONS = ["authorize", "capture", "void", "refund"] as const;
type Action = (typeof ACTIONS)[number];
const DETAILS = {
  messages: [{ type: "info", title: "Authorized", body: "The bank asked for a code." }],
  metadata: { foo: "bar" },
};

describe("the seed's examples", () => {
  let provider: ScriptedProvider;
  let gateway: Gateway;
  before(async () => {
    provider = await startScriptedProvider();
    gateway = create({});
  });
  after(() => provider.close());

  function create(config: Record<string, unknown>): Gateway {
    const configured = configureGateway({ ...configOf(provider.url), label: "Europe", ...config }, "test");
    assert.deepEqual(configured.issues, undefined);
    return configured.create({ id: "DvlGRmhdgX", fetch: globalThis.fetch, now: () => new Date() });
  }

  async function carryOut(action: Action, one = gateway): Promise<unknown> {
    const whole = { operationId: "op_1", amount: 12_900 };
    if (action === "authorize") return one.fetchPayment?.(SEED_TRIP);
    if (action === "refund") return one.refund?.(SEED_CAPTURED, { ...whole, amount: 9900 }, SEED_TRIP);
    return one[action]?.(SEED_AUTHORIZATION, whole, SEED_TRIP);
  }

  for (const action of ACTIONS) {
    test(`sends what is to ${action} as in the example, signed over its bytes, with its key`, async () => {
      provider.script(answerJson(200, readExample(`${action}.success`)));
      await carryOut(action);
      const sent = provider.requests.at(-1);
      assert.ok(sent);
      assert.equal(sent.path, `/${action}`);
      assert.deepEqual(JSON.parse(sent.body), readExample(`${action}.request`));
      assert.equal(sent.headers["x-commercelayer-signature"], signBody(sent.body));
      assert.equal(sent.headers["idempotency-key"], action === "authorize" ? "ZNKjeUYepv" : "op_1");
    });

    test(`understands the success of a ${action}`, async () => {
      provider.script(answerJson(200, readExample(`${action}.success`)));
      const report = await carryOut(action);
      const remoteId = "your-external-transaction-token";
      if (action === "authorize") {
        const money = { amount: 12_900, currency: "EUR", environment: "test" };
        const said = { remoteId, remoteState: "authorized", details: DETAILS };
        assert.deepEqual(report, { outcome: "authorized", ...money, ...said });
        return;
      }
      const remoteState = { capture: "captured", void: "voided", refund: "refunded" }[action];
      assert.deepEqual(report, { status: "succeeded", remoteId, remoteState, details: DETAILS });
    });

    test(`understands the error of a ${action}`, async () => {
      provider.script(answerJson(422, readExample(`${action}.error`)));
      const report = (await carryOut(action)) as OperationReport;
      const message = "Your error message";
      if (action === "authorize") {
        const said = { remoteState: "YOUR-ERROR-CODE", message, environment: "test" };
        assert.deepEqual(report, { outcome: "declined", code: "gateway_declined", ...said });
      } else assert.deepEqual(report, { status: "failed", errorCode: "YOUR-ERROR-CODE", message });
    });
  }

  test("understands an asynchronous answer, and only with 202", async () => {
    provider.script(answerJson(202, readExample("asynchronous.success")));
    const said = { remoteId: "your-external-transaction-token", actionId: "your-action-id" };
    const details = { metadata: { foo: "bar" } };
    assert.deepEqual(await carryOut("capture"), { status: "pending", ...said, details });
    const report = await gateway.fetchPayment?.(SEED_TRIP);
    assert.ok(typeof report === "object" && report.outcome === "pending");
    assert.equal(report.actionId, "your-action-id");
    provider.script(answerJson(200, readExample("asynchronous.success")));
    const once = (await carryOut("capture")) as OperationReport;
    assert.deepEqual([once.status, once.actionId], ["succeeded", undefined]);
    provider.script(answerJson(422, readExample("asynchronous.error")));
    assert.equal(((await carryOut("capture")) as OperationReport).status, "failed");
    provider.script(answerJson(202, readExample("capture.success")));
    await assert.rejects(carryOut("capture"), (error) => error instanceof GatewayError && error.inDoubt);
  });

  test("understands the webhook, and nothing of it but what may be changed", async () => {
    const read = (example: object) => {
      const body = Buffer.from(JSON.stringify(example));
      const headers = { "x-commercelayer-signature": signBody(body, SECRET) };
      return gateway.verifyNotification({ method: "POST", query: {}, body, contentType: "application/json", headers });
    };
    assert.deepEqual(await read(readExample("webhook.success") as object), {
      proof: "signed",
      actionId: "your-action-id",
      isSuccess: true,
      remoteState: "succeeded",
      message: "Your message",
      details: {
        avs_code: "Y",
        avs_message: "Street and postal code match",
        cvv_code: "M",
        cvv_message: "CVV matches",
        fraud_review: "accepted",
      },
    });
    assert.deepEqual(await read(readExample("webhook.error") as object), {
      proof: "signed",
      actionId: "your-action-id",
      isSuccess: false,
      remoteState: "YOUR-ERROR-CODE",
      errorCode: "YOUR-ERROR-CODE",
      message: "Your error message",
      details: { error_detail: "Your error detail" },
    });
    const changing = { success: true, data: { action_id: "a", amount_cents: 1, transaction_token: "x", metadata: {} } };
    const nothing = { proof: "signed", actionId: "a", isSuccess: true, remoteState: "succeeded" };
    assert.deepEqual(await read(changing), nothing);
  });

  test("keeps no messages and metadata that are out of all proportion", async () => {
    const data = { transaction_token: "t", amount_cents: 12_900, metadata: { foo: "x".repeat(9000) } };
    provider.script(answerJson(200, { success: true, data }));
    assert.deepEqual(((await carryOut("capture")) as OperationReport).details, { omitted: "9023 characters" });
  });

  test("includes what the configuration names in place of the default", async () => {
    provider.script(answerJson(200, readExample("refund.success")));
    await carryOut("refund", create({ externalIncludes: ["order.customer", "reference_authorization"] }));
    const { included } = JSON.parse(provider.requests.at(-1)?.body ?? "") as { included: { type: string }[] };
    assert.deepEqual(
      included.map(({ type }) => type),
      ["orders", "customers", "authorizations"],
    );
    await carryOut("refund", create({ externalIncludes: [] }));
    assert.deepEqual((JSON.parse(provider.requests.at(-1)?.body ?? "") as { included: unknown }).included, []);
  });

  test("needs a secret and every address, and in live public ones", () => {
    const paths = (config: unknown, environment: "test" | "live") =>
      (configureGateway(config, environment).issues ?? []).map(({ path }) => path);
    assert.deepEqual(paths({ type: "external", externalIncludes: ["order.tags"] }, "test"), [
      "/sharedSecret",
      "/authorizeUrl",
      "/captureUrl",
      "/voidUrl",
      "/refundUrl",
      "/frameUrl",
      "/externalIncludes/0",
    ]);
    assert.deepEqual(paths(configOf("http://10.0.0.1"), "live"), [
      "/authorizeUrl",
      "/captureUrl",
      "/voidUrl",
      "/refundUrl",
      "/frameUrl",
    ]);
  });
});
