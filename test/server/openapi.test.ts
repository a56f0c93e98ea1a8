import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { EVENT_TYPES } from "../../shared/events.ts";
import { DocumentedApi, type ApiDocument } from "../support/documented-api.ts";
import { openPlayCheckout } from "../support/play-checkout.ts";
import { createTestApp } from "../support/serve-checkout.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { expectStatus, startTestServer, type TestServer } from "../support/server.ts";

describe("/openapi.json", { skip: isOnPostgres && "it is about no store" }, () => {
  let server: TestServer;
  let document: ApiDocument;
  before(async () => {
    server = await startTestServer();
    document = expectStatus(await server.call<ApiDocument>("/openapi.json", { key: null }), 200).body;
  });
  after(() => server.close());

  it("may be read by anyone, from any site, and is kept by nobody", async () => {
    const { headers } = await server.call("/openapi.json", { key: null });
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.equal(headers.get("cache-control"), "no-store");
  });

  it("is a valid OpenAPI 3.1 document", async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    assert.ok(valid, JSON.stringify(errors));
    assert.match(document.openapi, /^3\.1\./);
  });

  it("describes exactly the routes that the server has", async () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(described.sort(), (await listRoutes()).sort());
  });

  it("takes an Idempotency-Key with every POST that a key of ours is needed for, and with no other", () => {
    const posts = Object.entries(document.paths).flatMap(([path, { post }]) =>
      post === undefined ? [] : [{ path, post }],
    );
    const takesKey = posts.filter(({ post }) =>
      post.parameters?.some(({ $ref }) => $ref === "#/components/parameters/IdempotencyKey"),
    );
    const needsKey = posts.filter(({ post }) => post.security.some((scheme) => Object.keys(scheme).length > 0));
    assert.deepEqual(
      takesKey.map(({ path }) => path),
      needsKey.map(({ path }) => path),
    );
    assert.ok(takesKey.length > 10);
  });

  it("describes every event as a webhook, signed by the three headers of Standard Webhooks", () => {
    assert.deepEqual(Object.keys(document.webhooks), [...EVENT_TYPES]);
    for (const { post } of Object.values(document.webhooks)) {
      const headers = post.parameters.map(({ $ref }) => document.components.parameters[$ref.split("/").at(-1) ?? ""]);
      assert.deepEqual(
        headers.map((header) => [header?.name, header?.required]),
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, true]),
      );
    }
  });

  it("gives every operation and webhook a name of its own", () => {
    const names = [
      ...Object.values(document.paths).flatMap((one) => Object.values(one).map((each) => each.operationId)),
      ...Object.values(document.webhooks).map(({ post }) => post.operationId),
    ];
    assert.equal(new Set(names).size, names.length);
  });

  it("has examples of its own shapes", () => {
    const api = new DocumentedApi(document);
    let count = 0;
    const check = (pointer: string[], content: Record<string, { [name: string]: unknown }> = {}) => {
      for (const [type, { schema, example, examples }] of Object.entries(content)) {
        if (schema === undefined) continue;
        const all = Object.values((examples ?? {}) as Record<string, { value: unknown }>).map(({ value }) => value);
        for (const value of example === undefined ? all : [...all, example]) {
          api.checkValue([...pointer, "content", type, "schema"], value, pointer.join(" "));
          count += 1;
        }
      }
    };
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(operations)) {
        check(["paths", path, method, "requestBody"], requestBody?.content);
        for (const [status, answer] of Object.entries(responses)) {
          check(["paths", path, method, "responses", status], answer.content);
        }
      }
    }
    for (const [name, { post }] of Object.entries(document.webhooks)) {
      check(["webhooks", name, "post", "requestBody"], post.requestBody.content);
    }
    assert.ok(count > 200, `only ${count} examples`);
  });
});

/** Lists the routes of the application itself, as OpenAPI writes them; HEAD comes with every GET. */
async function listRoutes(): Promise<string[]> {
  const play = await openPlayCheckout();
  const app = createTestApp(play.checkout);
  await play.close();
  const routers = app.middleware.flatMap((middleware) =>
    "router" in middleware ? [middleware.router as { stack: { path: string; methods: string[] }[] }] : [],
  );
  const routes = routers.flatMap(({ stack }) =>
    stack.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)),
  );
  assert.ok(routes.length > 0, "the application has no router");
  return [...new Set(routes.filter((route) => !route.startsWith("HEAD ")))];
}
