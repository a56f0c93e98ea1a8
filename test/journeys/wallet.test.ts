/** Commerce Layer's external gateway protocol, in the demonstration: the customer leaves a token, the server asks. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { choose } from "../support/depth.ts";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

const PRESENTATIONS = ["redirect", "iframe"] as const;

describe("a customer with a wallet", { concurrency: 2 }, () => {
  for (const presentation of choose("ways to pay with a wallet", PRESENTATIONS, (one) => one === "iframe")) {
    const way = { presentation, gateway: "wallet" } as const;
    describe(`by ${presentation}`, { concurrency: 3 }, () => {
      test("pays, and the money is captured at once", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId } = await customer.pay(way, "pay");
        await customer.seesHeading("Thank you");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: ["wallet settled"],
          payments: [`wallet completed ${MUG}`],
        });
        const [payment] = (await stage.readSession(sessionId)).payments ?? [];
        assert.deepEqual(
          payment?.operations.map(({ type, status }) => [type, status]),
          [["capture", "succeeded"]],
        );
        assert.deepEqual(customer.troubles, []);
      });

      test("is declined, told so, tries again and pays once", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId } = await customer.pay(way, "decline");
        await customer.seesInElement("Payment declined");
        await customer.choose(await customer.pressPay(), "pay");
        await customer.seesHeading("Thank you");
        assert.deepEqual(await stage.stored(sessionId), {
          status: "complete",
          attempts: ["wallet declined gateway_declined", "wallet settled"],
          payments: [`wallet completed ${MUG}`],
        });
      });

      test("cancels, and takes it up again", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId } = await customer.pay(way, "cancel");
        await customer.seesInElement("Payment called off");
        await customer.choose(await customer.pressPay(), "pay");
        await customer.seesHeading("Thank you");
        assert.deepEqual((await stage.stored(sessionId)).payments, [`wallet completed ${MUG}`]);
      });

      test("pays with what arrives later, by the provider's webhook", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "pending-then-paid");
        assert.deepEqual(await stage.callbackAnswers(paymentId, 1), [200]);
        await stage.storedOnce(sessionId, "complete");
        await stage.paymentOnce(sessionId, "completed");
      });

      test("has not paid where the bank refuses later", async () => {
        await using customer = await Customer.visit(stage);
        const { sessionId, paymentId } = await customer.pay(way, "pending-then-failed");
        assert.deepEqual(await stage.callbackAnswers(paymentId, 1), [200]);
        assert.deepEqual(await stage.storedOnce(sessionId, "open"), {
          status: "open",
          attempts: ["wallet declined gateway_declined"],
          payments: [`wallet failed ${MUG}`],
        });
      });
    });
  }

  test("has paid once the provider, which took its time, says that it has captured", async () => {
    await using customer = await Customer.visit(stage);
    const { sessionId, paymentId } = await customer.pay(
      { presentation: "redirect", gateway: "wallet" },
      "capture-later",
    );
    await customer.seesHeading("Thank you");
    assert.deepEqual(await stage.callbackAnswers(paymentId, 1), [200]);
    await stage.paymentOnce(sessionId, "completed");
  });
});
