import assert from "node:assert/strict";
import { launch, type Browser, type Page } from "puppeteer-core";
import type { CheckoutSession, CreatedCheckoutSession, Payment } from "../../shared/records.ts";
import { findViolations } from "../support/axe-in-page.ts";
import { findBrowser } from "../support/browser.ts";
import { DWOLLA, scriptedDwolla, type ScriptedDwolla } from "../support/dwolla.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "../support/external-endpoint.ts";
import { expectStatus, MANUAL, SECRET_KEY, startTestServer, type TestServer } from "../support/server.ts";
import { startReceiver, WEBHOOK_SECRET, type Receiver } from "../support/webhook-receiver.ts";
import { notifyUniversal, UNIVERSAL } from "../support/universal.ts";

const LIMIT_MS = 15_000;

/** A server with a gateway of each kind, whose providers a test plays, and a browser for the merchant. */
export class ConsoleStage {
  readonly server: TestServer;
  readonly dwolla: ScriptedDwolla;
  readonly endpoint: ExternalEndpoint;
  readonly browser: Browser;
  readonly receiver: Receiver;

  private constructor(parts: Pick<ConsoleStage, "server" | "dwolla" | "endpoint" | "browser" | "receiver">) {
    this.server = parts.server;
    this.dwolla = parts.dwolla;
    this.endpoint = parts.endpoint;
    this.browser = parts.browser;
    this.receiver = parts.receiver;
  }

  /** Opens one; `config` may name another store. */
  static async open(config: Record<string, unknown> = {}): Promise<ConsoleStage> {
    const dwolla = scriptedDwolla();
    const endpoint = await startExternalEndpoint();
    const receiver = await startReceiver();
    const isDwolla = (input: string | URL | Request) =>
      String(input instanceof Request ? input.url : input).includes("dwolla");
    const server = await startTestServer({
      gateways: { transfer: MANUAL, bank: DWOLLA, card: UNIVERSAL, external: { ...endpoint.config, label: "Wallet" } },
      config: {
        webhooks: [{ url: receiver.url, secret: WEBHOOK_SECRET }],
        allowPrivateWebhooks: true,
        ...config,
      },
      fetch: (input, init) => (isDwolla(input) ? dwolla.fetch(input, init) : fetch(input, init)),
    });
    return new ConsoleStage({ server, dwolla, endpoint, receiver, browser: await launch(await findBrowser()) });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.endpoint.close();
    await this.receiver.close();
  }

  /** Money that is held at the wallet, to be captured by the merchant. */
  async authorized(fields: Record<string, unknown> = {}): Promise<Payment> {
    const session = await this.server.createSession({ gateway: "external", capture: "manual", ...fields });
    const { handoff } = await this.server.startAttempt(session);
    expectStatus(await bringBack(this.server, handoff), 303);
    return this.paymentOf(session);
  }

  /** Money that the customer was told to transfer. */
  async transferred(): Promise<Payment> {
    const session = await this.server.createSession({ gateway: "transfer" });
    await this.server.startAttempt(session);
    return this.paymentOf(session);
  }

  /** An order that was paid at the bank, of which no word came. */
  async unheard(): Promise<CreatedCheckoutSession> {
    const session = await this.server.createSession({ gateway: "bank", currency: "USD", orderId: "unheard" });
    await this.server.startAttempt(session);
    this.dwolla.latest().status = "Completed";
    return session;
  }

  /** An order for which the card's provider charged another amount. */
  async mismatched(): Promise<CreatedCheckoutSession> {
    const session = await this.server.createSession({ gateway: "card", orderId: "mismatched" });
    await notifyUniversal(this.server, (await this.server.startAttempt(session)).handoff, { x_amount: "4.30" });
    return session;
  }

  /** The second payment of an order that was paid twice. */
  async duplicate(): Promise<Payment> {
    const session = await this.server.createSession({ gateway: "card", orderId: "twice" });
    const trips = [await this.server.startAttempt(session), await this.server.startAttempt(session)];
    for (const { handoff } of trips) await notifyUniversal(this.server, handoff);
    const { payments = [] } = await this.read(session.id);
    const payment = payments.find(({ duplicateOf }) => duplicateOf !== undefined);
    assert.ok(payment);
    return payment;
  }

  /** Makes the wallet fail so often that it is no longer called. */
  async suspended(): Promise<void> {
    this.endpoint.behaviour = "break down";
    const trips = Array.from({ length: 31 }, async () => {
      const session = await this.server.createSession({ gateway: "external" });
      expectStatus(await bringBack(this.server, (await this.server.startAttempt(session)).handoff), 303);
    });
    await Promise.all(trips);
    this.endpoint.behaviour = "succeed";
  }

  async read(sessionId: string): Promise<CheckoutSession> {
    return (await this.server.call<CheckoutSession>(`/v1/checkout-sessions/${sessionId}`)).body;
  }

  async readPayment(id: string): Promise<Payment> {
    return (await this.server.call<Payment>(`/v1/payments/${id}`)).body;
  }

  async paymentOf({ id }: { id: string }): Promise<Payment> {
    const { payment } = await this.read(id);
    assert.ok(payment);
    return payment;
  }
}

