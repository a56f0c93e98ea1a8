import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { launch, type Browser } from "puppeteer-core";
import { startDemo, type Demo } from "../../demo/demo.ts";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { findBrowser } from "../support/browser.ts";
import { letGo } from "./waiting.ts";

/** A provider's callback as the provider logged it. */
interface LoggedCallback {
  paymentId: string;
  status?: number;
}

/** What is in the store of one session, in a form to compare. */
export interface Stored {
  status: CheckoutSession["status"];
  /** Oldest first. */
  attempts: string[];
  /** Oldest first: gateway, state and amount in minor units. */
  payments: string[];
}

/** What a mug and its shipping come to, in minor units. */
export const MUG = 2300;

const SETTLE_LIMIT_MS = 30_000;

/** The whole demonstration with a browser before it: three origins, a store of its own, and a clock that can be moved. */
export class Stage {
  readonly demo: Demo;
  readonly browser: Browser;
  readonly #folder: string;
  readonly #callbacks: LoggedCallback[];
  readonly #clock: { offsetMs: number };

  private constructor(parts: {
    demo: Demo;
    browser: Browser;
    folder: string;
    callbacks: LoggedCallback[];
    clock: { offsetMs: number };
  }) {
    this.demo = parts.demo;
    this.browser = parts.browser;
    this.#folder = parts.folder;
    this.#callbacks = parts.callbacks;
    this.#clock = parts.clock;
  }

  /**
   * @param start - launches the browser: Chromium, if nothing else is said
   * @param storefronts - the origins of other shops than the demonstration's
   */
  static async open(
    start: () => Promise<Browser> = launchChromium,
    storefronts: readonly string[] = [],
  ): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), "offsite-journey-"));
    const callbacks: LoggedCallback[] = [];
    const clock = { offsetMs: 0 };
    const demo = await startDemo({
      ports: { shop: 0, server: 0, provider: 0 },
      dataFolder: folder,
      log: pino({ level: "info" }, collectCallbacks(callbacks)),
      now: () => new Date(Date.now() + clock.offsetMs),
      providerDelayMs: 400,
      dueWorkIntervalMs: 100,
      storefronts,
    });
    const browser = await launchOr(start, () => demo.close());
    return new Stage({ demo, browser, folder, callbacks, clock });
  }

  /** Moves the time of shop, server and provider forward; the browser's stays. */
  advance(seconds: number): void {
    this.#clock.offsetMs += seconds * 1000;
  }

  /** Waits until the provider has had so many answers to its callbacks about one payment, and gives their statuses. */
  async callbackAnswers(paymentId: string, count: number): Promise<(number | undefined)[]> {
    const find = () => this.#callbacks.filter((callback) => callback.paymentId === paymentId);
    await until(() => find().length >= count, `${count} callbacks about ${paymentId}`);
    return find().map(({ status }) => status);
  }

  /** Reads everything about a session as the merchant's back end can. */
  async readSession(sessionId: string): Promise<CheckoutSession> {
    return this.#get<CheckoutSession>(`/v1/checkout-sessions/${sessionId}`);
  }

  /** Reads the latest of all sessions, which a page may have made by itself. */
  async latestSession(): Promise<CheckoutSession> {
    const { data } = await this.#get<{ data: CheckoutSession[] }>("/v1/checkout-sessions?limit=1");
    const [session] = data;
    if (session === undefined) throw new Error("there is no session");
    return session;
  }

  /** Reads what is stored for a session: from the session itself and from the list of payments, which must agree. */
  async stored(sessionId: string): Promise<Stored> {
    const session = await this.readSession(sessionId);
    const { data } = await this.#get<{ data: Payment[] }>(`/v1/payments?sessionId=${sessionId}`);
    const own = (session.payments ?? []).map(({ id }) => id).sort();
    const listed = data.map(({ id }) => id).sort();
    if (own.join() !== listed.join()) throw new Error(`the lists disagree: ${own.join()} and ${listed.join()}`);
    return {
      status: session.status,
      attempts: (session.attempts ?? []).map(({ gateway, state, code }) =>
        [gateway, state, code].filter(Boolean).join(" "),
      ),
      payments: (session.payments ?? []).map(({ gateway, state, amount }) => `${gateway} ${state} ${amount}`),
    };
  }

  /** Waits until a session has a status, and then reads what is stored. */
  async storedOnce(sessionId: string, status: CheckoutSession["status"]): Promise<Stored> {
    let stored = await this.stored(sessionId);
    await until(async () => {
      stored = await this.stored(sessionId);
      return stored.status === status;
    }, `${sessionId} to be ${status}`);
    return stored;
  }

  /** Waits until a session's payment is in a state. */
  async paymentOnce(sessionId: string, state: Payment["state"]): Promise<void> {
    await until(
      async () => (await this.readSession(sessionId)).payment?.state === state,
      `the payment of ${sessionId} to be ${state}`,
    );
  }

  /** Posts to the server with the merchant's secret key. */
  async post(path: string, body: object = {}): Promise<Response> {
    return fetch(this.demo.urls.server + path, {
      method: "POST",
      headers: { authorization: `Bearer ${this.demo.secretKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async close(): Promise<void> {
    if (!(await letGo(this.browser.close()))) this.browser.process()?.kill("SIGKILL");
    await this.demo.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.demo.secretKey}` };
    const response = await fetch(this.demo.urls.server + path, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

async function launchChromium(): Promise<Browser> {
  return launch(await findBrowser());
}

/** Launches a browser; where there is none, what is running already is ended first, or the process would hang. */
async function launchOr(start: () => Promise<Browser>, end: () => Promise<void>): Promise<Browser> {
  try {
    return await start();
  } catch (error) {
    await end();
    throw error;
  }
}

/** Asks again and again until something holds. @throws Error naming what was waited for */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function collectCallbacks(callbacks: LoggedCallback[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const line = JSON.parse(chunk.toString("utf8")) as { msg: string } & LoggedCallback;
      if (line.msg === "callback sent") callbacks.push(line);
      done();
    },
  });
}
