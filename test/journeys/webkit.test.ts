import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WebKit, webKitFault } from "../support/web-driver.ts";
import { Stage } from "./stage.ts";

const fault = webKitFault();
const skip = fault !== undefined && `left out: ${fault}`;
const LIMIT_MS = 20_000;

/** In the page: the element's shadow root, or null. */
const ROOT = "const root = document.querySelector('offsite-checkout')?.shadowRoot ?? null;";

describe("in WebKit", { skip }, () => {
  let stage: Stage;
  let webKit: WebKit;
  before(async () => {
    stage = await Stage.open();
    webKit = await WebKit.launch();
  });
  after(async () => {
    await webKit?.close();
    await stage?.close();
  });

  /** Asks the page, or the frame that was switched to, until it says something. */
  async function until<Value>(script: string, ...args: unknown[]): Promise<NonNullable<Value>> {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const value = await webKit.evaluate<Value | null>(script, ...args).catch(() => null);
      if (value !== null && value !== undefined) return value;
      assert.ok(performance.now() < end, `waited for: ${script}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Goes to the mug's page, and presses the element's button there. */
  async function order(presentation: string): Promise<void> {
    await webKit.goto(`${stage.demo.urls.shop}/products/mug`);
    await until(`const element = document.querySelector("offsite-checkout");
      element.setAttribute("presentation", "${presentation}");
      element.setAttribute("gateway", "card");
      return true;`);
    await webKit.click(await until(`${ROOT} return root.querySelector("[part=button][aria-disabled=false]");`));
  }

  /** Presses a choice on the provider's page, wherever that is. */
  async function choose(choice: string): Promise<void> {
    const button = `button[value="${choice}"]`;
    await webKit.click(
      await until(`return document.readyState === "complete" ? document.querySelector('${button}') : null;`),
    );
  }

  async function sees(text: string): Promise<void> {
    await until(`${ROOT} return root.textContent.includes(arguments[0]) || null;`, text);
  }

  /** Gives the handle of the window that has opened beside one. */
  async function otherWindow(handle: string): Promise<string> {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const handles = await webKit.command<string[]>("GET", "/window/handles");
      const other = handles.find((one) => one !== handle);
      if (other !== undefined) return other;
      assert.ok(performance.now() < end, "waited for a window");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function enterFrame(): Promise<void> {
    const frame = await until(`${ROOT} return root.querySelector("iframe");`);
    await webKit.command("POST", "/frame", { id: frame });
  }

  test("a customer pays by redirect, and is told so on the page that was left", async () => {
    await order("redirect");
    await choose("pay");
    await sees("Payment received");
    assert.equal(new URL(await webKit.url()).pathname, "/products/mug");
  });

  test("a customer pays in the frame, without third-party cookies", async () => {
    await order("iframe");
    await enterFrame();
    await choose("pay");
    await webKit.command("POST", "/frame", { id: null });
    await sees("Payment received");
  });

  test("a customer who is declined in the frame is told so, and pays then", async () => {
    await order("iframe");
    await enterFrame();
    await choose("decline");
    await webKit.command("POST", "/frame", { id: null });
    await sees("Payment declined");
    await webKit.click(await until(`${ROOT} return root.querySelector("[part=button][aria-disabled=false]");`));
    await enterFrame();
    await choose("pay");
    await webKit.command("POST", "/frame", { id: null });
    await sees("Payment received");
  });

  test("a customer pays in a window", async () => {
    await order("popup");
    const shop = await webKit.command<string>("GET", "/window");
    const popup = await otherWindow(shop);
    await webKit.command("POST", "/window", { handle: popup });
    await choose("pay");
    await webKit.command("POST", "/window", { handle: shop });
    await sees("Payment received");
  });
});
