/** What is inside the element, and pays without its script: to be pressed until the element has a button of its own. */
import type { OffsiteCheckout } from "../../widget/index.ts";
import de from "../../widget/words/de.ts";
import { equal, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { brokenConnection, problem, sampleSession, SESSION_ID } from "./support/scripted-server.ts";
import { part, press, textOf, useStage, viewOf, type Stage } from "./support/stage.ts";

/** Puts a link that pays into an element. */
function addLink(element: OffsiteCheckout): HTMLAnchorElement {
  const link = Object.assign(document.createElement("a"), { href: "#paid", textContent: "Check out" });
  element.append(link);
  return link;
}

/** An element with a link inside that waits for the server's answer, and what lets that come. */
async function mountWaiting(stage: Stage): Promise<{ element: OffsiteCheckout; link: Element; answer: () => void }> {
  const answer = stage.server.hold();
  const element = await stage.mount();
  return { element, link: addLink(element), answer };
}

/** Whether a press where the link is shown reaches it, and nothing keeps it from being followed. */
function isPressable(link: Element): boolean {
  link.scrollIntoView();
  const { x, y, width, height } = link.getBoundingClientRect();
  if (width === 0 || document.elementFromPoint(x + width / 2, y + height / 2) !== link) return false;
  let isFollowed = false;
  const stay = (event: Event): void => {
    isFollowed = !event.defaultPrevented;
    event.preventDefault();
  };
  addEventListener("click", stay, { once: true });
  (link as HTMLElement).click();
  removeEventListener("click", stay);
  return isFollowed;
}

describe("a link that pays without a script", () => {
  const stage = useStage();

  it("can be pressed while the session is loaded, and gives way to the element's own button", async () => {
    const { element, link, answer } = await mountWaiting(stage);
    equal([viewOf(element), isPressable(link)], ["loading", true]);
    answer();
    await settle();
    equal([viewOf(element), isPressable(link)], ["start", false]);
    equal(link.getClientRects().length, 0);
    stage.server.hold();
    await press(element, "button");
    await stage.clock.pass(0);
    equal([viewOf(element), isPressable(link)], ["starting", false]);
  });

  it("takes its room from the skeleton's: nothing else on the page moves", async () => {
    const { element, link } = await mountWaiting(stage);
    const height = element.offsetHeight;
    ok(part(element, "skeleton").offsetHeight > 150);
    ok(link.clientHeight >= 44 && link.clientWidth > 200);
    link.remove();
    equal(element.offsetHeight, height);
    ok(part(element, "skeleton").offsetHeight > 200);
  });

  it("looks as the page wants it to", async () => {
    const { link } = await mountWaiting(stage);
    const sheet = Object.assign(document.createElement("style"), { textContent: "a { color: rgb(1, 2, 3) }" });
    document.head.append(sheet);
    const { color } = getComputedStyle(link);
    sheet.remove();
    equal([color, getComputedStyle(link).color === color], ["rgb(1, 2, 3)", false]);
  });

  it("can be pressed while the words are on their way", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.server.words = { de };
    stage.server.wordsOnTheirWay = promise;
    const element = await stage.mount({ locale: "de" });
    const link = addLink(element);
    equal([stage.types, isPressable(link)], [["ready"], true]);
    resolve();
    await settle();
    equal([textOf(element, "button"), isPressable(link)], ["43,00 € bezahlen", false]);
  });

  for (const [name, answer, view, isThere] of [
    ["is there where the element cannot reach the server", brokenConnection, "network", true],
    ["is there where the server has a fault", problem(500, "internal_error"), "problem", true],
    ["is not there where there is no such session", problem(404, "not_found"), "lost", false],
  ] as const) {
    it(name, async () => {
      stage.server.answers.push(answer);
      const element = await stage.mount();
      const link = addLink(element);
      equal([viewOf(element), isPressable(link)], [view, isThere]);
    });
  }

  it("is not offered again to a customer who has just come back", async () => {
    const { href } = location;
    history.replaceState(null, "", `?checkout_session=${SESSION_ID}`);
    const { element, link, answer } = await mountWaiting(stage);
    history.replaceState(null, "", href);
    equal([viewOf(element), isPressable(link)], ["loading", false]);
    stage.server.session = sampleSession({ status: "complete", version: 2 });
    answer();
    await settle();
    equal(isPressable(link), false);
  });

  it("hands the focus on to the button that takes its place", async () => {
    const { element, link, answer } = await mountWaiting(stage);
    (link as HTMLElement).focus();
    equal(document.activeElement, link);
    answer();
    await settle();
    equal(element.renderRoot.activeElement, part(element, "button"));
  });

  it("leaves no gaps for the lines of an order beside it", async () => {
    const { element } = await mountWaiting(stage);
    const { offsetHeight } = part(element, "skeleton");
    element.append(document.createElement("offsite-item"), document.createElement("offsite-item"));
    equal(part(element, "skeleton").offsetHeight, offsetHeight);
  });
});
