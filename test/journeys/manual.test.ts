import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

/** Chooses the bank transfer and follows the instructions' link back to the shop. */
async function transfer(customer: Customer): Promise<{ sessionId: string; paymentId: string }> {
  const sessionId = await customer.chooseWay({ presentation: "iframe", gateway: "transfer" });
  const button = await customer.page.waitForSelector("offsite-checkout >>> [part=button]");
  await Promise.all([customer.page.waitForNavigation(), button?.click()]);
  await customer.seesHeading("How to pay");
  await customer.follow("a.button.primary");
  await customer.seesHeading("Thank you");
  await customer.seesInElement("Your payment is on its way");
  const { payment } = await stage.readSession(sessionId);
  return { sessionId, paymentId: payment?.id ?? "" };
}

describe("a bank transfer", { concurrency: 2 }, () => {
  test("is pending until the merchant has received it", async () => {
    await using customer = await Customer.visit(stage);
    const { sessionId, paymentId } = await transfer(customer);
    assert.deepEqual(await stage.stored(sessionId), {
      status: "pending",
      attempts: ["transfer settled"],
      payments: [`transfer pending ${MUG}`],
    });
    assert.equal((await stage.post(`/v1/payments/${paymentId}/receive`)).status, 200);
    await customer.page.reload();
    await customer.seesInElement("Payment received");
    assert.deepEqual(await stage.stored(sessionId), {
      status: "complete",
      attempts: ["transfer settled"],
      payments: [`transfer completed ${MUG}`],
    });
  });

  test("that the merchant gives up leaves the order to be paid in another way", async () => {
    await using customer = await Customer.visit(stage);
    const { sessionId, paymentId } = await transfer(customer);
    assert.equal((await stage.post(`/v1/payments/${paymentId}/void`)).status, 200);
    await customer.page.goto(`${stage.demo.urls.shop}/orders`);
    await customer.follow(".orders a");
    await customer.page.goto(`${customer.page.url()}?gateway=card&presentation=iframe`);
    await customer.choose(await customer.pressPay(), "pay");
    await customer.seesHeading("Thank you");
    assert.deepEqual(await stage.stored(sessionId), {
      status: "complete",
      attempts: ["transfer settled", "card settled"],
      payments: [`transfer voided ${MUG}`, `card completed ${MUG}`],
    });
  });
});
