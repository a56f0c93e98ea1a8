import type { BrowserContext, Frame, Page } from "puppeteer-core";
import type { Stage } from "./stage.ts";

/** How the customer meets the provider's page. */
export interface Way {
  presentation: "redirect" | "iframe" | "popup";
  gateway: "card" | "bank" | "wallet" | "transfer";
}

const LIMIT_MS = 20_000;

/** A customer with a browser of their own: no cookie and no storage is shared with another's. */
export class Customer {
  readonly page: Page;
  readonly #stage: Stage;
  readonly #context: BrowserContext;
  /** What the pages' content security policies refused, and what scripts threw. */
  readonly troubles: string[] = [];

  private constructor(stage: Stage, context: BrowserContext, page: Page) {
    this.#stage = stage;
    this.#context = context;
    this.page = page;
  }

  static async visit(stage: Stage, { hasJavaScript = true, width = 1280, scheme = "light" } = {}): Promise<Customer> {
    const context = await stage.browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    await page.setViewport({ width, height: 800 });
    // What a browser does by itself is left to it: only Chromium can be told otherwise.
    if (scheme !== "light") await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    if (!hasJavaScript) await page.setJavaScriptEnabled(false);
    const customer = new Customer(stage, context, page);
    page.on("console", (message) => {
      if (message.type() === "error") customer.troubles.push(message.text());
    });
    page.on("pageerror", (error) => customer.troubles.push(String(error)));
    return customer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }

  /** Puts a mug into the cart and goes to the checkout; gives the session that the shop's server made. */
  async goToCheckout(): Promise<string> {
    const { page } = this;
    await page.goto(`${this.#stage.demo.urls.shop}/products/mug`);
    await this.follow("form.add button");
    await this.follow("form[action='/checkout'] button");
    return page.$eval("offsite-checkout", (element) => element.getAttribute("session") ?? "");
  }

  /** Goes to the checkout, chooses the way to pay in the shop's demo options, and gives the session. */
  async chooseWay({ presentation, gateway }: Way): Promise<string> {
    const sessionId = await this.goToCheckout();
    const url = new URL(this.page.url());
    url.search = new URLSearchParams({ presentation, gateway }).toString();
    await this.page.goto(url.href);
    return sessionId;
  }

  /** Presses the element's button and gives the provider's page, wherever it opens. */
  async pressPay(): Promise<Frame> {
    const button = await this.page.waitForSelector("offsite-checkout >>> [part=button][aria-disabled=false]");
    await button?.click();
    return this.atProvider();
  }

  /** Presses the element's button, and gives the provider's page in the window that opens. */
  async pressPayForWindow(): Promise<Page> {
    const button = await this.page.waitForSelector("offsite-checkout >>> [part=button][aria-disabled=false]");
    const [popup] = await Promise.all([
      new Promise<Page | null>((resolve) => void this.page.once("popup", resolve)),
      button?.click(),
    ]);
    if (popup === null) throw new Error("no window has opened");
    popup.setDefaultTimeout(LIMIT_MS);
    await popup.waitForSelector("form.choices");
    return popup;
  }

  /** Waits for the provider's page. */
  async atProvider(): Promise<Frame> {
    const frame = await this.page.waitForFrame((frame) => frame.url().startsWith(this.#stage.demo.urls.provider));
    // Before its style sheet is there, the page's buttons are not where they will be when the press comes.
    await frame.waitForFunction(
      () => document.readyState === "complete" && document.querySelector("form.choices") !== null,
    );
    return frame;
  }

  /** Makes a choice on the provider's page by pressing its button; gives the provider's id of the payment. */
  async choose(frame: Frame, choice: string): Promise<string> {
    const paymentId = frame.url().split("/").at(-1) ?? "";
    const button = await frame.waitForSelector(`button[value="${choice}"]`);
    if (button === null) throw new Error(`there is no choice ${choice}`);
    const group = await frame.$(`details:not([open]):has(button[value="${choice}"]) > summary`);
    await group?.click();
    await button.click();
    return paymentId;
  }

  /** Goes the whole way to the provider and makes a choice there. */
  async pay(way: Way, choice: string): Promise<{ sessionId: string; paymentId: string }> {
    const sessionId = await this.chooseWay(way);
    const paymentId = await this.choose(await this.pressPay(), choice);
    return { sessionId, paymentId };
  }

  /** Presses what leads to another page, and waits for it. */
  async follow(selector: string): Promise<void> {
    await Promise.all([this.page.waitForNavigation(), this.page.click(selector)]);
  }

  /** Waits for the shop's own word on the order: the heading of the page that the customer ends on. */
  async seesHeading(text: string): Promise<void> {
    await this.page.waitForFunction(
      (text: string) => document.querySelector("main h1")?.textContent?.trim() === text,
      {},
      text,
    );
  }

  /** Waits for words that the element shows. */
  async seesInElement(text: string): Promise<void> {
    await this.page.waitForFunction(
      (text: string) => document.querySelector("offsite-checkout")?.shadowRoot?.textContent?.includes(text) === true,
      {},
      text,
    );
  }
}
