import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

/** From the shop to the session's plain page, in a browser that runs no script at all. */
async function goToPlainPage(customer: Customer): Promise<string> {
  const sessionId = await customer.goToCheckout();
  await followPlainLink(customer);
  return sessionId;
}

/** The link in the element's place is held back for a moment, so that it does not flash where scripts run. */
async function followPlainLink(customer: Customer): Promise<void> {
  await customer.page.waitForSelector("offsite-checkout a", { visible: true });
  await customer.follow("offsite-checkout a");
}

async function chooseGateway(customer: Customer, gateway: string): Promise<void> {
  await customer.page.click(`input[name=gateway][value="${gateway}"]`);
  await customer.follow("form button");
}

async function heading(page: Page): Promise<string> {
  return page.$eval("h1", (element) => element.textContent?.trim() ?? "");
}

describe("without JavaScript, on the session's plain page", { concurrency: 3 }, () => {
  test("a customer pays by card", async () => {
    await using customer = await Customer.visit(stage, { hasJavaScript: false });
    const sessionId = await goToPlainPage(customer);
    await chooseGateway(customer, "card");
    // The form that would submit itself waits for its button.
    await customer.follow("form button");
    await customer.follow("button[value=pay]");
    assert.equal(await heading(customer.page), "Thank you");
    assert.ok(customer.page.url().startsWith(stage.demo.urls.shop));
    assert.deepEqual(await stage.stored(sessionId), {
      status: "complete",
      attempts: ["card settled"],
      payments: [`card completed ${MUG}`],
    });
  });

  test("a customer is declined at the bank, cancels the card and then pays", async () => {
    await using customer = await Customer.visit(stage, { hasJavaScript: false });
    const sessionId = await goToPlainPage(customer);
    const plainPage = customer.page.url();
    await chooseGateway(customer, "bank");
    await customer.follow("button[value=decline]");
    assert.equal(await heading(customer.page), "Not paid yet");
    await customer.page.goto(plainPage);
    assert.match(await customer.page.$eval("[role=status]", (notice) => notice.textContent ?? ""), /declined/);
    await chooseGateway(customer, "card");
    await customer.follow("form button");
    await customer.follow("button[value=cancel]");
    assert.equal(await heading(customer.page), "Checkout");
    await followPlainLink(customer);
    await chooseGateway(customer, "bank");
    await customer.follow("button[value=pay]");
    assert.equal(await heading(customer.page), "Thank you");
    assert.deepEqual(await stage.stored(sessionId), {
      status: "complete",
      attempts: ["bank declined gateway_declined", "card cancelled", "bank settled"],
      payments: [`bank completed ${MUG}`],
    });
  });

  test("a customer is told how to transfer the money", async () => {
    await using customer = await Customer.visit(stage, { hasJavaScript: false });
    const sessionId = await goToPlainPage(customer);
    await chooseGateway(customer, "transfer");
    assert.equal(await heading(customer.page), "How to pay");
    assert.match(await customer.page.$eval("main", (main) => main.textContent ?? ""), /\$23\.00/);
    assert.deepEqual(await stage.stored(sessionId), {
      status: "pending",
      attempts: ["transfer settled"],
      payments: [`transfer pending ${MUG}`],
    });
  });
});
