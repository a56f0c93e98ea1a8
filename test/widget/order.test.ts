import type { OffsiteCheckout } from "../../widget/index.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import {
  CLIENT_SECRET,
  problem,
  reply,
  sampleAttempt,
  sampleSession,
  SERVER,
  SESSION_ID,
} from "./support/scripted-server.ts";
import { part, press, textOf, useStage, viewOf, type Stage } from "./support/stage.ts";

const BARE = { session: "", "client-secret": "" };
const ONE = [{ id: "card", label: "Card", presentations: ["iframe" as const, "popup" as const] }];

/** Has the server make a session of the next order. */
function offerSession(stage: Stage, gateways = ONE): void {
  stage.server.session = sampleSession({ gateways });
  stage.server.answers.push(() => reply({ ...stage.server.session, clientSecret: CLIENT_SECRET }, 201));
}

async function mountLines(): Promise<OffsiteCheckout> {
  const parent = document.createElement("div");
  parent.dataset["stage"] = "";
  parent.innerHTML =
    `<offsite-checkout server="${SERVER}" presentation="iframe">` +
    '<offsite-item sku="mug" quantity="2"></offsite-item><offsite-item sku="cap"></offsite-item></offsite-checkout>';
  document.body.append(parent);
  await settle();
  return parent.querySelector("offsite-checkout") as OffsiteCheckout;
}

