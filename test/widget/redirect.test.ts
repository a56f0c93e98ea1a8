import type { OffsiteCheckout } from "../../widget/index.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { nextPuppet } from "./support/puppet.ts";
import {
  CLIENT_SECRET,
  PROVIDER,
  sampleAttempt,
  sampleSession,
  SERVER,
  SESSION_ID,
} from "./support/scripted-server.ts";
import { part, press, textOf, useStage, viewOf } from "./support/stage.ts";

/** A shop's page of its own, which can be left without the test's page being left. */
interface Shop {
  window: Window & { violations: string[] };
  element: OffsiteCheckout;
}

const NAMED = `session="${SESSION_ID}" client-secret="${CLIENT_SECRET}" server="${SERVER}" presentation="redirect"`;

/** Opens a shop's page, and waits until its element shows something. */
async function openShop(attributes: string, { returned = "", policy = "" } = {}): Promise<Shop> {
  const frame = document.createElement("iframe");
  const address = new URLSearchParams({ attributes, policy });
  if (returned !== "") address.set("checkout_session", returned);
  frame.src = `/storefront?${address}`;
  document.body.append(frame);
  await new Promise((resolve) => {
    frame.addEventListener("load", resolve, { once: true });
  });
  const shop = frame.contentWindow as Shop["window"];
  const element = shop.document.querySelector("offsite-checkout") as OffsiteCheckout;
  await shop.customElements.whenDefined("offsite-checkout");
  await settle();
  return { window: shop, element };
}

/** Presses the button, and waits until the provider's page is there. */
async function leave({ element }: Shop): Promise<{ puppet: string; method: string; body: string }> {
  const arrival = nextPuppet();
  await press(element, "button");
  return arrival;
}

