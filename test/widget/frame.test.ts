import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { frameOf, go, nextPuppet, say } from "./support/puppet.ts";
import { originOf, PROVIDER, sampleAttempt, sampleSession, SERVER, SESSION_ID } from "./support/scripted-server.ts";
import { findPart, part, press, spoken, textOf, useStage, viewOf } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";
import type { OffsiteCheckout } from "../../widget/index.ts";

/** A message as the return page would send it for the latest attempt. */
export function message(stage: Stage, type: string, more: object = {}): object {
  const nonce = stage.server.started.at(-1)?.body?.["nonce"];
  return { source: "offsite-checkout", version: 1, type, sessionId: SESSION_ID, nonce, ...more };
}

/** Opens the frame, and waits until the provider's page is in it. */
async function openFrame(stage: Stage): Promise<OffsiteCheckout> {
  const element = await stage.mount();
  const arrival = nextPuppet();
  await press(element, "button");
  await arrival;
  return element;
}

/** Opens the frame, and has the provider send the customer back. */
async function comeBack(stage: Stage, type = "returned"): Promise<OffsiteCheckout> {
  const element = await openFrame(stage);
  await go(frameOf(element), `${SERVER}/puppet`);
  await say(frameOf(element), message(stage, type));
  return element;
}

/** Lets the browser get as far with a frame as it will. */
async function realPause(): Promise<void> {
  const end = performance.now() + 300;
  // The stage has the clock: frames of the page's own are drawn all the same.
  while (performance.now() < end) await new Promise((resolve) => requestAnimationFrame(resolve));
}

