import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, type Browser } from "puppeteer-core";
import { findBrowser } from "../support/browser.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

describe("the API's page", () => {
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    server = await startTestServer();
    browser = await launch(await findBrowser());
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  it("shows every operation and webhook on a phone and a desk, light and dark, with nothing from elsewhere and no broken rule", async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    const hosts = new Set<string>();
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== "data:") hosts.add(host);
    });
    await page.goto(`${server.url}/api`);
    await page.waitForSelector(".opblock");
    const { body } = await server.call<{ paths: Record<string, object>; webhooks: object }>("/openapi.json");
    const operations = Object.values(body.paths).flatMap((each) => Object.keys(each));
    assert.equal((await page.$$(".opblock")).length, operations.length + Object.keys(body.webhooks).length);
    await page.click("#operations-Payments-refundPayment .opblock-summary-control");
    await page.waitForSelector("#operations-Payments-refundPayment .responses-table");
    await page.click("#operations-webhooks-onPaymentCompleted .opblock-summary-control");
    await page.waitForSelector("#operations-webhooks-onPaymentCompleted [data-param-name=webhook-signature]");
    const colours = new Set<string>();
    for (const width of [360, 1280]) {
      for (const value of ["light", "dark"]) {
        await page.setViewport({ width, height: 800 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
        const { scrollWidth, colour } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
          colour: getComputedStyle(document.body).backgroundColor,
        }));
        colours.add(colour);
        const folder = process.env["SCREENSHOTS"];
        if (folder !== undefined)
          await page.screenshot({ path: `${folder}/api-${width}-${value}.png`, fullPage: true });
        assert.ok(scrollWidth <= width, `${scrollWidth} px of ${width}`);
      }
    }
    assert.equal(colours.size, 2);
    assert.deepEqual(faults, []);
    assert.deepEqual([...hosts], [new URL(server.url).host]);
  });
});
