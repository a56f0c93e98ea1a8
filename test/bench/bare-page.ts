import { setTimeout as wait } from "node:timers/promises";
import { CDPSessionEvent, type Browser, type BrowserContext, type CDPSession } from "puppeteer-core";

const LIMIT_MS = 30_000;
const LOOK_MS = 20;
/** As long as a finger stays on a button: less than most do. */
const PRESS_MS = 60;

/**
 * A page in a profile of its own, in a browser that was launched to show puppeteer none of its pages. Puppeteer puts a
 * world of its own into every document, down to the empty one that a frame begins with, which a page four times slower
 * waits for as long as for all the rest of that frame; customers' browsers do not. Here is only what takes a time or
 * presses a button.
 */
export class BarePage {
  readonly #context: BrowserContext;
  readonly #session: CDPSession;
  #frame = Promise.withResolvers<CDPSession>();

  private constructor(context: BrowserContext, session: CDPSession) {
    this.#context = context;
    this.#session = session;
  }

  /** @param slowdown - of the page's processor, and of every frame's that has a process of its own */
  static async open(browser: Browser, slowdown: number): Promise<BarePage> {
    const context = await browser.createBrowserContext();
    const root = await browser.target().createCDPSession();
    const { targetId } = await root.send("Target.createTarget", {
      url: "about:blank",
      ...(context.id !== undefined && { browserContextId: context.id }),
    });
    const { sessionId } = await root.send("Target.attachToTarget", { targetId, flatten: true });
    const session = root.connection()?.session(sessionId);
    if (!session) throw new Error("expected a session with the new page");
    const page = new BarePage(context, session);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    session.on(CDPSessionEvent.SessionAttached, (frame) => {
      // One after the other, without waiting: before anything runs in the frame, its process has heard both.
      void frame.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
      void frame.send("Runtime.runIfWaitingForDebugger");
      page.#frame.resolve(frame);
    });
    await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }

  /** @throws Error where there is no such page */
  async goTo(url: string): Promise<void> {
    this.#frame = Promise.withResolvers();
    const { errorText } = await this.#session.send("Page.navigate", { url });
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
  }

  /** Gives what an expression comes to in the page, or what the promise does that it is. */
  evaluate<Value>(expression: string): Promise<Value> {
    return evaluate<Value>(this.#session, expression);
  }

  /** Presses the middle of what an expression finds in the page, as long as a finger does. */
  async press(expression: string): Promise<void> {
    const place = await this.evaluate<{ x: number; y: number }>(
      `(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))((${expression}).getBoundingClientRect())`,
    );
    const input = { ...place, button: "left", clickCount: 1 } as const;
    await this.#session.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...place });
    const down = this.#session.send("Input.dispatchMouseEvent", { type: "mousePressed", ...input });
    await wait(PRESS_MS);
    // Not when the page has answered to the first: it is up when it is up.
    await Promise.all([down, this.#session.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...input })]);
  }

  /** Waits until the page has a global number of this name. @throws Error after half a minute */
  readTime(name: string): Promise<number> {
    return readTime(this.#session, name);
  }

  /** The same of the page's frame, which must have a process of its own. @throws Error after half a minute */
  async readFrameTime(name: string): Promise<number> {
    const frame = await Promise.race([this.#frame.promise, wait(LIMIT_MS, undefined, { ref: false })]);
    if (!frame) throw new Error("expected a frame with a process of its own");
    return readTime(frame, name);
  }
}

async function evaluate<Value>(session: CDPSession, expression: string): Promise<Value> {
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? "threw"}`);
  return result.value as Value;
}

async function readTime(session: CDPSession, name: string): Promise<number> {
  for (const start = performance.now(); performance.now() - start < LIMIT_MS; await wait(LOOK_MS)) {
    const time = await evaluate<unknown>(session, `globalThis.${name}`);
    if (typeof time === "number") return time;
  }
  throw new Error(`expected ${name} within ${LIMIT_MS} ms`);
}