describe("the frame", () => {
  const stage = useStage();

  it("takes a POST handoff from within the shadow root, whatever its fields are called", async () => {
    const fields = { x_amount: "43.00", submit: "a", action: "b", append: "c", method: "d", name: "é&<", hidden: "" };
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet?pay=1`, fields };
    const element = await stage.mount();
    const arrival = nextPuppet();
    await press(element, "button");
    const { puppet, method, body } = await arrival;
    equal([puppet, method], [`${PROVIDER}/puppet?pay=1`, "POST"]);
    equal(Object.fromEntries(new URLSearchParams(body)), fields);
    equal(element.renderRoot.querySelectorAll("form").length, 0);
  });

  it("takes a GET handoff with its query", async () => {
    stage.server.handoff = { method: "GET", url: `${PROVIDER}/puppet?id=1&x=%20` };
    const element = await stage.mount();
    const arrival = nextPuppet();
    await press(element, "button");
    const { puppet, method } = await arrival;
    equal([puppet, method], [`${PROVIDER}/puppet?id=1&x=%20`, "GET"]);
  });

  it("has a title, keeps the page inside, and tells it neither nonce nor path", async () => {
    const element = await openFrame(stage);
    const frame = frameOf(element);
    equal(frame.title, "Payment page: Card");
    equal(
      [...frame.sandbox],
      [
        "allow-same-origin",
        "allow-forms",
        "allow-scripts",
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-top-navigation-by-user-activation",
      ],
    );
    equal([frame.getAttribute("allow"), frame.referrerPolicy], ["payment *", "strict-origin"]);
    ok(!frame.name.includes(String(stage.server.started[0]?.body?.["nonce"])));
  });

  it("has its room before the page is there, and the page's height afterwards", async () => {
    const element = await openFrame(stage);
    equal(frameOf(element).offsetHeight, 560);
    await say(frameOf(element), { source: "offsite-checkout", version: 1, type: "resize", height: 320 });
    equal(frameOf(element).clientHeight, 320);
    await go(frameOf(element), `${SERVER}/puppet`);
    await say(frameOf(element), message(stage, "resize", { height: 200 }));
    equal(frameOf(element).clientHeight, 200);
    equal(viewOf(element), "frame");
  });

  /** Opens the frame with a page of the provider's that does not come, and gives the browser time to notice. */
  async function openInVain(presentation: string, path: string): Promise<OffsiteCheckout> {
    const gateway = { id: "g", label: "G", presentations: ["iframe" as const, "redirect" as const] };
    stage.server.session = sampleSession({ gateways: [gateway] });
    stage.server.handoff = { method: "GET", url: PROVIDER + path };
    const element = await stage.mount({ presentation });
    await press(element, "button");
    await realPause();
    equal(viewOf(element), "frame");
    // The page with the tests is not really left.
    element.addEventListener("offsite-started", () => element.cancel());
    return element;
  }

  const presentations = (): unknown[] => stage.server.started.map(({ body }) => body?.["presentation"]);

  it("gives way to leaving the page where it stays silent, and the page lets the element choose", async () => {
    await openInVain("auto", "/nothing");
    await stage.clock.pass(20_000);
    equal(presentations(), ["iframe", "redirect"]);
  });

  it("stays, with a way out of it, where the page wants the frame", async () => {
    const element = await openInVain("iframe", "/nothing");
    await stage.clock.pass(20_000);
    equal(presentations(), ["iframe"]);
    await press(element, "elsewhere");
    equal(presentations(), ["iframe", "redirect"]);
  });

  it("is not taken away from a customer whose page is only slow: something of it has come", async () => {
    await openInVain("auto", "/slow");
    await stage.clock.pass(20_000);
    equal(presentations(), ["iframe"]);
  });

  it("has a way out of it where the provider refuses to be in one, which no page can tell from another", async () => {
    const element = await openInVain("auto", "/refused");
    await press(element, "elsewhere");
    equal(presentations(), ["iframe", "redirect"]);
  });

  it("asks the server when the customer is back, and believes nothing else", async () => {
    const element = await openFrame(stage);
    await go(frameOf(element), `${SERVER}/puppet`);
    await say(frameOf(element), message(stage, "ready"));
    equal([viewOf(element), stage.server.asked], ["frame", 1]);
    stage.server.complete();
    await say(frameOf(element), message(stage, "returned", { status: "complete" }));
    equal(viewOf(element), "complete");
    equal(element.renderRoot.querySelector("iframe"), null);
    equal(stage.types, ["ready", "started", "complete"]);
    equal(stage.heard[2]?.paymentId, "pay_1");
  });

  it("stays unpaid, whatever the message says, as long as the server does", async () => {
    const element = await comeBack(stage);
    equal(viewOf(element), "settling");
    equal(stage.types, ["ready", "started"]);
    await stage.clock.pass(10_000);
    equal(viewOf(element), "settling");
    equal(stage.types, ["ready", "started"]);
  });

  it("asks for a while, then says that the provider still owes its word, and goes on asking", async () => {
    const element = await comeBack(stage);
    await stage.clock.pass(30_000);
    equal(viewOf(element), "waiting");
    includes(textOf(element, "result"), "We have not heard from the payment provider yet");
    const asked = stage.server.asked;
    await press(element, "button");
    equal([viewOf(element), stage.server.asked], ["settling", asked + 1]);
    await stage.clock.pass(30_000);
    equal(viewOf(element), "waiting");
    stage.server.complete();
    await stage.clock.pass(60_000);
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "started", "complete"]);
  });

  it("lets the customer begin again where no word comes", async () => {
    const element = await comeBack(stage);
    await stage.clock.pass(30_000);
    await press(element, "cancel");
    equal([viewOf(element), stage.server.started.length], ["frame", 2]);
  });

  it("says that it waits where the server cannot be asked for a while", async () => {
    const element = await openFrame(stage);
    await go(frameOf(element), `${SERVER}/puppet`);
    stage.server.answers.push(...Array.from({ length: 9 }, () => () => Promise.reject(new TypeError("offline"))));
    await say(frameOf(element), message(stage, "returned"));
    await stage.clock.pass(30_000);
    equal(viewOf(element), "waiting");
    equal(stage.types, ["ready", "started"]);
    stage.server.complete();
    await stage.clock.pass(120_000);
    equal(viewOf(element), "complete");
  });

  for (const [state, title, event] of [
    ["cancelled", "Payment called off", "cancelled"],
    ["declined", "Payment declined", "declined"],
    ["failed", "The payment did not go through", "error"],
  ] as const) {
    it(`leads back to the start where the attempt is ${state}, and tells the page once`, async () => {
      const element = await openFrame(stage);
      await go(frameOf(element), `${SERVER}/puppet`);
      stage.server.endAttempt({ state });
      await say(frameOf(element), message(stage, "cancelled"));
      equal(viewOf(element), "start");
      includes(textOf(element, "notice"), title);
      equal(stage.types, ["ready", "started", event]);
      await press(element, "button");
      equal(viewOf(element), "frame");
    });
  }

  it("shows money on its way as pending until it has arrived", async () => {
    const element = await openFrame(stage);
    await go(frameOf(element), `${SERVER}/puppet`);
    stage.server.endAttempt({ state: "settled" });
    stage.server.change({ status: "pending" });
    await say(frameOf(element), message(stage, "returned"));
    equal(viewOf(element), "pending");
    await stage.clock.pass(20_000);
    stage.server.complete();
    await stage.clock.pass(30_000);
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "started", "pending", "complete"]);
  });

  it("leads back to the start where money on its way fails", async () => {
    const element = await openFrame(stage);
    await go(frameOf(element), `${SERVER}/puppet`);
    stage.server.endAttempt({ state: "settled" });
    stage.server.change({ status: "pending" });
    await say(frameOf(element), message(stage, "returned"));
    stage.server.change({ status: "open" });
    await stage.clock.pass(30_000);
    includes(textOf(element, "notice"), "Payment declined");
    equal(stage.types, ["ready", "started", "pending", "declined"]);
  });

  it("notices what only the provider's server told, while the page in the frame says nothing", async () => {
    const element = await openFrame(stage);
    stage.server.complete();
    await stage.clock.pass(12_000);
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "started", "complete"]);
  });

  it("gives way where another window began an attempt", async () => {
    const element = await openFrame(stage);
    stage.server.endAttempt({ id: "at_other", state: "started" });
    await stage.clock.pass(12_000);
    equal(viewOf(element), "start");
    equal(stage.heard.at(-1), { type: "offsite-cancelled", sessionId: SESSION_ID, status: "open", code: "superseded" });
    await stage.clock.pass(60_000);
    equal(stage.types, ["ready", "started", "cancelled"]);
  });

  it("lets the customer cancel, who may then begin again", async () => {
    const element = await openFrame(stage);
    await press(element, "cancel");
    equal(viewOf(element), "start");
    equal(element.renderRoot.querySelector("iframe"), null);
    includes(textOf(element, "notice"), "You left the payment page without paying.");
    equal(stage.heard.at(-1), { type: "offsite-cancelled", sessionId: SESSION_ID, status: "open" });
    stage.server.endAttempt({ state: "cancelled" });
    await stage.clock.pass(10_000);
    equal(stage.types, ["ready", "started", "cancelled"]);
    await press(element, "button");
    equal(stage.types, ["ready", "started", "cancelled", "started"]);
  });

  it("shows as paid what was paid a moment before it was cancelled", async () => {
    const element = await openFrame(stage);
    stage.server.complete();
    await press(element, "cancel");
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "started", "cancelled", "complete"]);
  });

  it("notices money that comes after it was cancelled", async () => {
    const element = await openFrame(stage);
    await press(element, "cancel");
    await stage.clock.pass(4000);
    equal(viewOf(element), "start");
    stage.server.complete();
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });

  it("hears nothing any more once it was cancelled", async () => {
    const element = await openFrame(stage);
    const old = message(stage, "returned");
    await press(element, "cancel");
    const asked = stage.server.asked;
    postMessage(old, "*");
    await settle();
    equal([viewOf(element), stage.server.asked], ["start", asked]);
  });

  it("comes back usable where it was taken off the page and put back", async () => {
    const element = await openFrame(stage);
    element.remove();
    await settle();
    document.body.append(element);
    await settle();
    equal(viewOf(element), "start");
    equal(stage.types, ["ready", "started"]);
    const arrival = nextPuppet();
    await press(element, "button");
    await arrival;
    stage.server.complete();
    await go(frameOf(element), `${SERVER}/puppet`);
    await say(frameOf(element), message(stage, "returned"));
    equal(viewOf(element), "complete");
  });

  it("keeps the frame where it is moved by moveBefore", async () => {
    const element = await openFrame(stage);
    // Firefox 153 loads the page in this frame anew.
    if (!("moveBefore" in document.body) || navigator.userAgent.includes("Firefox")) return;
    const frame = frameOf(element);
    const place = Object.assign(document.createElement("div"), { id: "place" });
    place.dataset["stage"] = "";
    document.body.append(place);
    (place as unknown as { moveBefore(node: Node, before: Node | null): void }).moveBefore(element, null);
    await settle();
    equal(frameOf(element), frame);
    stage.server.complete();
    await go(frame, `${SERVER}/puppet`);
    await say(frame, message(stage, "returned"));
    equal(viewOf(element), "complete");
  });

  it("hears its own frame alone, and of two elements with one session, leaves one at it", async () => {
    const first = await openFrame(stage);
    const firstMessage = message(stage, "returned");
    const second = await openFrame(stage);
    await go(frameOf(second), `${SERVER}/puppet`);
    await say(frameOf(second), firstMessage);
    equal([viewOf(first), viewOf(second)], ["start", "frame"]);
    stage.server.endAttempt({ state: "declined" });
    await say(frameOf(second), message(stage, "returned"));
    equal([viewOf(first), viewOf(second)], ["start", "start"]);
  });

  it("works inside another shadow root", async () => {
    const host = document.createElement("div");
    host.dataset["stage"] = "";
    document.body.append(host);
    const element = await stage.mount({}, host.attachShadow({ mode: "closed" }));
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet`, fields: { a: "1" } };
    const arrival = nextPuppet();
    await press(element, "button");
    equal((await arrival).method, "POST");
    await go(frameOf(element), `${SERVER}/puppet`);
    stage.server.complete();
    await say(frameOf(element), message(stage, "returned"));
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "started", "complete"]);
  });
});

