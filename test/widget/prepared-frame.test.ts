/** The frame is made, empty, while a finger is on the button or the server is asked for what comes into it. */
import type { OffsiteCheckout } from "../../widget/index.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { frameOf, nextPuppet } from "./support/puppet.ts";
import { problem, reply, sampleAttempt } from "./support/scripted-server.ts";
import { findPart, part, press, textOf, useStage, viewOf, type Stage } from "./support/stage.ts";

/** Presses the button, and lets the server take its time; what is returned lets it answer. */
async function pressAndWait(
  stage: Stage,
  attributes: Record<string, string> = {},
): Promise<{ element: OffsiteCheckout; answer: (isStarted: boolean) => Promise<void> }> {
  const element = await stage.mount({ gateway: "card", ...attributes });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  stage.server.answers.push(async () => {
    if (!(await promise)) return problem(502, "gateway_unavailable")();
    stage.server.change({ attempt: sampleAttempt() });
    return reply({ attempt: sampleAttempt(), handoff: stage.server.handoff }, 201);
  });
  await press(element, "button");
  await stage.clock.pass(0);
  const answer = async (isStarted: boolean): Promise<void> => {
    resolve(isStarted);
    await settle();
  };
  return { element, answer };
}

describe("the frame before its page", () => {
  const stage = useStage();

  it("is there while the server is asked, hidden and empty, and is the one that the page comes into", async () => {
    const { element, answer } = await pressAndWait(stage);
    const frame = frameOf(element);
    equal([viewOf(element), frame.offsetHeight, frame.src], ["starting", 0, ""]);
    equal(findPart(element, "cancel"), null);
    const arrival = nextPuppet();
    await answer(true);
    equal((await arrival).puppet, stage.server.handoff.url);
    await stage.clock.pass(0);
    ok(frameOf(element) === frame && frame.offsetHeight > 500, "expected the same frame, and to see it");
    equal([viewOf(element), element.renderRoot.activeElement === frame], ["frame", true]);
    ok(part(element, "cancel"));
  });

  it("is there before the finger is up again, and stays", async () => {
    const element = await stage.mount({ gateway: "card" });
    const { offsetHeight } = element;
    part(element, "button").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    await stage.clock.pass(0);
    const frame = frameOf(element);
    equal([viewOf(element), frame.offsetHeight, element.offsetHeight], ["start", 0, offsetHeight]);
    const arrival = nextPuppet();
    await press(element, "button");
    await arrival;
    await stage.clock.pass(0);
    ok(frameOf(element) === frame && frame.offsetHeight > 500);
  });

  it("is not made where a finger is on the button of a gateway that is met elsewhere", async () => {
    const element = await stage.mount({ gateway: "bank" });
    part(element, "button").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    await stage.clock.pass(0);
    equal(findPart(element, "frame"), null);
  });

  it("moves nothing on the page", async () => {
    const element = await stage.mount({ gateway: "card" });
    stage.server.hold();
    await press(element, "button");
    await stage.clock.pass(0);
    const { offsetHeight } = element;
    frameOf(element).remove();
    equal(element.offsetHeight, offsetHeight);
  });

  it("may run nothing until a page is on its way into it", async () => {
    const { element, answer } = await pressAndWait(stage);
    equal(frameOf(element).getAttribute("sandbox"), "allow-same-origin");
    const arrival = nextPuppet();
    await answer(true);
    await arrival;
    includes(frameOf(element).getAttribute("sandbox") ?? "", "allow-scripts");
  });

  it("leaves the page's history as it is", async () => {
    const { length } = history;
    const { answer } = await pressAndWait(stage);
    const arrival = nextPuppet();
    await answer(true);
    await arrival;
    equal(history.length, length);
  });

  it("goes again where nothing was started", async () => {
    const { element, answer } = await pressAndWait(stage);
    await answer(false);
    includes(textOf(element, "notice"), "We cannot reach the payment provider");
    equal(findPart(element, "frame"), null);
  });

  it("goes again where it is called off", async () => {
    const { element, answer } = await pressAndWait(stage);
    element.cancel();
    await settle();
    equal([viewOf(element), findPart(element, "frame")], ["start", null]);
    await answer(true);
    equal([viewOf(element), findPart(element, "frame")], ["start", null]);
  });

  for (const attributes of [{ presentation: "redirect" }, { overlay: "" }] as Record<string, string>[]) {
    it(`is not made with ${JSON.stringify(attributes)}`, async () => {
      const { element } = await pressAndWait(stage, attributes);
      equal([viewOf(element), findPart(element, "frame"), findPart(element, "dialog")], ["starting", null, null]);
    });
  }
});