describe("an order that no session is named for", () => {
  const stage = useStage();

  it("asks the server for nothing before it is pressed, then for a session of one product, and starts", async () => {
    const element = await stage.mount({ ...BARE, sku: "mug", quantity: "3" });
    equal([viewOf(element), textOf(element, "button"), stage.server.calls.length], ["offer", "Check out", 0]);
    offerSession(stage);
    await press(element, "button");
    const [made, started] = stage.server.started;
    equal(
      [made?.url, started?.url],
      [`${SERVER}/v1/checkout-sessions`, `${SERVER}/v1/checkout-sessions/${SESSION_ID}/attempts`],
    );
    equal(made?.body?.["items"], [{ sku: "mug", quantity: 3 }]);
    equal(made?.body?.["returnUrl"], location.href);
    ok(!("authorization" in (made?.init.headers ?? {})));
    equal([viewOf(element), stage.types], ["frame", ["ready", "started"]]);
  });

  it("takes several lines from the elements inside, and a signed cart as it is", async () => {
    const element = await mountLines();
    offerSession(stage);
    await press(element, "button");
    equal(stage.server.started[0]?.body?.["items"], [
      { sku: "mug", quantity: 2 },
      { sku: "cap", quantity: 1 },
    ]);
    const other = await stage.mount({ ...BARE, cart: "a.b.c" });
    offerSession(stage);
    await press(other, "button");
    equal(stage.server.started[2]?.body?.["cart"], "a.b.c");
  });

  it("lets the customer choose where there are several ways to pay", async () => {
    const element = await stage.mount({ ...BARE, sku: "mug" });
    offerSession(stage, sampleSession().gateways as typeof ONE);
    await press(element, "button");
    equal([viewOf(element), textOf(element, "button"), stage.server.started.length], ["start", "Pay €43.00", 1]);
  });

  it("says why there is no session, and tries again with the same key", async () => {
    const element = await stage.mount({ ...BARE, sku: "mug" });
    stage.server.answers.push(problem(429, "rate_limited"));
    await press(element, "button");
    includes(textOf(element, "notice"), "Too many tries");
    equal([viewOf(element), stage.heard[0]?.code], ["offer", "rate_limited"]);
    offerSession(stage);
    await press(element, "button");
    const keys = stage.server.started.slice(0, 2).map(({ init }) => new Headers(init.headers).get("idempotency-key"));
    ok(keys[0] && keys[0] === keys[1], JSON.stringify(keys));
  });

  it("takes the lines as they are at the press: a parser brings them late, and frameworks change them", async () => {
    const element = await stage.mount(BARE);
    equal(viewOf(element), "idle");
    element.innerHTML = '<offsite-item sku="mug"></offsite-item><offsite-item sku="cap"></offsite-item>';
    await settle();
    equal(viewOf(element), "offer");
    element.firstElementChild?.setAttribute("quantity", "5");
    element.lastElementChild?.remove();
    await settle();
    offerSession(stage);
    await press(element, "button");
    equal(stage.server.started[0]?.body?.["items"], [{ sku: "mug", quantity: 5 }]);
  });

  for (const [what, giveUp] of [
    ["it is taken off the page", (element) => element.remove()],
    ["the page calls it off", (element) => element.cancel()],
    [
      "the Back button restores the page",
      () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })),
    ],
  ] as [string, (element: OffsiteCheckout) => void][]) {
    it(`offers the order again where its session is given up before it is there: ${what}`, async () => {
      const element = await stage.mount({ ...BARE, sku: "mug" });
      let release = (): void => {};
      stage.server.answers.push(async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return reply({ ...stage.server.session, clientSecret: CLIENT_SECRET }, 201);
      });
      await press(element, "button");
      giveUp(element);
      release();
      await settle();
      document.body.append(element);
      await settle();
      equal([viewOf(element), textOf(element, "button")], ["offer", "Check out"]);
    });
  }

  it("has the page's own words on the button, unless they name the amount, which nobody knows yet", async () => {
    const element = await stage.mount({ ...BARE, sku: "mug", label: "Buy the mug" });
    equal(textOf(element, "button"), "Buy the mug");
    element.label = "Buy for {amount}";
    await settle();
    equal(textOf(element, "button"), "Check out");
    offerSession(stage, sampleSession().gateways as typeof ONE);
    await press(element, "button");
    equal(textOf(element, "button"), "Buy for €43.00");
  });

  it("says so where the time of a signed cart is over, which no second try brings back", async () => {
    const element = await stage.mount({ ...BARE, cart: "a.b.c" });
    stage.server.answers.push(problem(409, "session_closed"));
    await press(element, "button");
    includes(textOf(element, "notice"), "This checkout has expired Go back to the shop to order again.");
    equal([viewOf(element), stage.heard[0]?.code], ["offer", "session_closed"]);
  });

  it("finds its session again in this tab, and offers anew once that is over", async () => {
    const element = await stage.mount({ ...BARE, sku: "mug" });
    offerSession(stage);
    await press(element, "button");
    element.remove();
    const again = await stage.mount({ ...BARE, sku: "mug" });
    equal(viewOf(again), "start");
    again.remove();
    stage.server.answers.push(problem(404, "not_found"));
    const forgotten = await stage.mount({ ...BARE, sku: "mug" });
    equal(viewOf(forgotten), "offer");
    forgotten.remove();
    stage.server.complete();
    const anew = await stage.mount({ ...BARE, sku: "mug" });
    equal([viewOf(anew), stage.types], ["offer", ["ready", "started", "ready"]]);
  });

  it("takes what the customer comes back with for its own alone, and of several leaves it to the one that began", async () => {
    const address = location.href;
    const element = await stage.mount({ ...BARE, sku: "mug" });
    offerSession(stage);
    await press(element, "button");
    element.remove();
    stage.server.complete();
    history.replaceState(null, "", `?checkout_session=${SESSION_ID}`);
    try {
      const mug = await stage.mount({ ...BARE, sku: "mug" });
      const teapot = await stage.mount({ ...BARE, sku: "teapot" });
      equal([viewOf(mug), viewOf(teapot)], ["complete", "offer"]);
      sessionStorage.clear();
      const unknown = await stage.mount({ ...BARE, sku: "mug" });
      // Whoever opens an address that a customer has passed on can still buy.
      equal([viewOf(unknown), textOf(unknown, "button")], ["offer", "Check out"]);
      includes(textOf(unknown, "calm"), "Welcome back The shop will confirm your payment to you.");
    } finally {
      history.replaceState(null, "", address);
    }
  });

  it("takes back a cart's session where it stood, as the page may have signed the cart anew, and is then free again", async () => {
    const address = location.href;
    const other = await stage.mount({ ...BARE, cart: "other.first.cart" });
    const element = await stage.mount({ ...BARE, cart: "a.first.cart" });
    offerSession(stage);
    await press(element, "button");
    other.remove();
    element.remove();
    stage.server.complete();
    history.replaceState(null, "", `?checkout_session=${SESSION_ID}`);
    try {
      const elements = [
        await stage.mount({ ...BARE, cart: "other.second.cart" }),
        await stage.mount({ ...BARE, cart: "a.second.cart" }),
      ];
      equal(elements.map(viewOf), ["offer", "complete"]);
      elements[1]?.setAttribute("cart", "a.third.cart");
      await settle();
      equal(elements.map(viewOf), ["offer", "offer"]);
    } finally {
      history.replaceState(null, "", address);
    }
  });
});