describe("where the focus goes", () => {
  const stage = useStage();
  const focused = (element: OffsiteCheckout): string =>
    (element.renderRoot.activeElement?.getAttribute("part") ?? "nowhere").split(" ")[0] ?? "";

  it("goes into the frame when it opens", async () => {
    const element = await openFrame(stage);
    equal(focused(element), "frame");
  });

  it("shows the frame whole, as far as the window is high enough", async () => {
    const space = Object.assign(document.createElement("div"), { style: "block-size: 90vh" });
    space.dataset["stage"] = "";
    document.body.prepend(space);
    const element = await openFrame(stage);
    const { bottom } = frameOf(element).getBoundingClientRect();
    ok(bottom <= innerHeight + 1 || frameOf(element).getBoundingClientRect().top <= 1, String(bottom));
    space.remove();
  });

  it("goes to the result's heading when the customer is back, and to the next one's", async () => {
    const element = await comeBack(stage);
    equal([focused(element), part(element, "title").textContent], ["title", "Checking your payment"]);
    equal(spoken(element, "status"), "");
    stage.server.complete();
    await stage.clock.pass(1000);
    equal([focused(element), part(element, "title").textContent], ["title", "Payment received"]);
  });

  it("goes to the heading of what went wrong", async () => {
    const element = await openFrame(stage);
    await go(frameOf(element), `${SERVER}/puppet`);
    stage.server.endAttempt({ state: "declined" });
    await say(frameOf(element), message(stage, "returned"));
    equal([focused(element), part(element, "title").textContent], ["title", "Payment declined"]);
    equal(spoken(element, "alert"), "");
  });

  it("goes back to the button on cancel, which is described by what happened", async () => {
    const element = await openFrame(stage);
    part(element, "cancel").focus();
    await press(element, "cancel");
    equal(focused(element), "button");
    equal(part(element, "button").getAttribute("aria-describedby"), part(element, "notice").id);
  });

  it("is not taken from where else the customer is on the page", async () => {
    const input = document.createElement("input");
    input.dataset["stage"] = "";
    document.body.append(input);
    const element = await openFrame(stage);
    input.focus();
    stage.server.complete();
    await stage.clock.pass(12_000);
    equal(viewOf(element), "complete");
    equal(document.activeElement, input);
    equal(spoken(element, "status"), "Payment received");
  });

  it("is not taken when a page loads with a result", async () => {
    stage.server.endAttempt({ state: "declined" });
    const element = await stage.mount();
    equal(document.activeElement, document.body);
    equal(spoken(element, "alert"), "Payment declined");
    equal(sampleAttempt().state, "started");
  });

  it("stays inside from a failed load over a second try", async () => {
    stage.server.answers.push(() => Promise.reject(new TypeError("offline")));
    const element = await stage.mount();
    part(element, "button").focus();
    await press(element, "button");
    equal(focused(element), "button");
  });

  it("finds nothing under another origin of the same server's name", () => {
    ok(originOf("server") !== originOf("provider"));
    equal(findPart(document.createElement("offsite-checkout"), "base"), null);
  });
});
