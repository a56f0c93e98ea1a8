import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Page } from "puppeteer-core";
import { startExternalEndpoint } from "../support/external-endpoint.ts";
import { startTestServer } from "../support/server.ts";
import { UNIVERSAL } from "../support/universal.ts";
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

/** Serves on an origin of its own, until the test is over. */
async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a provider may send the customer on to another origin, such as a bank's", async (t) => {
  const bank = await serve(t, (_request, response) => void response.end("<h1>The bank</h1>"));
  const provider = await serve(t, (_request, response) => void response.writeHead(303, { Location: bank }).end());
  const endpoint = await startExternalEndpoint();
  const form = { ...UNIVERSAL, forwardUrl: `${provider}/pay` };
  const address = { ...endpoint.config, frameUrl: `${provider}/page` };
  const server = await startTestServer({ gateways: { form, address } });
  t.after(async () => {
    await server.close();
    await endpoint.close();
  });
  await using customer = await Customer.visit(stage);
  for (const gateway of ["form", "address"]) {
    const { url } = await server.createSession({ gateway });
    await customer.page.goto(url);
    await customer.page.click("form button");
    await customer.page.waitForFunction((origin) => location.origin === origin, {}, bank).catch(() => undefined);
    assert.equal(await heading(customer.page), "The bank", gateway);
  }
  assert.deepEqual(customer.troubles, []);
});

describe("with JavaScript that is not there yet, by the link inside the element", { concurrency: 2 }, () => {
  for (const [what, path] of [
    ["the element's script is on its way", "/offsite-checkout.js"],
    ["the session is on its way", "/v1/checkout-sessions/"],
  ] as const) {
    test(`a customer pays while ${what}`, async () => {
      await using customer = await Customer.visit(stage);
      const sessionId = await customer.goToCheckout();
      const page = await openWithout(stage.demo.urls.server + path, customer.page);
      assert.equal(await page.$("offsite-checkout >>> [part=button]"), null);
      await page.click("offsite-checkout a");
      await (await page.waitForSelector("input[name=gateway][value=card]"))?.click();
      await page.click("form button");
      await (await page.waitForSelector("button[value=pay]"))?.click();
      await page.waitForFunction(() => document.querySelector("main h1")?.textContent?.trim() === "Thank you");
      assert.deepEqual(await stage.stored(sessionId), {
        status: "complete",
        attempts: ["card settled"],
        payments: [`card completed ${MUG}`],
      });
    });
  }
});

/**
 * Opens a page in another tab that never gets what is at an address and below; resolves once it has asked for that, and
 * the link is there. In the same tab the script would be in memory.
 */
async function openWithout(address: string, page: Page): Promise<Page> {
  const tab = await page.browserContext().newPage();
  await tab.setRequestInterception(true);
  const asked = tab.waitForRequest((request) => request.url().startsWith(address));
  tab.on("request", (request) => {
    if (!request.url().startsWith(address)) void request.continue();
  });
  await tab.evaluate((url) => {
    window.location.href = url;
  }, page.url());
  await asked;
  await tab.waitForSelector("offsite-checkout a", { visible: true });
  return tab;
}