describe("the payment window", () => {
  const stage = useStage();
  const realOpen = window.open;

  /** Stands in for the browser, which opens windows for real presses alone. */
  function fakeWindow(isBlocked = false): { opened: number; closed: boolean; calls: number; location: object } {
    const popup = {
      opened: 0,
      closed: false,
      calls: 0,
      location: { replace: () => undefined },
      close: () => undefined,
    };
    popup.close = () => {
      popup.closed = true;
      return undefined;
    };
    window.open = () => {
      popup.opened += 1;
      popup.calls = stage.server.calls.length;
      return isBlocked ? null : (popup as unknown as Window);
    };
    return popup;
  }

  it("opens inside the press, before the session is made", async () => {
    const popup = fakeWindow();
    try {
      const element = await stage.mount({ ...BARE, sku: "mug", presentation: "popup" });
      offerSession(stage);
      await press(element, "button");
      equal([viewOf(element), popup.opened, popup.calls, popup.closed], ["window", 1, 0, false]);
      equal(stage.server.started[1]?.body?.["presentation"], "popup");
    } finally {
      window.open = realOpen;
    }
  });

  it("leads back to the start when it is closed, and asks the server, which may know of a payment", async () => {
    const popup = fakeWindow();
    try {
      stage.server.session = sampleSession({ gateways: ONE });
      const element = await stage.mount({ presentation: "popup" });
      await press(element, "button");
      popup.closed = true;
      await stage.clock.pass(1000);
      includes(textOf(element, "notice"), "The payment window was closed");
      stage.server.complete();
      await stage.clock.pass(10_000);
      equal(viewOf(element), "complete");
    } finally {
      window.open = realOpen;
    }
  });

  it("is closed with the attempt", async () => {
    const popup = fakeWindow();
    try {
      stage.server.session = sampleSession({ gateways: ONE });
      const element = await stage.mount({ presentation: "popup" });
      await press(element, "button");
      await press(element, "cancel");
      equal([viewOf(element), popup.closed], ["start", true]);
    } finally {
      window.open = realOpen;
    }
  });

  for (const wanted of ["popup", "auto"]) {
    it(`gives way to leaving the page where it is blocked, and not to a frame: ${wanted}`, async () => {
      fakeWindow(true);
      try {
        stage.server.session = sampleSession({
          gateways: [{ id: "card", label: "Card", presentations: ["iframe", "popup", "redirect"] }],
        });
        const element = await stage.mount({ presentation: wanted });
        if (wanted === "auto") await press(element, "button");
        stage.server.answers.push(problem(502, "gateway_unavailable"));
        await press(element, wanted === "auto" ? "elsewhere" : "button");
        equal(stage.server.started.at(-1)?.body?.["presentation"], "redirect");
        includes(textOf(element, "form"), "You pay on another page");
      } finally {
        window.open = realOpen;
      }
    });
  }

  it("gives way to the frame where it is blocked, and says so where there is no other way", async () => {
    fakeWindow(true);
    try {
      stage.server.session = sampleSession({ gateways: ONE, attempt: sampleAttempt({ state: "cancelled" }) });
      const element = await stage.mount({ presentation: "popup" });
      await press(element, "button");
      equal(viewOf(element), "frame");
      // The way out of the frame is another one than the frame.
      const popup = fakeWindow();
      await press(element, "elsewhere");
      equal([viewOf(element), popup.opened], ["window", 1]);
      fakeWindow(true);
      stage.server.session = sampleSession({ gateways: [{ id: "g", label: "G", presentations: ["popup"] }] });
      const other = await stage.mount({ presentation: "popup" });
      await press(other, "button");
      includes(textOf(other, "notice"), "Your browser blocked the payment window");
      equal(stage.heard.at(-1)?.code, "popup_blocked");
    } finally {
      window.open = realOpen;
    }
  });
});

describe("words and overlay", () => {
  const stage = useStage();

  it("takes texts of the page's own for the element's, each of its kind", async () => {
    const words = JSON.stringify({ pay: "Buy for {amount}", cancelled: "not a pair", total: ["no"], nonsense: 1 });
    const element = await stage.mount({ words });
    equal(textOf(element, "button"), "Buy for €43.00");
    equal(textOf(element, "total"), "Total €43.00");
    element.words = "{";
    await settle();
    equal(textOf(element, "button"), "Pay €43.00");
  });

  it("takes what frameworks set as properties: numbers, and `false` for an attribute that is not to be there", async () => {
    const element = await stage.mount({ overlay: "" });
    Object.assign(element, { overlay: false, quantity: 2, gateway: undefined, cart: null });
    equal(
      ["overlay", "quantity", "gateway", "cart"].map((name) => element.getAttribute(name)),
      [null, "2", null, null],
    );
    await press(element, "button");
    ok(part(element, "frame") && !element.renderRoot.querySelector("dialog"));
  });

  it("opens the frame in a modal dialog, and calls off by Escape", async () => {
    const element = await stage.mount({ overlay: "" });
    await press(element, "button");
    const dialog = part(element, "dialog") as HTMLDialogElement;
    ok(dialog.open && dialog.matches(":modal") && dialog.querySelector("iframe"));
    dialog.dispatchEvent(new Event("cancel"));
    await settle();
    equal([viewOf(element), element.renderRoot.querySelector("dialog")], ["start", null]);
  });
});
