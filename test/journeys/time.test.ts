import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Customer } from "./customer.ts";
import { MUG, Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

const A_DAY = 86_400;

test("a checkout that nobody pays within its day expires, says so, and is started again", async () => {
  await using customer = await Customer.visit(stage);
  const sessionId = await customer.goToCheckout();
  stage.advance(A_DAY + 1);
  assert.deepEqual(await stage.storedOnce(sessionId, "expired"), { status: "expired", attempts: [], payments: [] });
  await customer.page.reload();
  await customer.seesInElement("This checkout has expired");
  await customer.follow("form[action='/checkout'] button");
  await customer.choose(await customer.pressPay(), "pay");
  await customer.seesHeading("Thank you");
  assert.deepEqual(await stage.stored(sessionId), { status: "expired", attempts: [], payments: [] });
});

test("a customer who pays after the checkout has expired has paid, once, and late", async () => {
  await using customer = await Customer.visit(stage);
  const sessionId = await customer.chooseWay({ presentation: "redirect", gateway: "card" });
  const provider = await customer.pressPay();
  stage.advance(A_DAY + 1);
  assert.equal((await stage.storedOnce(sessionId, "expired")).status, "expired");
  await customer.choose(provider, "pay");
  await customer.seesHeading("Thank you");
  const { status, payments } = await stage.stored(sessionId);
  assert.deepEqual({ status, payments }, { status: "complete", payments: [`card completed ${MUG}`] });
  const { payment } = await stage.readSession(sessionId);
  assert.equal(payment?.late, true);
});

test("a provider's page that expired after five minutes sends the customer back to start again", async () => {
  await using customer = await Customer.visit(stage);
  const sessionId = await customer.chooseWay({ presentation: "redirect", gateway: "bank" });
  await customer.pressPay();
  stage.advance(301);
  await customer.page.reload();
  await customer.seesHeading("This payment has expired");
  await customer.follow("a.button.primary");
  await customer.choose(await customer.pressPay(), "pay");
  await customer.seesHeading("Thank you");
  const { status, payments, attempts } = await stage.stored(sessionId);
  assert.deepEqual({ status, payments }, { status: "complete", payments: [`bank completed ${MUG}`] });
  assert.equal(attempts.length, 2);
});

test("a session that expires while the provider's page is open in the frame says so, and nothing is paid", async () => {
  await using customer = await Customer.visit(stage);
  const sessionId = await customer.chooseWay({ presentation: "iframe", gateway: "card" });
  await customer.pressPay();
  stage.advance(A_DAY + 1);
  await customer.seesInElement("This checkout has expired");
  assert.deepEqual(await stage.stored(sessionId), { status: "expired", attempts: ["card expired"], payments: [] });
});