describe("leaving by redirect", () => {
  const stage = useStage();

  it("goes to a GET handoff", async () => {
    stage.server.handoff = { method: "GET", url: `${PROVIDER}/puppet?id=1` };
    const { puppet, method } = await leave(await openShop(NAMED));
    equal([puppet, method], [`${PROVIDER}/puppet?id=1`, "GET"]);
    equal(stage.server.started[0]?.body, { gateway: "card", presentation: "redirect" });
  });

  it("submits a POST handoff, whatever its fields are called", async () => {
    const fields = { x_amount: "43.00", submit: "a", target: "b", removeChild: "c" };
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet`, fields };
    const { method, body } = await leave(await openShop(NAMED));
    equal(method, "POST");
    equal(Object.fromEntries(new URLSearchParams(body)), fields);
  });

  it("goes nowhere where the page calls it off in answer to its start", async () => {
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet?first` };
    const { element } = await openShop(NAMED);
    element.addEventListener("offsite-started", () => element.cancel(), { once: true });
    const arrival = nextPuppet();
    await press(element, "button");
    equal(viewOf(element), "start");
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet?second` };
    await press(element, "button");
    // Had the first gone there, it would be the first to arrive.
    equal((await arrival).puppet, `${PROVIDER}/puppet?second`);
  });

  it("says where it goes, and is usable again where the browser does not get there", async () => {
    stage.server.handoff = { method: "GET", url: `${location.origin}/nothing` };
    const { element } = await openShop(NAMED);
    await press(element, "button");
    equal([viewOf(element), textOf(element, "button")], ["leaving", "Taking you to the payment page…"]);
    await stage.clock.pass(20_000);
    equal([viewOf(element), textOf(element, "button")], ["start", "Pay €43.00"]);
  });

  it("is usable at once where the Back button restores the page as it was left, and asks the server", async () => {
    stage.server.handoff = { method: "GET", url: `${location.origin}/nothing` };
    const { element, window } = await openShop(NAMED);
    await press(element, "button");
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await settle();
    equal([viewOf(element), stage.server.asked], ["start", 2]);
    stage.server.complete();
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });
});

describe("coming back to the page that returnUrl names", () => {
  const stage = useStage();
  const BARE = `server="${SERVER}"`;

  it("shows how it ended, from the address and what this tab kept, without any attribute", async () => {
    await leave(await openShop(NAMED));
    stage.server.complete();
    const { element } = await openShop(BARE, { returned: SESSION_ID });
    equal(viewOf(element), "complete");
    equal(stage.server.calls.at(-1)?.init.headers, { authorization: `Bearer ${CLIENT_SECRET}` });
  });

  it("asks until the provider's word is there", async () => {
    await leave(await openShop(NAMED));
    const { element } = await openShop(BARE, { returned: SESSION_ID });
    equal(viewOf(element), "settling");
    stage.server.complete();
    await stage.clock.pass(2000);
    equal(viewOf(element), "complete");
  });

  it("offers to take up again what was called off", async () => {
    await leave(await openShop(NAMED));
    stage.server.endAttempt({ state: "cancelled" });
    const { element } = await openShop(`${BARE} presentation="redirect"`, { returned: SESSION_ID });
    includes(textOf(element, "notice"), "Payment called off");
    equal((await leave({ element } as Shop)).method, "GET");
  });

  it("says something neutral where this browser does not know the secret", async () => {
    const { element } = await openShop(BARE, { returned: SESSION_ID });
    equal(viewOf(element), "unconfirmed");
    includes(textOf(element), "The shop will confirm your payment to you");
    equal(stage.server.calls.length, 0);
  });

  for (const returned of ["cs_", "<img src=x>", "cs_a/../b"]) {
    it(`shows nothing for an address with ${JSON.stringify(returned)}`, async () => {
      const { element } = await openShop(BARE, { returned });
      equal([viewOf(element), stage.server.calls.length], ["idle", 0]);
    });
  }

  it("asks with the attributes where they name the same session, or another", async () => {
    stage.server.session = sampleSession({ attempt: sampleAttempt() });
    const same = await openShop(NAMED, { returned: SESSION_ID });
    equal(viewOf(same.element), "settling");
    const other = await openShop(NAMED, { returned: "cs_other" });
    equal(viewOf(other.element), "start");
  });

  it("neither throws nor stops paying where storage is forbidden", async () => {
    const getter = Object.getOwnPropertyDescriptor(globalThis, "sessionStorage") as PropertyDescriptor;
    Object.defineProperty(globalThis, "sessionStorage", {
      configurable: true,
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    try {
      const element = await stage.mount();
      const arrival = nextPuppet();
      await press(element, "button");
      await arrival;
      equal(viewOf(element), "frame");
      const bare = await stage.mount({ session: "cs_other", "client-secret": "" });
      equal(viewOf(bare), "lost");
    } finally {
      Object.defineProperty(globalThis, "sessionStorage", getter);
    }
  });

  it("neither throws nor stops paying where storage is full", async () => {
    const setItem = Object.getOwnPropertyDescriptor(Storage.prototype, "setItem") as PropertyDescriptor;
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    try {
      const element = await stage.mount();
      const arrival = nextPuppet();
      await press(element, "button");
      await arrival;
      equal(viewOf(element), "frame");
    } finally {
      Object.defineProperty(Storage.prototype, "setItem", setItem);
    }
  });
});

describe("a strict page", () => {
  const stage = useStage();

  it("allows everything that the element does, without styles, eval or markup from scripts", async () => {
    const policy =
      "default-src 'none'; script-src 'self' 'nonce-shop'; style-src 'none'; connect-src 'self'; frame-src *; " +
      "form-action *; base-uri 'none'; require-trusted-types-for 'script'";
    stage.server.handoff = { method: "POST", url: `${PROVIDER}/puppet`, fields: { a: "1" } };
    const shop = await openShop(NAMED.replace("redirect", "iframe"), { policy });
    await press(shop.element, "button");
    equal(viewOf(shop.element), "frame");
    await press(shop.element, "cancel");
    equal(viewOf(shop.element), "start");
    equal(shop.window.violations, []);
    const button = part(shop.element, "button");
    ok(shop.window.getComputedStyle(button).minBlockSize === "48px");
  });
});
