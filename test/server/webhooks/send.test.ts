import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { send, type LookUp, type SendOptions } from "../../../server/webhooks/send.ts";
import { startReceiver } from "../../support/webhook-receiver.ts";

const REFUSED = "the address is private, and allowPrivateWebhooks is not set";
const REQUEST = { headers: { "content-type": "application/json" }, body: "{}" };
const PUBLIC: SendOptions = { allowPrivate: false };

/** Looks every name up as these addresses. */
const leadsTo =
  (...addresses: string[]): LookUp =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );

async function stage(t: TestContext) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  return { receiver, port: new URL(receiver.url).port };
}

describe("sending a delivery", () => {
  it("calls no address of this machine or of a private network, however it is written", async (t) => {
    const { receiver, port } = await stage(t);
    const hosts = [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0.0.0.0",
      "10.0.0.1",
      "172.16.0.1",
      "192.168.1.1",
    ];
    hosts.push(
      "169.254.169.254",
      "100.64.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "localhost",
      "a.localhost",
      "db.internal",
    );
    hosts.push(
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::ffff:10.0.0.1]",
      "[fe80::1]",
      "[fd00::1]",
      "[64:ff9b::7f00:1]",
    );
    hosts.push("[2002:7f00:1::]", "[2001:0:7f00:1::]");
    for (const host of hosts) {
      const { error } = await send(`http://${host}:${port}/`, REQUEST, { ...PUBLIC, timeoutMs: 2000 });
      assert.equal(error, REFUSED, host);
    }
    assert.equal(receiver.calls, 0);
  });

  it("calls no name that leads there, also where it leads to a public address as well", async (t) => {
    const { receiver, port } = await stage(t);
    const url = `http://shop.example:${port}/`;
    for (const addresses of [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["93.184.215.14", "127.0.0.1"]]) {
      const { error } = await send(url, REQUEST, { ...PUBLIC, lookUp: leadsTo(...addresses) });
      assert.equal(error, REFUSED, addresses.join(" "));
    }
    assert.equal(receiver.calls, 0);
    // The same call comes through where it may, so that the refusals above are the guard's.
    const { httpStatus } = await send(url, REQUEST, { allowPrivate: true, lookUp: leadsTo("127.0.0.1") });
    assert.equal(httpStatus, 401);
    assert.equal(receiver.calls, 1);
  });

  it("looks at where each connection leads, and not at where the name led before", async (t) => {
    const { receiver, port } = await stage(t);
    let calls = 0;
    const rebinding: LookUp = (name, options, callback) => {
      calls += 1;
      // Nothing listens at the first one: it is reserved for tests of networks, and refused for that.
      leadsTo(calls === 1 ? "198.18.0.1" : "127.0.0.1")(name, options, callback);
    };
    for (const _round of [1, 2]) {
      const { error } = await send(`http://shop.example:${port}/`, REQUEST, { ...PUBLIC, lookUp: rebinding });
      assert.equal(error, REFUSED);
    }
    assert.equal(calls, 2);
    assert.equal(receiver.calls, 0);
  });

  it("waits for an answer only so long, headers and body together", async (t) => {
    const { receiver } = await stage(t);
    const options = { allowPrivate: true, timeoutMs: 150 };
    const { createServer } = await import("node:http");
    const server = createServer((request, response) => {
      request.resume();
      if (request.url === "/body") response.writeHead(200).write("begins");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    for (const path of ["/head", "/body"]) {
      const { error, httpStatus, durationMs } = await send(`http://127.0.0.1:${port}${path}`, REQUEST, options);
      assert.equal(error, "no answer within 150 ms", path);
      assert.equal(httpStatus, undefined);
      assert.ok(durationMs >= 140);
    }
    assert.equal(receiver.calls, 0);
  });

  it("reads of a long answer only the beginning", async (t) => {
    const { createServer } = await import("node:http");
    let written = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write("\u20ac\u0000".repeat(4096))) written += 1;
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const { httpStatus, answer } = await send(`http://127.0.0.1:${port}/`, REQUEST, { allowPrivate: true });
    assert.equal(httpStatus, 200);
    assert.equal(answer?.length, 500);
    assert.match(answer, /^[\u20ac ]+$/);
    assert.ok(written < 2000, `${written} pieces were written`);
  });

  it("ends also where the receiver would speak another protocol", async (t) => {
    const { createServer } = await import("node:net");
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as { port: number };
    const { error, httpStatus } = await send(`http://127.0.0.1:${port}/`, REQUEST, { allowPrivate: true });
    assert.equal(error, "could not be reached");
    assert.equal(httpStatus, undefined);
  });

  it("says in a few words why nobody was reached", async () => {
    const { error } = await send("http://127.0.0.1:9/", REQUEST, { allowPrivate: true });
    assert.equal(error, "could not be reached (ECONNREFUSED)");
  });
});
