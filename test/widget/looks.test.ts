import { equal, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { sampleAttempt, samplePayment, sampleSession } from "./support/scripted-server.ts";
import { part, press, useStage } from "./support/stage.ts";

describe("what the page can style", () => {
  const stage = useStage();

  const colourOf = (node: Element): string => getComputedStyle(node).backgroundColor;

  it("takes a property from the element itself, and from any ancestor", async () => {
    const element = await stage.mount();
    const own = colourOf(part(element, "button"));
    document.documentElement.style.setProperty("--offsite-accent", "rgb(1, 2, 3)");
    const ancestors = colourOf(part(element, "button"));
    element.style.setProperty("--offsite-accent", "rgb(4, 5, 6)");
    const elements = colourOf(part(element, "button"));
    document.documentElement.style.removeProperty("--offsite-accent");
    equal([own, ancestors, elements], ["rgb(36, 80, 216)", "rgb(1, 2, 3)", "rgb(4, 5, 6)"]);
  });

  it("follows the page's light or dark", async () => {
    const element = await stage.mount();
    const light = colourOf(part(element, "base"));
    element.style.colorScheme = "dark";
    equal([light, colourOf(part(element, "base"))], ["rgb(255, 255, 255)", "rgb(22, 25, 31)"]);
  });

  it("can be hidden", async () => {
    const element = await stage.mount();
    element.hidden = true;
    equal(element.offsetHeight, 0);
  });
});

describe("for everyone", () => {
  const stage = useStage();

  it("fits into 280 pixels, with the longest words", async () => {
    const parent = document.createElement("div");
    parent.dataset["stage"] = "";
    parent.style.inlineSize = "280px";
    document.body.append(parent);
    stage.server.session = sampleSession({
      amount: 999_999_999_999,
      items: [{ name: "Donaudampfschiffahrtsgesellschaft".repeat(4), quantity: 1_000_000, unitAmount: 999_999 }],
      attempt: sampleAttempt({ state: "declined", message: "x".repeat(200) }),
    });
    const element = await stage.mount({}, parent);
    equal(element.offsetWidth, 280);
    const { left, right } = element.getBoundingClientRect();
    for (const node of element.renderRoot.querySelectorAll("[part]")) {
      const box = node.getBoundingClientRect();
      ok(box.left >= left && box.right <= right, `${node.getAttribute("part")} is outside`);
    }
    ok(part(element, "base").scrollWidth <= 280);
  });

  it("gives everything that is pressed at least 44 pixels", async () => {
    const element = await stage.mount();
    const sizes = (): number[] =>
      [...element.renderRoot.querySelectorAll<HTMLElement>("button, label, a")].map((node) => node.offsetHeight);
    const atStart = sizes();
    stage.server.change({ status: "pending", payment: samplePayment({ state: "pending" }) });
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await settle();
    equal([atStart.length, sizes().length], [3, 1]);
    ok([...atStart, ...sizes()].every((size) => size >= 44));
  });

  it("marks its language and direction, and names its frame, its groups and its live regions", async () => {
    const element = await stage.mount();
    const base = part(element, "base");
    equal([base.lang, base.dir, base.getAttribute("aria-label")], ["en", "ltr", "Payment"]);
    equal(element.renderRoot.querySelector("legend")?.textContent, "How would you like to pay?");
    equal(element.renderRoot.querySelectorAll("[role=status], [role=alert]").length, 2);
    await press(element, "button");
    ok(element.renderRoot.querySelector("iframe")?.title);
  });

  it("can be worked by keyboard alone: the form is submitted from any of its fields", async () => {
    const element = await stage.mount();
    const form = element.renderRoot.querySelector("form") as HTMLFormElement;
    form.requestSubmit();
    await settle();
    equal(stage.types, ["ready", "started"]);
  });
});
