import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Customer, type Way } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

const BY_REDIRECT: Way = { presentation: "redirect", gateway: "card" };

describe("the shop", { concurrency: 3 }, () => {
  test("a customer who chooses nothing in advance picks a gateway in the element and pays", async () => {
    await using customer = await Customer.visit(stage);
    const sessionId = await customer.goToCheckout();
    const bank = await customer.page.waitForSelector(
      "offsite-checkout >>> input[type=radio][name=gateway]:not(:checked)",
    );
    await bank?.click();
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesHeading("Thank you");
    assert.deepEqual((await stage.stored(sessionId)).payments, [`bank completed ${MUG}`]);
  });

  test("Back from the provider's page leaves the checkout usable, and the second trip pays once", async () => {
    await using customer = await Customer.visit(stage);
    const sessionId = await customer.chooseWay(BY_REDIRECT);
    await customer.pressPay();
    await customer.page.goBack();
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesHeading("Thank you");
    const { status, payments } = await stage.stored(sessionId);
    assert.deepEqual({ status, payments }, { status: "complete", payments: [`card completed ${MUG}`] });
  });

  test("Back after paying and paying again pays once, and a paid order has no checkout", async () => {
    await using customer = await Customer.visit(stage);
    const { sessionId } = await customer.pay(BY_REDIRECT, "pay");
    await customer.seesHeading("Thank you");
    const thanks = new URL(customer.page.url());
    await customer.page.goBack();
    // Browsers with a back-forward cache bring the page back as it was left, with its buttons.
    if ((await customer.page.$("button[value=pay]")) !== null) await customer.follow("button[value=pay]");
    await customer.seesHeading("This payment is paid");
    await customer.follow("a.button.primary");
    await customer.seesHeading("Thank you");
    await customer.page.goto(thanks.href.replace(/thanks.*/, "checkout"));
    await customer.seesHeading("Thank you");
    assert.deepEqual((await stage.stored(sessionId)).payments, [`card completed ${MUG}`]);
  });

  test("what the address claims pays nothing: the shop asks the server", async () => {
    await using customer = await Customer.visit(stage);
    const sessionId = await customer.goToCheckout();
    const thanks = customer.page.url().replace(/checkout.*/, "thanks");
    await customer.page.goto(`${thanks}?checkout_session=${sessionId}&x_result=completed&status=Completed`);
    await customer.seesHeading("Not paid yet");
    assert.deepEqual(await stage.stored(sessionId), { status: "open", attempts: [], payments: [] });
  });

  test("a cart that changed makes a new order, and calls the old one off", async () => {
    await using customer = await Customer.visit(stage);
    const first = await customer.goToCheckout();
    await customer.page.goto(`${stage.demo.urls.shop}/cart`);
    await customer.follow("button[aria-label='One Speckled mug more']");
    await customer.follow("form[action='/checkout'] button");
    const second = await customer.page.$eval("offsite-checkout", (element) => element.getAttribute("session") ?? "");
    assert.notEqual(second, first);
    assert.equal((await stage.stored(first)).status, "cancelled");
    assert.equal((await stage.readSession(second)).amount, 2 * 1800 + 500);
  });

  test("an unchanged cart leads to the same order", async () => {
    await using customer = await Customer.visit(stage);
    const first = await customer.goToCheckout();
    await customer.page.goto(`${stage.demo.urls.shop}/cart`);
    await customer.follow("form[action='/checkout'] button");
    const second = await customer.page.$eval("offsite-checkout", (element) => element.getAttribute("session"));
    assert.equal(second, first);
  });

  test("another browser sees nothing of an order", async () => {
    await using customer = await Customer.visit(stage);
    await customer.goToCheckout();
    await using stranger = await Customer.visit(stage);
    const answer = await stranger.page.goto(customer.page.url());
    assert.equal(answer?.status(), 404);
  });
});
