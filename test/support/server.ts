import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../demo/free-port.ts";
import { pino } from "pino";
import type { CreatedCheckoutSession, StartedAttempt } from "../../shared/records.ts";
import { storeAddress } from "./store-address.ts";
import { parseConfig, startServer } from "../../server/index.ts";

/** The merchant's secret key of every test server. */
export const SECRET_KEY = "sk_test_7d1f0c9b5e3a482696af";
/** The one storefront of every test server. */
export const STOREFRONT = "http://shop.localhost:4300";

/** A clock that a test moves. */
export interface TestClock {
  now: () => Date;
  advance(seconds: number): void;
}

/** An answer, its body read as JSON where it is JSON, else as text. */
export interface TestAnswer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

/** How a test calls the server. */
export interface TestRequest {
  method?: string;
  /** The bearer; `null` for none, the secret key by default. */
  key?: string | null;
  json?: unknown;
  form?: Record<string, string>;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** What a test server is made of; a folder given may hold an earlier server's store. */
export interface TestServerOptions {
  gateways?: Record<string, unknown>;
  config?: Record<string, unknown>;
  folder?: string;
  /** A free one by default. */
  port?: number;
  clock?: TestClock;
  fetch?: typeof globalThis.fetch;
}

/** A real server on a free port, with a store of its own. */
export interface TestServer {
  url: string;
  folder: string;
  clock: TestClock;
  /** Every line of the log. */
  log: Record<string, unknown>[];
  call<Body = Record<string, unknown>>(path: string, request?: TestRequest): Promise<TestAnswer<Body>>;
  createSession(fields?: Record<string, unknown>): Promise<CreatedCheckoutSession>;
  startAttempt(session: CreatedCheckoutSession, fields?: Record<string, unknown>): Promise<StartedAttempt>;
  /** Stops the server and keeps its folder. */
  stop(): Promise<void>;
  /** Stops the server and removes its folder. */
  close(): Promise<void>;
}

/** The gateway of tests that are not about gateways: a bank transfer. */
export const MANUAL = { type: "manual", label: "Bank transfer" };

/** Makes a clock that starts at a fixed time. */
export function testClock(): TestClock {
  let time = Date.parse("2026-11-21T12:00:00.000Z");
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}

/** Starts a server; the caller closes it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "offsite-checkout-")));
  const clock = options.clock ?? testClock();
  const port = options.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const config = parseConfig(
    {
      publicUrl: url,
      port,
      environment: "test",
      secretKey: SECRET_KEY,
      storefronts: [STOREFRONT],
      store: await storeAddress(folder),
      gateways: options.gateways ?? { bank: MANUAL },
      ...options.config,
    },
    { folder, environment: {} },
  );
  const log: Record<string, unknown>[] = [];
  const server = await startServer(config, {
    log: pino({ level: "debug", base: null }, { write: (line) => void log.push(JSON.parse(line)) }),
    now: clock.now,
    dueWorkIntervalMs: 20,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return {
    url,
    folder,
    clock,
    log,
    ...callsOf(url),
    stop: () => server.close(),
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function callsOf(url: string): Pick<TestServer, "call" | "createSession" | "startAttempt"> {
  async function call<Body>(path: string, request: TestRequest = {}): Promise<TestAnswer<Body>> {
    return callServer(url, path, request);
  }
  return {
    call,
    createSession: async (fields = {}) => {
      const answer = await call<CreatedCheckoutSession>("/v1/checkout-sessions", {
        json: { amount: 4300, currency: "EUR", returnUrl: `${STOREFRONT}/thanks`, ...fields },
      });
      return expectStatus(answer, 201).body;
    },
    startAttempt: async (session, fields = {}) => {
      const answer = await call<StartedAttempt>(`/v1/checkout-sessions/${session.id}/attempts`, {
        key: session.clientSecret,
        headers: { origin: STOREFRONT },
        json: { presentation: "redirect", ...fields },
      });
      return expectStatus(answer, 201).body;
    },
  };
}

/** Calls a server as a test does. */
export async function callServer<Body>(url: string, path: string, request: TestRequest): Promise<TestAnswer<Body>> {
  const { key = SECRET_KEY, json, form, headers = {} } = request;
  const body =
    json === undefined
      ? form === undefined
        ? request.body
        : new URLSearchParams(form).toString()
      : JSON.stringify(json);
  const type =
    json === undefined ? (form === undefined ? undefined : "application/x-www-form-urlencoded") : "application/json";
  const response = await fetch(new URL(path, url), {
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(type === undefined ? {} : { "content-type": type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
}

/** Fails a test whose answer has another status, with what the server said. */
export function expectStatus<Body>(answer: TestAnswer<Body>, status: number): TestAnswer<Body> {
  if (answer.status !== status) {
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer;
}

/** Asks again and again until something holds, for at most 10 seconds. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
