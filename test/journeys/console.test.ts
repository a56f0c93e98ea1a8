import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { leftOut } from "../support/depth.ts";
import { SECRET_KEY } from "../support/server.ts";
import { Merchant, type ConsoleStage } from "./console-stage.ts";
import { describeOnStores } from "./console-stores.ts";
import { until } from "./stage.ts";

describeOnStores("the console", consoleTests);

function consoleTests(open: () => Promise<ConsoleStage>): void {
  let stage: ConsoleStage;
  before(async () => {
    stage = await open();
  });
  after(() => stage.close());

  it("captures a part, and refunds twice what was captured, each once though pressed twice", async () => {
    const { id } = await stage.authorized();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    await merchant.waitForStanding("Wallet holds €43.00 for you");
    await merchant.assertAccessible("an authorization");
    await merchant.operate("Capture", "Capture €20.00", "20");
    await merchant.waitForStanding("€20.00 was taken by Wallet.");
    await merchant.operate("Refund", "Refund €5.50", "5.5");
    await merchant.waitForStanding("€5.50 of €20.00 went back to the customer; €14.50 is left.");
    await merchant.operate("Refund", "Refund €14.50");
    await merchant.waitForStanding("All of €20.00 went back to the customer.");
    const { operations, state, balance } = await stage.readPayment(id);
    assert.deepEqual(
      operations.map(({ type, amount, status }) => `${type} ${amount} ${status}`),
      ["capture 2000 succeeded", "refund 550 succeeded", "refund 1450 succeeded"],
    );
    assert.deepEqual([state, balance], ["refunded", 0]);
    const text = await merchant.text();
    assert.match(text, /Wallet was asked for the refund of €5\.50\./);
    assert.match(text, /The refund of €14\.50 was done\./);
    await merchant.assertAccessible("a refunded payment");
    assert.deepEqual(merchant.troubles, []);
  });

  it("refuses what is no exact amount before anything is sent", async () => {
    const { id } = await stage.authorized();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    await merchant.press("Capture…");
    const calls = stage.endpoint.calls.length;
    for (const [typed, fault] of [
      ["1,234.5", "Enter digits only"],
      ["10.005", "with at most 2 decimals"],
      ["43.01", "Enter at most €43.00."],
      ["0", "Enter more than zero."],
      ["1e1", "Enter digits only"],
    ] as const) {
      await merchant.page.$eval("#amount", (input) => (input as HTMLInputElement).select());
      await merchant.page.type("#amount", typed);
      await merchant.page.keyboard.press("Enter");
      await merchant.page.waitForFunction(
        (fault) => document.querySelector("#amount-hint")?.textContent?.includes(fault) === true,
        {},
        fault,
      );
    }
    await merchant.assertAccessible("the dialog with a fault");
    assert.equal(stage.endpoint.calls.length, calls);
  });

  it("voids what is held, and receives what was transferred", async () => {
    const { id } = await stage.authorized();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    await merchant.operate("Void", "Void €43.00");
    await merchant.waitForStanding("€43.00 was released at Wallet");
    assert.equal((await stage.readPayment(id)).state, "authorization_voided");
    const transfer = await stage.transferred();
    await merchant.goTo(`/payments/${transfer.id}`);
    await merchant.waitForStanding("The customer was told how to pay €43.00 by Bank transfer");
    await merchant.operate("Receive", "Receive €43.00");
    await merchant.waitForStanding("€43.00 was taken by Bank transfer.");
    assert.equal((await stage.readPayment(transfer.id)).state, "completed");
    assert.deepEqual(merchant.troubles, []);
  });

  it("says of a notification that was lost that nobody came back, asks the provider, and says what that proved", async () => {
    const session = await stage.unheard();
    await using merchant = await Merchant.signedIn(stage, `/sessions/${session.id}`);
    assert.match(
      await merchant.standing(),
      /^The customer went to Bank account on .*, and neither a notification nor the customer has come back\. Wait, or ask the provider now\. It is asked by itself on /,
    );
    assert.match(await merchant.text(), /Bank account is asked next\./);
    await merchant.assertAccessible("a session of which no word came");
    await merchant.press("Ask the provider");
    await merchant.waitForStanding("$43.00 was taken by Bank account. No notification had come");
    assert.equal((await stage.read(session.id)).status, "complete");
    assert.deepEqual(merchant.troubles, []);
  });

  it("says of another amount what was paid and what was asked for, and lets it be marked as seen", async () => {
    const { id } = await stage.mismatched();
    await using merchant = await Merchant.signedIn(stage, `/sessions/${id}`);
    assert.match(
      await merchant.standing(),
      /^Card confirmed €4\.30, but €43\.00 was asked for: it does not count as paid\. Give it back at Card/,
    );
    await merchant.assertAccessible("a mismatch");
    await merchant.press("Mark as seen");
    await merchant.waitForStanding("The last trip, to Card, was not possible");
    assert.equal((await stage.read(id)).attention, undefined);
  });

  it("says of a duplicate that the order was already paid", async () => {
    const { id } = await stage.duplicate();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    assert.equal(
      await merchant.standing(),
      "The order was already paid, and €43.00 came a second time by Card. " +
        "Card cannot be told from here: refund this one there, then mark it as seen.",
    );
    await merchant.goTo("/");
    assert.match(await merchant.text(), /Paid twice\. Give one of the two back\./);
    await merchant.assertAccessible("the overview");
  });

  it("says of an operation in doubt that its answer never came, and asks again without doing it twice", async () => {
    const { id } = await stage.authorized();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    stage.endpoint.behaviour = "lose answer";
    const before = stage.endpoint.done.size;
    await merchant.operate("Capture", "Capture €43.00");
    await merchant.waitForStanding("Wallet was sent the capture of €43.00");
    assert.match(
      await merchant.standing(),
      /and its answer never came\. Ask the provider, and do not capture again before it has answered\./,
    );
    await merchant.assertAccessible("an operation in doubt");
    assert.equal(await merchant.page.$("[data-operation]"), null, "nothing else can be done meanwhile");
    assert.doesNotMatch(await merchant.text(), /Mark as seen/, "a doubt is not ended by being seen");
    stage.endpoint.behaviour = "succeed";
    stage.server.clock.advance(61);
    // The server asks by itself, too: where it was under way with that, the page learns of it at the next press.
    await until(async () => {
      await merchant.press("Ask the provider");
      await merchant.settled();
      return (await merchant.standing()).startsWith("€43.00 was taken by Wallet.");
    }, "the wallet to say that it has captured");
    assert.equal(stage.endpoint.done.size, before + 1);
  });

  it("sends a webhook again", async () => {
    const { id, sessionId } = await stage.transferred();
    await using merchant = await Merchant.signedIn(stage, `/payments/${id}`);
    const own = () => stage.receiver.received.filter(({ data }) => data.event.sessionId === sessionId).length;
    await merchant.page.waitForSelector(".delivery");
    await merchant.assertAccessible("a payment with webhooks");
    const before = (await merchant.page.$$(".delivery")).length;
    await until(() => own() === before, "every event to be delivered");
    await merchant.page.click(".delivery button");
    await merchant.waitForText("It is sent again.");
    await until(() => own() === before + 1, "the webhook to come again");
  });

  it("is worked by keyboard alone, from the key to a refund", async () => {
    const { id } = await stage.transferred();
    await using merchant = await Merchant.visit(stage, `/payments/${id}`);
    const { keyboard } = merchant.page;
    await merchant.page.focus("#key");
    await keyboard.type(SECRET_KEY);
    await keyboard.press("Enter");
    await merchant.page.waitForSelector("#standing");
    const tabTo = async (label: string) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await keyboard.press("Tab");
        const name = await merchant.page.evaluate(() => document.activeElement?.textContent?.trim());
        if (name === label) return;
      }
      throw new Error(`the keyboard does not reach ${label}`);
    };
    await tabTo("Receive…");
    await keyboard.press("Enter");
    await merchant.page.waitForSelector("dialog[open]");
    await tabTo("Receive €43.00");
    await keyboard.press("Enter");
    await merchant.waitForFocus("€43.00 was taken");
    await tabTo("Refund…");
    await keyboard.press("Space");
    await merchant.page.waitForSelector("dialog[open] #amount:focus");
    await keyboard.press("Escape");
    await merchant.page.waitForSelector("dialog", { hidden: true });
    const focused = await merchant.page.evaluate(() => document.activeElement?.textContent?.trim());
    assert.equal(focused, "Refund…", "the focus comes back");
    await keyboard.press("Enter");
    await merchant.page.waitForSelector("dialog[open] #amount:focus");
    await keyboard.press("Enter");
    await merchant.waitForFocus("All of €43.00 went back");
  });

  it("calls an order off only when that is confirmed, and then says so where the button was", async () => {
    const session = await stage.server.createSession({ orderId: "called-off" });
    await using merchant = await Merchant.signedIn(stage, `/sessions/${session.id}`);
    await merchant.press("Call the order off…");
    await merchant.page.waitForSelector("dialog[open]");
    assert.match(await merchant.page.$eval("dialog", (dialog) => dialog.innerText), /Call off the order of €43\.00\?/);
    await merchant.assertAccessible("the dialog that asks before an order is called off");
    await merchant.press("Go back");
    await merchant.page.waitForSelector("dialog", { hidden: true });
    await merchant.waitForFocus("Call the order off…");
    assert.equal((await stage.read(session.id)).status, "open");
    await merchant.operate("Call the order off", "Call off €43.00");
    await merchant.waitForStanding("The order was called off before it was paid.");
    await merchant.waitForFocus("The order was called off before it was paid.");
    assert.equal((await stage.read(session.id)).status, "cancelled");
  });

  it("says that a provider is no longer called, and lets calls through again", { skip: leftOut }, async () => {
    await using merchant = await Merchant.signedIn(stage, "/");
    await stage.suspended();
    await merchant.waitForText("Wallet failed 31 times in a row, and is no longer called.");
    await merchant.assertAccessible("the overview with a circuit that is open");
    await merchant.press("Let calls to Wallet through");
    await merchant.waitForText("Calls to Wallet go through again.");
    await merchant.page.waitForSelector(".circuit", { hidden: true });
    await merchant.waitForFocus("Overview");
    const { data } = (await stage.server.call<{ data: { id: string; circuit: object }[] }>("/v1/gateways")).body;
    assert.deepEqual(data.find((one) => one.id === "external")?.circuit, { state: "closed", failures: 0 });
  });
}