/** The merchant's browser. */
export class Merchant {
  readonly page: Page;
  readonly #url: string;
  /** What the page's policy refused, and what scripts threw. */
  readonly troubles: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  /** Opens the console at an address after `#`, not signed in. */
  static async visit(
    { browser, server }: Pick<ConsoleStage, "browser" | "server">,
    hash = "",
    { width = 1280, scheme = "light" } = {},
  ): Promise<Merchant> {
    const page = await (await browser.createBrowserContext()).newPage();
    page.setDefaultTimeout(LIMIT_MS);
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const merchant = new Merchant(page, `${server.url}/console`);
    page.on("console", (message) => {
      // A refused request is what a test asks for; everything else is a fault.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        merchant.troubles.push(message.text());
    });
    page.on("pageerror", (error) => merchant.troubles.push(String(error)));
    await page.goto(`${merchant.#url}#${hash}`);
    await page.waitForSelector("#key");
    return merchant;
  }

  /** Opens the console and signs in. */
  static async signedIn(...parameters: Parameters<typeof Merchant.visit>): Promise<Merchant> {
    const merchant = await Merchant.visit(...parameters);
    await merchant.page.type("#key", SECRET_KEY);
    await merchant.press("Sign in");
    await merchant.page.waitForSelector("header.top");
    await merchant.settled();
    return merchant;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.browserContext().close();
  }

  /** Goes to another address after `#`, and waits for what it shows. */
  async goTo(hash: string): Promise<void> {
    await this.page.evaluate((hash) => (location.hash = hash), hash);
    await this.settled();
  }

  /** Waits until nothing is loading. */
  async settled(): Promise<void> {
    await this.page.waitForNetworkIdle({ idleTime: 100 });
    await this.page.waitForFunction(() => document.querySelector(".skeleton") === null);
  }

  /** Presses the button with a label, in the dialog where one is open. */
  async press(label: string): Promise<void> {
    const root = (await this.page.$("dialog[open]")) === null ? "" : "dialog[open] ";
    const button = await this.page.waitForSelector(`${root}::-p-xpath(.//button[normalize-space(.)="${label}"])`);
    await button?.click();
  }

  /** Opens the dialog of an operation, enters an amount where one is given, and confirms by pressing twice. */
  async operate(operation: string, confirm: string, amount?: string): Promise<void> {
    await this.press(`${operation}…`);
    await this.page.waitForSelector("dialog[open]");
    if (amount !== undefined) {
      await this.page.$eval("#amount", (input) => (input as HTMLInputElement).select());
      await this.page.type("#amount", amount);
    }
    const button = await this.page.waitForSelector(
      `dialog[open] ::-p-xpath(.//button[normalize-space(.)="${confirm}"])`,
    );
    await button?.click({ count: 2 });
    await this.page.waitForSelector("dialog", { hidden: true });
    await this.settled();
  }

  /** Waits until what has the focus says something. */
  async waitForFocus(start: string): Promise<void> {
    const told = (start: string) => document.activeElement?.textContent?.trim().startsWith(start) === true;
    await this.page.waitForFunction(told, {}, start);
  }

  /** Waits until the page says something. */
  async waitForText(text: string): Promise<void> {
    const told = (text: string) => document.querySelector("main")?.innerText.includes(text) === true;
    await this.page.waitForFunction(told, {}, text);
  }

  /** What the page says of how things stand: what happened, and what to do. */
  standing(): Promise<string> {
    return this.page.$eval("#standing", (element) => (element as HTMLElement).innerText.replaceAll(/\s+/g, " "));
  }

  async waitForStanding(start: string): Promise<void> {
    await this.page.waitForFunction(
      (start) => document.querySelector("#standing")?.textContent?.trim().startsWith(start) === true,
      {},
      start,
    );
  }

  text(): Promise<string> {
    return this.page.$eval("main", (element) => element.innerText);
  }

  /** On how many lines the links, the search and the buttons of the header stand. */
  headerLines(): Promise<number> {
    return this.page.$$eval(
      "header.top :is(nav a, input, .inner button)",
      (all) => new Set(all.map((one) => one.getBoundingClientRect().top)).size,
    );
  }

  /** What has no room: elements that reach past the page's right edge, and rows whose beginning lies over the rest. */
  tooWide(): Promise<string[]> {
    return this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const covered = [...document.querySelectorAll(".row")].filter((row) => {
        const [one, ...others] = [...row.children].map((part) => part.getBoundingClientRect());
        const end = (one?.left ?? 0) + (row.children[0]?.scrollWidth ?? 0);
        return others.some(
          ({ left, top, bottom }) => one !== undefined && top < one.bottom && bottom > one.top && left < end,
        );
      });
      if (covered.length > 0) return covered.map((row) => `covered: ${(row as HTMLElement).innerText}`);
      if (scrollWidth <= clientWidth) return [];
      const all = [...document.querySelectorAll("main *, header *")];
      const wide = all.filter((element) => element.getBoundingClientRect().right > clientWidth);
      return [`${scrollWidth} px`, ...wide.map(({ outerHTML }) => outerHTML.slice(0, 120))];
    });
  }

  /** Fails where the page breaks a rule of accessibility that can be told by a machine. */
  async assertAccessible(what: string): Promise<void> {
    assert.deepEqual(await findViolations(this.page), [], what);
  }
}
