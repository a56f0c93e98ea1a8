import type { BrowserContext, Frame, Page } from "puppeteer-core";
import type { Stage } from "./stage.ts";
import { letGo, naming } from "./waiting.ts";

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

  /** Opens another tab of the same browser: it shares cookies and storage, and goes with this one. */
  async openTab(url: string): Promise<Customer> {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    await page.goto(url);
    return new Customer(this.#stage, this.#context, page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What stays open goes with the browser.
    await letGo(this.#context.close());
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
    const selector = "offsite-checkout >>> [part=button][aria-disabled=false]";
    const button = await naming("the element's button", this.page.waitForSelector(selector));
    await button?.click();
    return this.atProvider();
  }

  /** Presses the element's button, and gives the provider's page in the window that opens. */
  async pressPayForWindow(): Promise<Page> {
    const selector = "offsite-checkout >>> [part=button][aria-disabled=false]";
    const button = await naming("the element's button", this.page.waitForSelector(selector));
    const opening = new Promise<Page | null>((resolve) => void this.page.once("popup", resolve));
    const [popup] = await naming("a window to open", Promise.all([opening, button?.click()]));
    if (popup === null) throw new Error("no window has opened");
    popup.setDefaultTimeout(LIMIT_MS);
    await naming("the provider's page in the window", popup.waitForSelector("form.choices"));
    return popup;
  }

  /** Goes to a page that sells without a back end, whose element gets more attributes. */
  async goToOffer(path: string, attributes: Record<string, string>): Promise<void> {
    await this.page.goto(this.#stage.demo.urls.shop + path);
    await this.page.$eval(
      "offsite-checkout",
      (element, attributes) => {
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      },
      attributes,
    );
  }

  /** Waits for the provider's page. */
  async atProvider(): Promise<Frame> {
    const isProvider = (frame: Frame) => frame.url().startsWith(this.#stage.demo.urls.provider);
    const frame = await naming("the provider's page", this.page.waitForFrame(isProvider));
    // Before its style sheet is there, the page's buttons are not where they will be when the press comes.
    const isWhole = frame.waitForFunction(
      () => document.readyState === "complete" && document.querySelector("form.choices") !== null,
      { timeout: LIMIT_MS },
    );
    await naming("the provider's page to be whole", isWhole);
    return frame;
  }

  /** Makes a choice on the provider's page by pressing its button; gives the provider's id of the payment. */
  async choose(frame: Frame, choice: string): Promise<string> {
    const paymentId = frame.url().split("/").at(-1) ?? "";
    const selector = `button[value="${choice}"]`;
    const button = await naming(`the choice ${choice}`, frame.waitForSelector(selector, { timeout: LIMIT_MS }));
    if (button === null) throw new Error(`there is no choice ${choice}`);
    const group = await frame.$(`details:not([open]):has(${selector}) > summary`);
    if (group !== null) await naming(`the group of ${choice} to open`, group.click());
    await naming(`the press on ${choice}`, button.click());
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
    await naming(`where ${selector} leads`, Promise.all([this.page.waitForNavigation(), this.page.click(selector)]));
  }

  /** Waits for the shop's own word on the order: the heading of the page that the customer ends on. */
  async seesHeading(text: string): Promise<void> {
    const isSeen = this.page.waitForFunction(
      (text: string) => document.querySelector("main h1")?.textContent?.trim() === text,
      {},
      text,
    );
    await naming(`the heading "${text}" at ${this.page.url()}`, isSeen);
  }

  /** Waits for words that the element shows. */
  async seesInElement(text: string): Promise<void> {
    const isSeen = this.page.waitForFunction(
      (text: string) => document.querySelector("offsite-checkout")?.shadowRoot?.textContent?.includes(text) === true,
      {},
      text,
    );
    await naming(`"${text}" in the element`, isSeen);
  }
}
