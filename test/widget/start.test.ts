import type { OffsiteCheckout } from "../../widget/index.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { nextPuppet } from "./support/puppet.ts";
import {
  brokenConnection,
  problem,
  PROVIDER,
  reply,
  sampleAttempt,
  sampleSession,
  SESSION_ID,
} from "./support/scripted-server.ts";
import { findPart, part, press, spoken, textOf, useStage, viewOf } from "./support/stage.ts";

describe("starting an attempt", () => {
  const stage = useStage();

  it("sends gateway, presentation and a fresh nonce, and tells the page", async () => {
    const element = await stage.mount();
    await press(element, "button");
    element.cancel();
    await settle();
    await press(element, "button");
    const nonces = stage.server.started.map(({ body }) => String(body?.["nonce"]));
    ok(nonces.every((nonce) => /^[A-Za-z0-9_-]{16,64}$/.test(nonce)) && nonces[0] !== nonces[1]);
    equal(stage.server.started[0]?.body, { gateway: "card", presentation: "iframe", nonce: nonces[0] });
    equal(stage.types, ["ready", "started", "cancelled", "started"]);
    equal(stage.heard[1], { type: "offsite-started", sessionId: SESSION_ID, status: "open" });
  });

  it("starts one attempt however often the button is pressed", async () => {
    const element = await stage.mount();
    const button = part(element, "button");
    for (let presses = 0; presses < 5; presses += 1) button.click();
    void element.start();
    await settle();
    equal(stage.server.started.length, 1);
    equal(stage.types, ["ready", "started"]);
  });

  it("says that it is at work while the server is, and keeps the button where it is", async () => {
    const element = await stage.mount();
    const button = part(element, "button");
    stage.server.hold();
    await press(element, "button");
    await stage.clock.pass(0);
    equal(viewOf(element), "starting");
    equal(part(element, "button"), button);
    equal([textOf(element, "button"), button.getAttribute("aria-disabled")], ["Opening the payment page…", "true"]);
    equal(spoken(element, "status"), "Opening the payment page…");
    ok(element.renderRoot.querySelector("fieldset")?.disabled);
  });

  it("starts by method, too, and never rejects", async () => {
    const element = await stage.mount();
    stage.server.answers.push(brokenConnection);
    await element.start();
    equal(viewOf(element), "start");
    await element.start();
    equal(viewOf(element), "frame");
    await element.start();
    equal(stage.server.started.length, 2);
  });

  it("does nothing by method where there is nothing to start or to cancel", async () => {
    stage.server.session = sampleSession({ status: "expired" });
    const element = await stage.mount();
    await element.start();
    element.cancel();
    await settle();
    equal(stage.server.started.length, 0);
    equal(stage.types, ["expired"]);
    equal(viewOf(element), "expired");
  });

  for (const [name, answer, title, code] of [
    [
      "the provider is gone",
      problem(502, "gateway_unavailable"),
      "We cannot reach the payment provider",
      "gateway_unavailable",
    ],
    ["calls to it are suspended", problem(503, "circuit_open"), "We cannot reach the payment provider", "circuit_open"],
    ["the provider declines", problem(402, "gateway_declined"), "Payment declined", "gateway_declined"],
    ["the connection breaks", brokenConnection, "We cannot reach the checkout", "network_error"],
    ["the server fails", problem(500, "internal_error"), "Sorry, there is a problem", "internal_error"],
  ] as const) {
    it(`explains that ${name}, tells the page, and can be tried again`, async () => {
      const element = await stage.mount();
      stage.server.answers.push(answer);
      await press(element, "button");
      includes(textOf(element, "notice"), title);
      equal(stage.heard.at(-1), { type: "offsite-error", sessionId: SESSION_ID, status: "open", code });
      await press(element, "button");
      equal(viewOf(element), "frame");
      equal(findPart(element, "notice"), null);
    });
  }

  for (const url of [
    "javascript:parent.hacked=1",
    "data:text/html,x",
    "//provider",
    "/local",
    "https://[",
    "",
    "blob:x",
  ]) {
    it(`follows no handoff to ${JSON.stringify(url)}`, async () => {
      const element = await stage.mount();
      stage.server.handoff = { method: "GET", url };
      await press(element, "button");
      equal(viewOf(element), "start");
      equal(stage.heard.at(-1)?.code, "unexpected_answer");
      equal(element.renderRoot.querySelector("iframe"), null);
    });
  }

  it("shows a session that was paid meanwhile as paid", async () => {
    const element = await stage.mount();
    stage.server.complete();
    stage.server.answers.push(problem(409, "session_complete"));
    await press(element, "button");
    equal(viewOf(element), "complete");
    equal(stage.types, ["ready", "complete"]);
  });

  it("shows a session that expired meanwhile as expired", async () => {
    const element = await stage.mount();
    stage.server.change({ status: "expired" });
    stage.server.answers.push(problem(409, "session_closed"));
    await press(element, "button");
    equal(viewOf(element), "expired");
    equal(stage.types, ["ready", "expired"]);
  });

  it("shows money that is on its way since, and waits for a trip that is asked about right now", async () => {
    const element = await stage.mount();
    stage.server.change({ status: "pending" });
    stage.server.answers.push(problem(409, "invalid_state"));
    await press(element, "button");
    equal([viewOf(element), stage.types], ["pending", ["ready", "pending"]]);
    stage.server.session = sampleSession({ attempt: sampleAttempt() });
    const other = await stage.mount();
    stage.server.answers.push(problem(409, "invalid_state"));
    await press(other, "button");
    equal(viewOf(other), "settling");
    stage.server.complete();
    await stage.clock.pass(1000);
    equal(viewOf(other), "complete");
  });

  it("drops the answer where the page called it off meanwhile", async () => {
    const element = await stage.mount();
    const release = stage.server.hold();
    await press(element, "button");
    element.cancel();
    await settle();
    equal(viewOf(element), "start");
    includes(textOf(element, "notice"), "Payment called off");
    release();
    await settle();
    equal(viewOf(element), "start");
    equal(stage.types, ["ready", "cancelled"]);
  });

  it("sends nobody anywhere where the page calls it off in answer to its start", async () => {
    const element = await stage.mount();
    document.addEventListener("offsite-started", () => element.cancel(), { once: true });
    await press(element, "button");
    equal(viewOf(element), "start");
    equal(element.renderRoot.querySelector("iframe"), null);
    equal(stage.types, ["ready", "started", "cancelled"]);
  });

  it("is not dropped where another tab has news while it is being started", async () => {
    const element = await stage.mount();
    const attempt = sampleAttempt({ state: "started" });
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    stage.server.answers.push(async () => {
      await released;
      return reply({ attempt, handoff: stage.server.handoff }, 201);
    });
    await press(element, "button");
    const [tab, heard] = [new BroadcastChannel("offsite-checkout"), new BroadcastChannel("offsite-checkout")];
    const arrival = new Promise((resolve) => heard.addEventListener("message", resolve));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    tab.postMessage(SESSION_ID);
    await arrival;
    for (const channel of [tab, heard]) channel.close();
    equal(stage.server.asked, 1);
    release();
    await settle();
    equal(viewOf(element), "frame");
  });

  it("can be started in answer to its being ready", async () => {
    const start = ({ target }: Event): void => {
      void (target as OffsiteCheckout).start();
    };
    document.addEventListener("offsite-ready", start, { once: true });
    stage.server.session = sampleSession({ attempt: sampleAttempt({ state: "declined" }) });
    const arrival = nextPuppet();
    const element = await stage.mount();
    equal(viewOf(element), "frame");
    equal((await arrival).puppet, `${PROVIDER}/puppet`);
  });

  it("turns to another session while one is being started", async () => {
    const element = await stage.mount();
    const release = stage.server.hold();
    await press(element, "button");
    stage.server.session = sampleSession({ id: "cs_other", amount: 100, items: [], shipping: 0, tax: 0, discount: 0 });
    element.session = "cs_other";
    await settle();
    release();
    await settle();
    equal(viewOf(element), "start");
    equal(textOf(element, "total"), "Total €1.00");
    equal(
      stage.heard.map(({ sessionId }) => sessionId),
      [SESSION_ID, "cs_other"],
    );
  });

  it("comes back usable where it was taken off the page while starting", async () => {
    const element = await stage.mount();
    const release = stage.server.hold();
    await press(element, "button");
    element.remove();
    await settle();
    release();
    await settle();
    document.body.append(element);
    await settle();
    equal(viewOf(element), "start");
    await press(element, "button");
    equal(viewOf(element), "frame");
    equal(stage.types, ["ready", "started"]);
  });
});

