/** The `Idempotency-Key` of the two POSTs that change what belongs to no session. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createCircuit, readCircuit } from "../../server/checkout/circuit.ts";
import type { Checkout } from "../../server/checkout/checkout.ts";
import type { Endpoint } from "../../server/checkout/endpoint.ts";
import type { Store } from "../../server/stores/store.ts";
import { sampleDelivery } from "../conformance/store-outbox.ts";
import { changedWrites, dyingStore } from "../support/dying-store.ts";
import { openPlayCheckout } from "../support/play-checkout.ts";
import { sampleId } from "../support/sample-ledger.ts";
import { serveCheckout } from "../support/serve-checkout.ts";
import { expectStatus, type TestAnswer, type TestClock, type TestRequest } from "../support/server.ts";

const GATEWAYS = ["play", "other"] as const;
const DELIVERIES = [1, 2].map((number) => sampleDelivery(number));

/** One of the two: its paths, and how a test sees whether it was done. */
interface Changed {
  path: string;
  other: string;
  /** Brings what both change into a state that the POST ends. */
  spoil: (store: Store) => Promise<void>;
  /** Tells whether what the path names is still as {@link spoil} left it. */
  isSpoilt: (store: Store) => Promise<boolean>;
}

const CHANGES: Record<string, Changed> = {
  "a reset of a circuit": {
    path: "/v1/gateways/play/reset-circuit",
    other: "/v1/gateways/other/reset-circuit",
    spoil: async (store) => {
      for (const id of GATEWAYS) await createCircuit(store, id).noteFailure();
    },
    isSpoilt: async (store) => (await readCircuit(store, "play")).failures > 0,
  },
  "a resend of a delivery": {
    path: `/v1/webhook-deliveries/${DELIVERIES[0]?.id}/resend`,
    other: `/v1/webhook-deliveries/${DELIVERIES[1]?.id}/resend`,
    spoil: async (store) => {
      for (const { id } of DELIVERIES) {
        await store.changeDelivery(id, ({ nextAttemptAt: _next, ...delivery }) => ({
          delivery: { ...delivery, status: "dead", tries: 10 },
        }));
      }
    },
    isSpoilt: async (store) => (await store.readDelivery(DELIVERIES[0]?.id ?? ""))?.status === "dead",
  },
};

interface Stage {
  store: Store;
  clock: TestClock;
  /** Serves the same records from a process of its own, whose store may be changed. */
  serve: (change?: (store: Store) => Store) => Promise<Post>;
}

type Post = (path: string, key: string, request?: TestRequest) => Promise<TestAnswer<Record<string, unknown>>>;

async function setStage(t: TestContext): Promise<Stage> {
  const play = await openPlayCheckout();
  t.after(() => play.close());
  const { store } = play.checkout;
  const gateway = play.provider.gateway();
  const endpoint: Endpoint = {
    kind: "webhook",
    url: DELIVERIES[0]?.endpoint ?? "",
    describe: () => undefined,
    makeRequest: () => assert.fail("nothing is sent here"),
  };
  await store.transact(sampleId(1), () => ({ result: 0, deliveries: DELIVERIES }));
  return {
    store,
    clock: play.clock,
    serve: async (change = (same) => same) => {
      const checkout: Checkout = {
        ...play.checkout,
        store: change(store),
        gateways: new Map(GATEWAYS.map((id) => [id, { ...gateway, id }])),
        endpoints: [endpoint],
      };
      const served = await serveCheckout(checkout);
      t.after(() => served.close());
      return (path, key, request = {}) =>
        served.call(path, { method: "POST", ...request, headers: { "idempotency-key": key } });
    },
  };
}

for (const [name, { path, other, spoil, isSpoilt }] of Object.entries(CHANGES)) {
  describe(`the Idempotency-Key of ${name}`, () => {
    it("gives the same request the same answer for a day, and does it once", async (t) => {
      const { store, clock, serve } = await setStage(t);
      const post = await serve();
      await spoil(store);
      const first = expectStatus(await post(path, "one"), 200);
      assert.equal(first.headers.get("idempotent-replayed"), null);
      assert.equal(await isSpoilt(store), false);
      await spoil(store);
      clock.advance(86_400);
      const second = expectStatus(await (await serve())(path, "one"), 200);
      assert.deepEqual(second.body, first.body);
      assert.equal(second.headers.get("idempotent-replayed"), "true");
      assert.equal(await isSpoilt(store), true);
      expectStatus(await post(path, "two"), 200);
      assert.equal(await isSpoilt(store), false);
    });

    it("refuses another body, while it runs and later, and tells the same one that it runs", async (t) => {
      const { store, serve } = await setStage(t);
      await spoil(store);
      const held = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      const post = await serve((same) =>
        changedWrites(same, async (write) => {
          reached.resolve();
          await held.promise;
          return write();
        }),
      );
      const running = post(path, "one");
      await reached.promise;
      const again = expectStatus(await post(path, "one"), 409);
      assert.equal(again.body["code"], "idempotency_key_in_use");
      assert.equal(again.headers.get("retry-after"), "1");
      const reused = () => post(path, "one", { json: {} });
      assert.equal(expectStatus(await reused(), 422).body["code"], "idempotency_key_reused");
      held.resolve();
      const first = expectStatus(await running, 200);
      assert.equal(expectStatus(await reused(), 422).body["code"], "idempotency_key_reused");
      assert.deepEqual(expectStatus(await post(path, "one"), 200).body, first.body);
    });

    it("is scoped to the path, and gives nothing to whoever has no secret key", async (t) => {
      const { store, serve } = await setStage(t);
      const post = await serve();
      await spoil(store);
      const { body } = expectStatus(await post(path, "one"), 200);
      const elsewhere = expectStatus(await post(other, "one"), 200);
      assert.equal(elsewhere.headers.get("idempotent-replayed"), null);
      assert.notEqual(elsewhere.body["id"], body["id"]);
      for (const key of [null, "cs_secret_of_a_customer"]) expectStatus(await post(path, "one", { key }), 401);
    });

    it("has at most 255 characters, and is free again after a refusal", async (t) => {
      const { store, serve } = await setStage(t);
      const post = await serve();
      await spoil(store);
      for (const key of ["k".repeat(256), "", "a b"]) expectStatus(await post(path, key), 422);
      expectStatus(await post(path, "one", { json: { now: true } }), 422);
      assert.equal(await isSpoilt(store), true);
      const unknown = path.replace(/[^/]+(?=\/[^/]+$)/, "unknown");
      for (let time = 0; time < 2; time += 1) expectStatus(await post(unknown, "one"), 404);
      expectStatus(await post(path, "k".repeat(255)), 200);
      expectStatus(await post(path, "one", { json: {} }), 200);
    });

    for (const isWritten of [false, true]) {
      it(`finds what was done when the process died ${isWritten ? "after" : "before"} the commit`, async (t) => {
        const { store, serve } = await setStage(t);
        await spoil(store);
        const dying = await serve((same) => dyingStore(same, 1, isWritten));
        expectStatus(await dying(path, "one"), 503);
        assert.equal(await isSpoilt(store), !isWritten);
        await spoil(store);
        const post = await serve();
        const answer = expectStatus(await post(path, "one"), 200);
        assert.equal(answer.headers.get("idempotent-replayed"), isWritten ? "true" : null);
        assert.equal(await isSpoilt(store), isWritten, "it was done once");
      });
    }
  });
}
