import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { choose, leftOut } from "../support/depth.ts";
import { Customer, type Way } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

const WAYS: readonly Way[] = [
  { presentation: "redirect", gateway: "card" },
  { presentation: "iframe", gateway: "card" },
  { presentation: "redirect", gateway: "bank" },
  { presentation: "iframe", gateway: "bank" },
];

const DECLINED = choose("ways to be declined", WAYS, isTo("redirect", "card"));
const CANCELLED = choose("ways to cancel", WAYS, isTo("iframe", "bank"));

function isTo(presentation: Way["presentation"], gateway: Way["gateway"]): (way: Way) => boolean {
  return (way) => way.presentation === presentation && way.gateway === gateway;
}

describe("a customer at the provider's page", { concurrency: 2 }, () => {
  const ways = choose("ways to pay", WAYS, (way) => (way.presentation === "redirect") === (way.gateway === "card"));
  for (const way of ways) {
    const { presentation, gateway } = way;
    describe(`by ${presentation} at the gateway ${gateway}`, { concurrency: 3 }, () => {
      test("a customer pays", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "pay");
        await customer.seesHeading("Thank you");
        await customer.seesInElement("Payment received");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: [`${gateway} settled`],
          payments: [`${gateway} completed ${MUG}`],
        });
        assert.deepEqual(await stage.callbackAnswers(paymentId, 1), [200]);
        assert.equal(await customer.page.$(".count"), null, "the cart is empty");
        assert.deepEqual(customer.troubles, []);
      });

      test(
        "a declined customer is told, tries again and pays once",
        { skip: !DECLINED.includes(way) && leftOut },
        async () => {
          await using customer = await Customer.visit(stage);
          const { sessionId } = await customer.pay(way, "decline");
          await customer.seesInElement("Payment declined");
          assert.deepEqual(await stage.stored(sessionId), {
            status: "open",
            attempts: [`${gateway} declined gateway_declined`],
            payments: [],
          });
          await customer.choose(await customer.pressPay(), "pay");
          await customer.seesHeading("Thank you");
          assert.deepEqual(await stage.stored(sessionId), {
            status: "complete",
            attempts: [`${gateway} declined gateway_declined`, `${gateway} settled`],
            payments: [`${gateway} completed ${MUG}`],
          });
        },
      );

      test(
        "a customer who cancels comes back to the checkout and takes it up again",
        { skip: !CANCELLED.includes(way) && leftOut },
        async () => {
          await using customer = await Customer.visit(stage);
          const { sessionId } = await customer.pay(way, "cancel");
          await customer.seesInElement("Payment called off");
          assert.deepEqual(await stage.stored(sessionId), {
            status: "open",
            attempts: [`${gateway} cancelled`],
            payments: [],
          });
          await customer.choose(await customer.pressPay(), "pay");
          await customer.seesHeading("Thank you");
          assert.deepEqual(await stage.stored(sessionId), {
            status: "complete",
            attempts: [`${gateway} cancelled`, `${gateway} settled`],
            payments: [`${gateway} completed ${MUG}`],
          });
        },
      );

      test("a customer who closes the tab has paid all the same", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "close-tab");
        assert.deepEqual(await stage.callbackAnswers(paymentId, 1), [200]);
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: [`${gateway} settled`],
          payments: [`${gateway} completed ${MUG}`],
        });
        // In another tab: the one that was closed may yet be on its way to the provider's last page.
        const { page } = await customer.openTab(`${stage.demo.urls.shop}/orders`);
        assert.equal(await page.$eval(".badge", (badge) => badge.textContent), "Paid");
        assert.equal(await page.$(".count"), null, "the cart is empty");
      });
    });
  }

  const byCard = WAYS.filter(({ gateway }) => gateway === "card");
  for (const way of choose("ways of a pending payment", byCard, ({ presentation }) => presentation === "iframe")) {
    describe(`a pending payment by ${way.presentation}`, { concurrency: 2 }, () => {
      test("is paid when the provider says so later", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "pending-then-paid");
        await customer.seesHeading("Thank you");
        assert.deepEqual(await stage.callbackAnswers(paymentId, 2), [200, 200]);
        await customer.seesInElement("Payment received");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: ["card settled"],
          payments: [`card completed ${MUG}`],
        });
      });

      test("leaves the order open when the provider says that it failed, and another is paid", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "pending-then-failed");
        await customer.seesHeading("Thank you");
        assert.deepEqual(await stage.callbackAnswers(paymentId, 2), [200, 200]);
        await customer.seesInElement("Payment declined");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "open",
          attempts: ["card declined gateway_declined"],
          payments: [`card failed ${MUG}`],
        });
        await customer.choose(await customer.pressPay(), "pay");
        await customer.seesInElement("Payment received");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: ["card declined gateway_declined", "card settled"],
          payments: [`card failed ${MUG}`, `card completed ${MUG}`],
        });
      });
    });
  }
});
