import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Problem } from "../../shared/problems.ts";
import type { CreatedCheckoutSession } from "../../shared/records.ts";
import { expectStatus, MANUAL, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";
import { UNIVERSAL } from "../support/universal.ts";

const SESSIONS = "/v1/checkout-sessions";
const BODY = { amount: 4300, currency: "EUR", returnUrl: `${STOREFRONT}/` };

describe("an Idempotency-Key", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL, bank: MANUAL } });
  });
  after(() => server.close());

  const create = (key: string, json: unknown = BODY) =>
    server.call<CreatedCheckoutSession>(SESSIONS, { json, headers: { "idempotency-key": key } });

  it("gives the same request the same answer, client secret and all", async () => {
    const first = expectStatus(await create("create-1"), 201);
    const second = expectStatus(await create("create-1"), 201);
    assert.deepEqual(second.body, first.body);
    assert.equal(first.headers.get("idempotent-replayed"), null);
    assert.equal(second.headers.get("idempotent-replayed"), "true");
    const own = await server.call(`${SESSIONS}/${first.body.id}`, { key: second.body.clientSecret });
    assert.equal(own.status, 200);
  });

  it("refuses another body under the same key", async () => {
    expectStatus(await create("create-2"), 201);
    const answer = await server.call<Problem>(SESSIONS, {
      json: { ...BODY, amount: 1 },
      headers: { "idempotency-key": "create-2" },
    });
    assert.equal(expectStatus(answer, 422).body.code, "idempotency_key_reused");
  });

  it("runs one of many at once, and tells the others that it is running or what it did", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create("create-3")));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
    assert.equal(ids.size, 1);
    assert.ok(answers.every(({ status }) => status === 201 || status === 409));
    const { body } = await server.call<{ data: unknown[] }>(`${SESSIONS}?limit=100`);
    assert.equal(body.data.filter((session) => ids.has((session as { id: string }).id)).length, 1);
  });

  it("is free again after a refusal", async () => {
    expectStatus(await create("create-4", { ...BODY, amount: 0 }), 422);
    expectStatus(await create("create-4"), 201);
  });

  it("is scoped to caller and path", async () => {
    const one = await server.createSession();
    const other = await server.createSession();
    const start = (session: CreatedCheckoutSession) =>
      server.call<{ attempt: { id: string } }>(`${SESSIONS}/${session.id}/attempts`, {
        key: session.clientSecret,
        json: { gateway: "card", presentation: "redirect" },
        headers: { "idempotency-key": "start-1" },
      });
    const first = expectStatus(await start(one), 201).body;
    assert.deepEqual(expectStatus(await start(one), 201).body, first);
    assert.notEqual(expectStatus(await start(other), 201).body.attempt.id, first.attempt.id);
    expectStatus(await create("start-1"), 201);
  });

  it("has 1 to 255 visible ASCII characters", async () => {
    expectStatus(await create("k".repeat(255)), 201);
    for (const key of ["k".repeat(256), "", "a b"]) expectStatus(await create(key), 422);
  });

  it("survives a restart", async () => {
    const first = expectStatus(await create("create-5"), 201);
    await server.stop();
    server = await startTestServer({ gateways: { card: UNIVERSAL }, folder: server.folder, clock: server.clock });
    assert.equal(expectStatus(await create("create-5"), 201).body.id, first.body.id);
  });

  it("is kept for at least 24 hours", async () => {
    const first = expectStatus(await create("create-6"), 201);
    server.clock.advance(86_400);
    assert.equal(expectStatus(await create("create-6"), 201).body.id, first.body.id);
  });
});
