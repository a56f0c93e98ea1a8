/** A person with a Commerce Layer organization, who tries the server's endpoint by hand in the demonstration. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Customer } from "./customer.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

describe("a person with a Commerce Layer organization", { concurrency: 2 }, () => {
  for (const hasJavaScript of [true, false]) {
    test(`places an order and captures it later, ${hasJavaScript ? "with" : "without"} JavaScript`, async () => {
      await using customer = await Customer.visit(stage, { hasJavaScript, width: 360 });
      const { page } = customer;
      await page.goto(`${stage.demo.urls.shop}/commerce-layer`);
      await customer.follow("form button.primary");
      await page.click("input[value=wallet]");
      await customer.follow("form button.primary");
      await customer.follow("button[value=pay]");
      await customer.follow("button[value=authorize]");
      await page.select("select[name=manner]", "later");
      await customer.follow("button[value=capture]");
      const read = () => page.$eval(".transactions", (list) => list.textContent.replaceAll(/\s+/g, " ").trim());
      for (let tries = 0; (await read()).includes("pending"); tries += 1) {
        assert.ok(tries < 100, "no webhook came");
        await new Promise((resolve) => setTimeout(resolve, 50));
        await page.reload();
      }
      assert.equal(await read(), "authorize $43.00 done capture $43.00 done Approved by the bank.");
      const passed = await page.$$eval(".passed .name", (names) => names.map((name) => name.textContent));
      assert.deepEqual(passed, ["webhook", "capture", "authorize"]);
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      assert.equal(isWide, false, "nothing is cut off on a phone");
      assert.deepEqual(customer.troubles, []);
    });
  }
});
