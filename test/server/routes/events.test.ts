import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import Koa from "koa";
import { cancelSession } from "../../../server/checkout/cancel-session.ts";
import { hashSecret } from "../../../server/checkout/ids.ts";
import { eventRoutes } from "../../../server/routes/events.ts";
import { openPlayCheckout, type PlayCheckout } from "../../support/play-checkout.ts";
import { SECRET_KEY } from "../../support/server.ts";

describe("a stream of a session's state", () => {
  let play: PlayCheckout;
  before(async () => {
    play = await openPlayCheckout();
  });
  after(() => play.close());

  it("brings within seconds also the change of another process that nobody told of", { timeout: 10_000 }, async (t) => {
    const { checkout } = play;
    const store = new Proxy(checkout.store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === "subscribe") return () => () => undefined;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const app = new Koa();
    app.silent = true;
    const { signal: closing } = new AbortController();
    const keys = { secretKeyHash: hashSecret(SECRET_KEY) };
    app.use(eventRoutes({ checkout: { ...checkout, store }, keys, countCreation: () => undefined, closing }).routes());
    const server = createServer((request, response) => void app.callback()(request, response)).listen(0);
    await once(server, "listening");
    t.after(() => server.close());

    t.mock.timers.enable({ apis: ["setInterval"] });
    const id = await play.create();
    const aborting = new AbortController();
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://localhost:${port}/v1/checkout-sessions/${id}/events`, {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
      signal: aborting.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    assert.match((await reader.read()).value ?? "", /"status":"open"/);
    await cancelSession(checkout, id);
    t.mock.timers.tick(15_000);
    let text = "";
    while (!text.includes('"status":"cancelled"')) text += (await reader.read()).value ?? assert.fail("it ended");
    aborting.abort();
  });
});
