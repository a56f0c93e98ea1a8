/** What a page sells without a server of the shop's: by SKU, at the catalogue's price, or by a cart that was signed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Frame, Page } from "puppeteer-core";
import { SESSION_PARAMETER } from "../../shared/paths.ts";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

/** The set's price and its shipping, in minor units. */
const SET = 3700;

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

describe("a page that sells without a back end", () => {
  test("sells by SKU at the catalogue's price, in a frame, and says on the spot that it is paid", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/products/mug", { gateway: "card" });
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesInElement("Payment received");
    const { id, items } = await stage.latestSession();
    assert.deepEqual(
      items.map(({ name, quantity, unitAmount }) => [name, quantity, unitAmount]),
      [["Speckled mug", 1, 1800]],
    );
    assert.deepEqual((await stage.stored(id)).payments, [`card completed ${MUG}`]);
    assert.deepEqual(customer.troubles, []);
  });

  test("takes up its own order when the customer comes back by redirect, and offers another once that is paid", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/products/mug", { gateway: "bank", presentation: "redirect" });
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesInElement("Payment received");
    const url = new URL(customer.page.url());
    assert.equal(url.pathname, "/products/mug");
    assert.equal(url.searchParams.get(SESSION_PARAMETER), (await stage.latestSession()).id);
    await customer.page.goto(`${stage.demo.urls.shop}/products/mug`);
    await customer.seesInElement("Buy one now");
  });

  test("says that a cart is paid to a customer who comes back by redirect, though the page has signed it anew", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/sets/evening", { gateway: "bank", presentation: "redirect" });
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesInElement("Payment received");
  });

  test("sells what the shop has signed, in a window of its own", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/sets/evening", { gateway: "card", presentation: "popup" });
    const popup = await customer.pressPayForWindow();
    await customer.seesInElement("Pay in the window that has opened");
    await popup.click("button[value=pay]");
    await customer.seesInElement("Payment received");
    assert.ok(popup.isClosed());
    const { id, items } = await stage.latestSession();
    assert.deepEqual(
      items.map(({ name, unitAmount }) => [name, unitAmount]),
      [["Evening set", 3200]],
    );
    assert.deepEqual((await stage.stored(id)).payments, [`card completed ${SET}`]);
    assert.deepEqual(customer.troubles, []);
  });

  test("says that the window was closed, and sells in another", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/sets/evening", { gateway: "card", presentation: "popup" });
    const first = await customer.pressPayForWindow();
    await first.close();
    await customer.seesInElement("The payment window was closed");
    const second = await customer.pressPayForWindow();
    await second.click("button[value=pay]");
    await customer.seesInElement("Payment received");
    const { attempts } = await stage.stored((await stage.latestSession()).id);
    assert.deepEqual(attempts, ["card superseded", "card settled"]);
  });

  for (const [way, path, heading] of [
    ["by SKU", "/products/mug", "Speckled mug"],
    ["by a signed cart", "/sets/evening", "Evening set"],
  ] as const) {
    test(`sells ${way} where no script runs, by a link to the server's own pages`, async () => {
      await using customer = await Customer.visit(stage, { hasJavaScript: false });
      const { page } = customer;
      await page.goto(stage.demo.urls.shop + path);
      await page.waitForSelector("offsite-checkout a", { visible: true });
      await customer.follow("offsite-checkout a");
      assert.match(await page.$eval("main", (main) => main.textContent ?? ""), new RegExp(heading));
      await customer.follow("form button");
      await page.click("input[name=gateway][value=card]");
      await customer.follow("form button");
      await customer.follow("form button");
      await customer.follow("button[value=pay]");
      assert.ok(page.url().startsWith(stage.demo.urls.shop), page.url());
      assert.equal((await stage.stored((await stage.latestSession()).id)).status, "complete");
    });
  }
});

describe("a customer with a keyboard alone", () => {
  for (const overlay of [false, true]) {
    test(`orders, pays ${overlay ? "in the dialog" : "in the page"}, and is told so where the focus is`, async () => {
      await using customer = await Customer.visit(stage);
      const { page } = customer;
      await customer.goToOffer("/products/mug", { gateway: "card", ...(overlay && { overlay: "" }) });
      await tabTo(page, "Buy one now");
      await page.keyboard.press("Enter");
      const frame = await customer.atProvider();
      // The focus is in the frame already.
      await tabTo(page, "Pay $23.00", frame);
      await page.keyboard.press("Enter");
      await customer.seesInElement("Payment received");
      assert.equal(await focused(page), "Payment received");
    });
  }

  test("calls off by Escape in the dialog, and is back at the button", async () => {
    await using customer = await Customer.visit(stage);
    const { page } = customer;
    await customer.goToOffer("/products/mug", { gateway: "card", overlay: "" });
    await tabTo(page, "Buy one now");
    await page.keyboard.press("Enter");
    await customer.atProvider();
    await page.keyboard.press("Tab");
    for (let round = 0; round < 30 && !(await focused(page)).includes("Cancel payment"); round += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await customer.seesInElement("Payment called off");
    assert.match(await focused(page), /Buy one now/);
  });
});

/** The text of what has the focus, through shadow roots. */
function focused(page: Page | Frame): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.textContent?.trim() ?? "";
  });
}

/** Presses Tab until what says so has the focus, in the page or in a frame of it. */
async function tabTo(page: Page, text: string, within: Page | Frame = page): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if ((await focused(within)) === text) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no Tab leads to ${text}`);
}

describe("two tabs with one order", () => {
  test("the one that begins later has the only live attempt, and both say that it is paid", async () => {
    await using customer = await Customer.visit(stage);
    const sessionId = await customer.chooseWay({ presentation: "iframe", gateway: "card" });
    const first = customer.page;
    await customer.pressPay();
    const second = await first.browserContext().newPage();
    await second.goto(first.url());
    const button = await second.waitForSelector("offsite-checkout >>> [part=button][aria-disabled=false]");
    await button?.click();
    const frame = await second.waitForFrame((frame) => frame.url().startsWith(stage.demo.urls.provider));
    await first.bringToFront();
    await customer.seesInElement("Payment called off");
    await second.bringToFront();
    await (await frame.waitForSelector("button[value=pay]"))?.click();
    await second.waitForFunction(() => document.querySelector("main h1")?.textContent?.trim() === "Thank you");
    await first.bringToFront();
    await customer.seesHeading("Thank you");
    assert.deepEqual(await stage.stored(sessionId), {
      status: "complete",
      attempts: ["card superseded", "card settled"],
      payments: [`card completed ${MUG}`],
    });
  });
});