describe("choosing the presentation", () => {
  const stage = useStage();

  for (const [wanted, offered, chosen] of [
    ["auto", ["redirect", "iframe"], "iframe"],
    ["", ["iframe"], "iframe"],
    ["iframe", ["redirect", "iframe"], "iframe"],
    ["redirect", ["iframe"], "iframe"],
    ["nonsense", ["iframe", "redirect"], "iframe"],
  ] as const) {
    it(`meets ${offered.join(", ")} by ${chosen} where ${wanted || "nothing"} is wanted`, async () => {
      stage.server.session = sampleSession({ gateways: [{ id: "g", label: "G", presentations: [...offered] }] });
      const element = await stage.mount({ presentation: wanted });
      await press(element, "button");
      equal(
        stage.server.started.map(({ body }) => body?.["presentation"]),
        [chosen],
      );
    });
  }

  for (const [wanted, offered] of [
    ["popup", ["popup", "iframe", "redirect"]],
    ["auto", ["redirect", "popup"]],
  ] as const) {
    it(`meets ${offered.join(", ")} by popup where ${wanted} is wanted`, async () => {
      stage.server.session = sampleSession({ gateways: [{ id: "g", label: "G", presentations: [...offered] }] });
      const element = await stage.mount({ presentation: wanted });
      const realOpen = window.open;
      // Some browsers open windows for real presses alone.
      window.open = () => ({ closed: false, close() {} }) as Window;
      try {
        stage.server.answers.push(problem(500, "internal_error"));
        await press(element, "button");
        equal(stage.server.started[0]?.body?.["presentation"], "popup");
      } finally {
        window.open = realOpen;
      }
    });
  }

  it("leaves the page in a browser inside of an app, whose windows nothing comes back from", async () => {
    stage.server.session = sampleSession({
      gateways: [{ id: "g", label: "G", presentations: ["popup", "redirect"] }],
    });
    Object.defineProperty(navigator, "userAgent", {
      value: "Mozilla/5.0 (iPhone) Instagram 300.0",
      configurable: true,
    });
    try {
      const element = await stage.mount({ presentation: "auto" });
      stage.server.answers.push(problem(500, "internal_error"));
      await press(element, "button");
      equal(stage.server.started[0]?.body?.["presentation"], "redirect");
    } finally {
      Reflect.deleteProperty(navigator, "userAgent");
    }
  });

  for (const [wanted, offered] of [
    ["redirect", ["iframe", "redirect"]],
    ["iframe", ["redirect"]],
    ["auto", ["redirect"]],
  ] as const) {
    it(`meets ${offered.join(", ")} by redirect where ${wanted} is wanted`, async () => {
      stage.server.session = sampleSession({ gateways: [{ id: "g", label: "G", presentations: [...offered] }] });
      const element = await stage.mount({ presentation: wanted });
      includes(textOf(element, "hint"), "come back here");
      stage.server.answers.push(problem(500, "internal_error"));
      await press(element, "button");
      const [start] = stage.server.started;
      equal([start?.body?.["presentation"], start?.body?.["nonce"] ?? null], ["redirect", null]);
    });
  }

  it("offers no gateway that cannot be met at all", async () => {
    stage.server.session = sampleSession({ gateways: [{ id: "g", label: "G", presentations: [] }] });
    const element = await stage.mount();
    includes(textOf(element), "There is no way to pay");
  });
});
