import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import type { CheckoutSession } from "../../shared/records.ts";
import type { EventRecord } from "../../server/stores/ledger.ts";
import { expectStatus, SECRET_KEY, startTestServer, type TestServer } from "../support/server.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

interface EventPage {
  data: EventRecord[];
  next: string | null;
}

describe("what happened", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ gateways: { card: UNIVERSAL } });
  });
  after(() => server.close());

  it("is listed in order, with what decided it, and pages through without gap or repeat", async () => {
    const session = await server.createSession();
    await notifyUniversal(server, (await server.startAttempt(session)).handoff);
    const seen: EventRecord[] = [];
    for (let after: string | null = "0"; after !== null;) {
      const { body }: { body: EventPage } = await server.call<EventPage>(`/v1/events?limit=2&after=${after}`);
      seen.push(...body.data);
      after = body.next;
    }
    const mine = seen.filter(({ sessionId }) => sessionId === session.id);
    assert.deepEqual(
      mine.map(({ type, decidedBy }) => `${type} by ${decidedBy}`),
      [
        "checkout_session.created by merchant",
        "attempt.started by customer",
        "attempt.prepared by gateway",
        "payment.completed by notification",
        "checkout_session.complete by notification",
      ],
    );
    assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      seen.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    );
    expectStatus(await server.call("/v1/events", { key: session.clientSecret }), 401);
  });

  it("is listed of one session alone", async () => {
    const session = await server.createSession();
    await server.createSession();
    await notifyUniversal(server, (await server.startAttempt(session)).handoff);
    const own = `/v1/events?sessionId=${session.id}`;
    const { body } = expectStatus(await server.call<EventPage>(own), 200);
    assert.deepEqual(
      [body.data.length, new Set(body.data.map(({ sessionId }) => sessionId)), body.next],
      [5, new Set([session.id]), null],
    );
    const { body: page } = await server.call<EventPage>(`${own}&limit=2&after=${body.data[1]?.sequence}`);
    assert.deepEqual(page.data, body.data.slice(2, 4));
    expectStatus(await server.call(own, { key: session.clientSecret }), 401);
    expectStatus(await server.call("/v1/events?sessionId="), 422);
  });

  it("streams a session's state at once and at each change, as the caller may see it", async () => {
    const session = await server.createSession({ metadata: { note: "secret" } });
    const stream = await openStream(server, session.id, session.clientSecret);
    assert.equal((await stream.next()).status, "open");
    const { handoff } = await server.startAttempt(session);
    while ((await stream.next()).attempt === undefined);
    await notifyUniversal(server, handoff, { x_result: "pending" });
    while ((await stream.next()).status !== "pending");
    await notifyUniversal(server, handoff);
    let last = await stream.next();
    while (last.status !== "complete") last = await stream.next();
    assert.equal(last.payment?.state, "completed");
    assert.equal(last.metadata, undefined);
    const merchant = await openStream(server, session.id, SECRET_KEY);
    assert.deepEqual((await merchant.next()).metadata, { note: "secret" });
    stream.close();
    merchant.close();
  });

  it("ends at once with a server that stops, also where a page asks for it again on the same connection", async () => {
    const own = await startTestServer();
    const session = await own.createSession();
    const socket = connect(Number(new URL(own.url).port), "localhost");
    const ask = () =>
      socket.write(
        `GET /v1/checkout-sessions/${session.id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET_KEY}\r\n\r\n`,
      );
    let text = "";
    const ended = once(socket, "close");
    const begun = new Promise<void>((resolve) => {
      socket.on("data", (chunk) => {
        text += chunk.toString();
        if (text.includes("event: session")) resolve();
        // The last chunk of the first stream.
        if (text.endsWith("\r\n0\r\n\r\n")) ask();
      });
    });
    ask();
    await begun;
    const startedAt = performance.now();
    await own.close();
    await ended;
    assert.equal(text.split("HTTP/1.1 200 OK").length - 1, 2, "it was asked for twice");
    assert.ok(performance.now() - startedAt < 5000);
  });

  it("does not stream to somebody else, and ends with the server", async () => {
    const session = await server.createSession();
    const other = await server.createSession();
    const path = `/v1/checkout-sessions/${session.id}/events`;
    expectStatus(await server.call(path, { key: other.clientSecret }), 404);
    expectStatus(await server.call(path, { key: null }), 401);
    const own = await startTestServer();
    const watched = await own.createSession();
    const stream = await openStream(own, watched.id, watched.clientSecret);
    await stream.next();
    const startedAt = performance.now();
    await own.close();
    assert.ok(performance.now() - startedAt < 3000, "an open stream must not hold the server");
    await assert.rejects(stream.next(), /ended/);
  });
});

async function openStream({ url }: TestServer, id: string, key: string) {
  const aborting = new AbortController();
  const response = await fetch(`${url}/v1/checkout-sessions/${id}/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: aborting.signal,
  });
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    close: () => aborting.abort(),
    next: async (): Promise<CheckoutSession> => {
      for (;;) {
        const match = /event: session\nid: \d+\ndata: (.*)\n\n/.exec(text);
        if (match?.[1] !== undefined) {
          text = text.slice(match.index + match[0].length);
          return JSON.parse(match[1]) as CheckoutSession;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error("the stream ended");
        text += value;
      }
    },
  };
}
