import assert from "node:assert/strict";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, test } from "node:test";
import { GatewayError } from "../../../server/errors.ts";
import { createProviderClient, MAX_ANSWER_BYTES, type ProviderCall } from "../../../server/gateways/provider-client.ts";
import {
  answerJson,
  answerText,
  answerTooMuch,
  loseAnswerAfter,
  neverAnswer,
  neverEndAnswer,
  redirectTo,
  resetConnection,
  startScriptedProvider,
  type Script,
  type ScriptedProvider,
} from "../../support/scripted-provider.ts";

const SECRET = 'a "secret" with = & + and / in it';
/** For a provider that never answers; another gets all the time that a busy machine takes. */
const HURRIED_MS = 150;
const PATIENT_MS = 10_000;

let provider: ScriptedProvider;
beforeEach(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.close());

function call(request: Partial<ProviderCall> = {}, { fetch = globalThis.fetch, timeoutMs = PATIENT_MS } = {}) {
  const client = createProviderClient({ fetch, secrets: [SECRET], timeoutMs });
  return client.call({ method: "POST", url: `${provider.url}/pay`, json: { a: 1 }, ...request });
}

async function fault(...asked: Parameters<typeof call>): Promise<GatewayError> {
  const error = await call(...asked).then(
    (answer) => assert.fail(`answered ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GatewayError, String(error));
  assert.equal(error.code, "gateway_unavailable");
  assert.ok(error.cause !== undefined, "the cause is kept");
  return error;
}

test("sends JSON and a query, and gives status and parsed body of 2xx and 4xx", async () => {
  provider.script(answerJson(200, { ok: true }));
  assert.deepEqual(await call({ query: { q: "ä&=" } }), { status: 200, body: { ok: true } });
  const [request] = provider.requests;
  assert.equal(request?.method, "POST");
  assert.equal(request.path, "/pay");
  assert.deepEqual(request.query, { q: "ä&=" });
  assert.equal(request.contentType, "application/json");
  assert.equal(request.body, '{"a":1}');
  provider.script(answerJson(402, { ok: false }));
  assert.deepEqual(await call(), { status: 402, body: { ok: false } });
});

describe("throws gateway_unavailable and says that a POST may have been carried out", () => {
  const scripts: Record<string, [Script, RegExp]> = {
    "where the provider never answers": [neverAnswer, /did not answer within 150 ms/],
    "where the body never ends": [neverEndAnswer, /did not answer within 150 ms/],
    "where the connection is reset": [resetConnection, /broke off/],
    "where it answers 500 with XML": [answerText(500, "text/xml", "<Fault>no</Fault>"), /answered 500/],
    "where it answers 503": [answerJson(503, {}), /answered 503/],
    "where it answers 408": [answerJson(408, {}), /answered 408/],
    "where a 200 is not JSON": [answerText(200, "text/html", "<html>"), /not plain JSON/],
    "where a 200 is empty": [answerText(200, "application/json", ""), /not plain JSON/],
    "where a key comes twice": [answerText(200, "application/json", '{"a":1,"a":2}'), /not plain JSON/],
    "where the body is too large": [answerTooMuch(MAX_ANSWER_BYTES), /more than 1000000 bytes/],
    "where it redirects": [redirectTo("/elsewhere"), /answered 307/],
  };
  for (const [name, [script, message]] of Object.entries(scripts)) {
    test(name, async () => {
      provider.script(script);
      const isSlow = script === neverAnswer || script === neverEndAnswer;
      const error = await fault({}, { timeoutMs: isSlow ? HURRIED_MS : PATIENT_MS });
      assert.match(error.message, message);
      assert.equal(error.inDoubt, true);
    });
  }
});

test("throws in doubt where the provider did it and the answer was lost", async () => {
  const done: string[] = [];
  provider.script(loseAnswerAfter(({ body }) => done.push(body)));
  assert.equal((await fault()).inDoubt, true);
  assert.deepEqual(done, ['{"a":1}']);
});

test("says that nothing was carried out where nobody listens, the name is unknown, or the provider said no", async () => {
  const { url } = provider;
  await provider.close();
  assert.equal((await fault({ url })).inDoubt, false);
  assert.equal((await fault({ url: "http://provider.invalid/" })).inDoubt, false);
  provider = await startScriptedProvider();
  provider.script(answerText(404, "text/html", "<html>gone</html>"));
  assert.equal((await fault()).inDoubt, false);
});

test("says of a GET that nothing was carried out, whatever happened", async () => {
  for (const script of [neverAnswer, resetConnection, answerJson(500, {}), answerTooMuch(MAX_ANSWER_BYTES)]) {
    provider.script(script);
    const client = createProviderClient({ fetch, secrets: [SECRET], timeoutMs: HURRIED_MS });
    const error: unknown = await client.call({ method: "GET", url: `${provider.url}/pay` }).catch((e: unknown) => e);
    assert.ok(error instanceof GatewayError);
    assert.equal(error.inDoubt, false);
  }
});

test("follows no redirect, so that secrets go nowhere else", async () => {
  provider.script(redirectTo("/elsewhere"));
  await fault();
  assert.deepEqual(
    provider.requests.map(({ path }) => path),
    ["/pay"],
  );
});

test("shows no secret in a message or a cause, however the provider or the platform repeats it", async () => {
  const forms = [SECRET, encodeURIComponent(SECRET), new URLSearchParams({ s: SECRET }).toString().slice(2)];
  const isSafe = (error: GatewayError) => {
    const shown = inspect(error, { depth: 10 });
    for (const form of [...forms, JSON.stringify(SECRET).slice(1, -1)]) assert.ok(!shown.includes(form), shown);
    // Nor a part of it, cut off in the middle.
    assert.ok(!shown.includes("with = & +"), shown);
  };
  for (const status of [200, 500]) {
    for (const padding of [0, 274]) {
      for (const echo of [...forms, JSON.stringify(SECRET)]) {
        provider.script(answerText(status, "text/html", `<${"-".repeat(padding)}${echo}`));
        isSafe(await fault({ query: { client_secret: SECRET } }));
      }
    }
  }
  const throwing = async () => {
    throw new TypeError(`cannot fetch ${forms[1]}`, { cause: { input: forms[2] } });
  };
  isSafe(await fault({}, { fetch: throwing }));
  assert.ok(!(await fault({ query: { client_secret: SECRET } })).message.includes("client_secret"));
});

test("shows an address only up to its query, in which hosts of functions want their keys", async () => {
  provider.script(answerJson(200, { ok: true }));
  await call({ url: `${provider.url}/pay?code=a-key-of-the-host` });
  assert.deepEqual(provider.requests.at(-1)?.query, { code: "a-key-of-the-host" });
  provider.script(answerJson(500, {}));
  const error = await fault({ url: `${provider.url}/pay?code=a-key-of-the-host` });
  assert.equal(error.message, `POST ${provider.url}/pay answered 500`);
});

test("keeps to the time limit that it was given, the body's time included", async () => {
  for (const script of [neverAnswer, neverEndAnswer]) {
    provider.script(script);
    const startedAt = performance.now();
    await fault({}, { timeoutMs: HURRIED_MS });
    // Generous for a busy machine, and far from any limit that was not asked for.
    assert.ok(performance.now() - startedAt < 3000);
  }
});
