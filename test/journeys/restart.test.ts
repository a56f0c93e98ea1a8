import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

test("a restart of the server keeps paid and open orders, and a customer who was at the provider pays", async () => {
  await using paid = await Customer.visit(stage);
  await using away = await Customer.visit(stage);
  const { sessionId: paidSession } = await paid.pay({ presentation: "redirect", gateway: "card" }, "pay");
  await paid.seesHeading("Thank you");
  const openSession = await away.chooseWay({ presentation: "redirect", gateway: "bank" });
  const provider = await away.pressPay();
  const before = [await stage.readSession(paidSession), await stage.readSession(openSession)];

  await stage.demo.restartServer();

  assert.deepEqual([await stage.readSession(paidSession), await stage.readSession(openSession)], before);
  await away.choose(provider, "pay");
  await away.seesHeading("Thank you");
  await paid.page.reload();
  await paid.seesInElement("Payment received");
  assert.deepEqual(await stage.stored(openSession), {
    status: "complete",
    attempts: ["bank settled"],
    payments: [`bank completed ${MUG}`],
  });
});
