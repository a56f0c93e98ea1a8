import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "puppeteer-core";
import { leftOut } from "../support/depth.ts";
import { findFirefox } from "../support/browser.ts";
import { Customer, type Way } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

const executablePath = findFirefox();
const skip = executablePath === undefined && "there is no Firefox";

const WAYS: readonly Way[] = [
  { presentation: "redirect", gateway: "card" },
  { presentation: "iframe", gateway: "card" },
];

describe("in Firefox", { skip }, () => {
  let stage: Stage;
  before(async () => {
    const extraPrefsFirefox = { "fission.autostart": false };
    stage = await Stage.open(() =>
      launch({ browser: "firefox", executablePath: executablePath ?? "", extraPrefsFirefox }),
    );
  });
  after(() => stage.close());

  for (const way of WAYS) {
    test(`a customer pays by ${way.presentation}`, async () => {
      await using customer = await Customer.visit(stage);
      const { sessionId } = await customer.pay(way, "pay");
      await customer.seesHeading("Thank you");
      assert.deepEqual(await stage.storedOnce(sessionId, "complete"), {
        status: "complete",
        attempts: ["card settled"],
        payments: [`card completed ${MUG}`],
      });
    });

    for (const [choice, state, words] of [
      ["decline", "declined", "Payment declined"],
      ["cancel", "cancelled", "Payment called off"],
    ] as const) {
      test(`nothing is paid by ${way.presentation} where the attempt is ${state}`, { skip: leftOut }, async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId } = await customer.pay(way, choice);
        await customer.seesInElement(words);
        const { status, attempts, payments } = await stage.stored(sessionId);
        assert.deepEqual([status, payments], ["open", []]);
        assert.match(attempts.join(), new RegExp(`^card ${state}`));
      });
    }
  }

  test("a customer pays in a window for what is ordered by SKU", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToOffer("/products/mug", { gateway: "card", presentation: "popup" });
    const popup = await customer.pressPayForWindow();
    await popup.click("button[value=pay]");
    await customer.seesInElement("Payment received");
    assert.equal((await stage.latestSession()).status, "complete");
  });

  test("two tabs with one order have one live attempt, and both say that it is paid", async () => {
    await using customer = await Customer.visit(stage);
    const sessionId = await customer.chooseWay({ presentation: "iframe", gateway: "card" });
    await customer.pressPay();
    const other = await customer.openTab(customer.page.url());
    const frame = await other.pressPay();
    await customer.page.bringToFront();
    await customer.seesInElement("Payment called off");
    await other.page.bringToFront();
    await other.choose(frame, "pay");
    await other.seesHeading("Thank you");
    await customer.page.bringToFront();
    await customer.seesHeading("Thank you");
    assert.deepEqual((await stage.stored(sessionId)).attempts, ["card superseded", "card settled"]);
  });
});
