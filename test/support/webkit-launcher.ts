import { WebKit } from "./web-driver.ts";

/** Runs test files in WebKit, one after the other in one window: what `@web/test-runner` calls a browser launcher. */
export class WebKitLauncher {
  readonly name = "WebKit";
  readonly type = "webdriver";
  readonly concurrency = 1;
  #webKit: Promise<WebKit> | undefined;
  #active: string | undefined;

  async startSession(sessionId: string, url: string): Promise<void> {
    this.#webKit ??= WebKit.launch();
    const webKit = await this.#webKit;
    this.#active = sessionId;
    await webKit.goto(url);
  }

  isActive(sessionId: string): boolean {
    return this.#active === sessionId;
  }

  async getBrowserUrl(): Promise<string | undefined> {
    return (await this.#webKit)?.url();
  }

  async stopSession(): Promise<object> {
    this.#active = undefined;
    // Whatever the tests left running ends with their page.
    await (await this.#webKit)?.goto("about:blank");
    return {};
  }

  async stop(): Promise<void> {
    await (await this.#webKit)?.close();
  }

  async startDebugSession(): Promise<void> {
    throw new Error("tests are debugged in Chromium");
  }
}
