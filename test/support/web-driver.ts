/**
 * WebKit by the W3C's WebDriver protocol (<https://www.w3.org/TR/webdriver2/>): `WebKitWebDriver` of Debian's
 * `webkit2gtk-driver` drives WebKitGTK's small browser, on a screen of its own by `xvfb-run`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import { freePort } from "../../demo/free-port.ts";

/** The key under which the protocol gives an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const START_LIMIT_MS = 20_000;
/** Longer than the protocol gives a page to load, which then says so itself. */
const COMMAND_LIMIT_MS = 60_000;

/** An element in a page, as the protocol names it. */
export type DriverElement = Record<typeof ELEMENT, string>;

/** What is missing for WebKit on this machine; undefined where nothing is. */
export function webKitFault(): string | undefined {
  const missing = ["WebKitWebDriver", "xvfb-run", "Xvfb"].find((name) => !isExecutable(`/usr/bin/${name}`));
  if (missing !== undefined) return `there is no /usr/bin/${missing}`;
  return findMiniBrowser() === undefined ? "there is no MiniBrowser of WebKitGTK" : undefined;
}

/** One WebKit with one session: its windows share cookies and storage. */
export class WebKit {
  readonly #driver: ChildProcess;
  readonly #base: string;
  #session = "";

  private constructor(driver: ChildProcess, port: number) {
    this.#driver = driver;
    this.#base = `http://127.0.0.1:${port}/session`;
  }

  /** Starts a driver and its browser. @throws Error where they do not start */
  static async launch(): Promise<WebKit> {
    const port = await freePort();
    const driver = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"], {
      stdio: "ignore",
      // A group of its own, which is ended whole: driver, browser and screen.
      detached: true,
    });
    const webKit = new WebKit(driver, port);
    try {
      await waitForDriver(port);
      await webKit.#openSession();
    } catch (error) {
      webKit.#kill();
      throw error;
    }
    return webKit;
  }

  /** Gives a command to the session; paths and bodies are the protocol's. @throws Error with the protocol's own words */
  async command<Value = unknown>(method: "GET" | "POST" | "DELETE", path: string, body: object = {}): Promise<Value> {
    return this.#call(method, `${this.#base}/${this.#session}${path}`, body);
  }

  async goto(url: string): Promise<void> {
    await this.command("POST", "/url", { url });
  }

  async url(): Promise<string> {
    return this.command<string>("GET", "/url");
  }

  /** Runs the body of a function in the page, or in the frame that was switched to; gives what it returns. */
  async evaluate<Value>(script: string, ...args: unknown[]): Promise<Value> {
    return this.command<Value>("POST", "/execute/sync", { script, args });
  }

  /** Clicks an element as a customer does, in the middle of what is seen of it. */
  async click(element: DriverElement): Promise<void> {
    await this.command("POST", `/element/${element[ELEMENT]}/click`);
  }

  /** What the window shows, as a PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from(await this.command<string>("GET", "/screenshot"), "base64");
  }

  async close(): Promise<void> {
    try {
      await this.command("DELETE", "");
    } finally {
      this.#kill();
    }
  }

  async #openSession(): Promise<void> {
    const { sessionId } = await this.#call<{ sessionId: string }>("POST", this.#base, {
      capabilities: {
        alwaysMatch: {
          browserName: "MiniBrowser",
          "webkitgtk:browserOptions": { binary: findMiniBrowser(), args: ["--automation"] },
        },
      },
    });
    this.#session = sessionId;
  }

  async #call<Value>(method: string, url: string, body: object): Promise<Value> {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(COMMAND_LIMIT_MS),
      ...(method === "POST" ? { body: JSON.stringify(body) } : {}),
    });
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}, ${value.message}`);
    return value;
  }

  #kill(): void {
    if (this.#driver.pid === undefined || this.#driver.exitCode !== null) return;
    process.kill(-this.#driver.pid, "SIGTERM");
  }
}

function findMiniBrowser(): string | undefined {
  return globSync("/usr/lib/*/webkit2gtk-4.*/MiniBrowser").find(isExecutable);
}

async function waitForDriver(port: number): Promise<void> {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw new Error("WebKitWebDriver did not start", { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
