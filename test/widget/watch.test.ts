import { equal, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { brokenConnection, sampleAttempt, sampleSession, SESSION_ID } from "./support/scripted-server.ts";
import { press, useStage, viewOf } from "./support/stage.ts";

describe("asking again", () => {
  const stage = useStage();

  it("asks about money on its way less and less often, and not for ever", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    await stage.mount();
    await stage.clock.pass(60_000);
    const inFirstMinute = stage.server.asked;
    ok(inFirstMinute >= 5 && inFirstMinute <= 10, `asked ${inFirstMinute} times`);
    await stage.clock.pass(600_000);
    const inTenMore = stage.server.asked - inFirstMinute;
    ok(inTenMore >= 9 && inTenMore <= 11, `asked ${inTenMore} times`);
    await stage.clock.pass(24 * 3_600_000);
    ok(stage.server.asked <= 62, `asked ${stage.server.asked} times`);
    equal(stage.clock.waiting, 0);
    equal(stage.types, ["pending"]);
  });

  it("asks nothing more of a session that waits to be paid, or has ended", async () => {
    for (const status of ["open", "complete", "expired", "cancelled"] as const) {
      stage.server.session = sampleSession({ status });
      await stage.mount();
    }
    await stage.clock.pass(3_600_000);
    equal([stage.server.asked, stage.clock.waiting], [4, 0]);
  });

  it("asks for a while after an attempt that was left without an end", async () => {
    stage.server.session = sampleSession({ attempt: sampleAttempt() });
    const element = await stage.mount();
    equal(viewOf(element), "start");
    stage.server.complete();
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });

  it("rests while the page is hidden, and asks at once when it is shown", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    await stage.mount();
    stage.isHidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    await stage.clock.pass(600_000);
    equal([stage.server.asked, stage.clock.waiting], [1, 0]);
    stage.isHidden = false;
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    equal([stage.server.asked, stage.clock.waiting], [2, 1]);
  });

  it("rests where the page was hidden while it asked", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    const release = stage.server.hold();
    await stage.mount();
    stage.isHidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    release();
    await settle();
    equal([stage.types.join(), stage.clock.waiting], ["pending", 0]);
  });

  it("leaves nothing behind on the page when the element is taken off it", async () => {
    const listening = new Map<string, Set<unknown>>();
    const listenersOf = (type: string): Set<unknown> => {
      const listeners = listening.get(type) ?? new Set();
      listening.set(type, listeners);
      return listeners;
    };
    for (const target of [window, document]) {
      const add = target.addEventListener.bind(target);
      const remove = target.removeEventListener.bind(target);
      target.addEventListener = (type: string, listener: EventListener) => {
        listenersOf(type).add(listener);
        add(type, listener);
      };
      target.removeEventListener = (type: string, listener: EventListener) => {
        listenersOf(type).delete(listener);
        remove(type, listener);
      };
    }
    const sizes = (): unknown => Object.fromEntries([...listening].map(([type, { size }]) => [type, size]));
    try {
      const element = await stage.mount();
      await element.start();
      const types = ["message", "pageshow", "pagehide", "visibilitychange", "online"];
      ok(
        types.every((type) => listenersOf(type).size === 1),
        JSON.stringify(sizes()),
      );
      element.remove();
      await settle();
      ok(
        types.every((type) => listenersOf(type).size === 0),
        JSON.stringify(sizes()),
      );
    } finally {
      for (const target of [window, document]) {
        Reflect.deleteProperty(target, "addEventListener");
        Reflect.deleteProperty(target, "removeEventListener");
      }
    }
  });

  it("neither throws nor stops asking where the browser forbids channels between tabs", async () => {
    const Channel = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = class extends Channel {
      constructor(name: string) {
        super(name);
        this.close();
        throw new DOMException("The operation is insecure.", "SecurityError");
      }
    };
    try {
      const element = await stage.mount();
      element.remove();
      document.body.append(element);
      await settle();
      equal([viewOf(element), stage.server.asked], ["start", 2]);
      await press(element, "button");
      equal(viewOf(element), "frame");
    } finally {
      globalThis.BroadcastChannel = Channel;
    }
  });

  it("asks at once when the connection is back", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    await stage.mount();
    stage.server.answers.push(brokenConnection);
    await stage.clock.pass(5000);
    dispatchEvent(new Event("online"));
    await settle();
    equal(stage.server.asked, 3);
  });

  it("loads by itself what could not be loaded, once the connection is back or the server answers", async () => {
    for (const comeBack of [() => dispatchEvent(new Event("online")), () => stage.clock.pass(5000)]) {
      stage.server.answers.push(brokenConnection);
      const element = await stage.mount();
      equal(viewOf(element), "network");
      await comeBack();
      await settle();
      equal(viewOf(element), "start");
      element.remove();
    }
    equal(stage.types, ["error", "ready", "error", "ready"]);
  });

  it("rests while the element is off the page, and asks when it is back", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    const element = await stage.mount();
    element.remove();
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("online"));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await stage.clock.pass(600_000);
    equal([stage.server.asked, stage.clock.waiting], [1, 0]);
    document.body.append(element);
    await settle();
    equal(stage.server.asked, 2);
    stage.server.complete();
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });

  it("hears nothing while the page is kept to come back to, which browsers end where it does", async () => {
    const element = await stage.mount();
    const tab = new BroadcastChannel("offsite-checkout");
    const announce = async (): Promise<void> => {
      const heard = new BroadcastChannel("offsite-checkout");
      const arrival = new Promise((resolve) => heard.addEventListener("message", resolve));
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
      tab.postMessage(SESSION_ID);
      await arrival;
      heard.close();
      await settle();
    };
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    await announce();
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("online"));
    await stage.clock.pass(600_000);
    equal([stage.server.asked, stage.clock.waiting], [1, 0]);
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await settle();
    equal(stage.server.asked, 2);
    await announce();
    equal(stage.server.asked, 3);
    stage.server.complete();
    await announce();
    equal(viewOf(element), "complete");
    tab.close();
  });

  it("does not ask because a page is shown for the first time", async () => {
    await stage.mount();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
    await settle();
    equal(stage.server.asked, 1);
  });

  it("keeps what it shows where an answer does not come", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    const element = await stage.mount();
    stage.server.answers.push(brokenConnection, brokenConnection);
    await stage.clock.pass(12_000);
    equal([viewOf(element), stage.types.join()], ["pending", "pending"]);
  });
});

describe("answers that come too late", () => {
  const stage = useStage();

  it("are dropped where a later question was answered first", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    const element = await stage.mount();
    const release = stage.server.hold();
    await stage.clock.pass(3000);
    stage.server.complete();
    dispatchEvent(new Event("online"));
    await settle();
    equal(viewOf(element), "complete");
    release();
    await settle();
    equal([viewOf(element), stage.types.join()], ["complete", "pending,complete"]);
  });

  it("are dropped where they are older than what is known", async () => {
    const old = sampleSession({ status: "pending", version: 3 });
    stage.server.session = sampleSession({ status: "pending", version: 5 });
    const element = await stage.mount();
    stage.server.session = { ...old, status: "expired" };
    await stage.clock.pass(4000);
    equal(viewOf(element), "pending");
    stage.server.session = sampleSession({ status: "complete", version: 6 });
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });

  it("are dropped where the element has turned to another session, or to none", async () => {
    const release = stage.server.hold();
    const element = await stage.mount();
    stage.server.session = sampleSession({ id: "cs_other", status: "expired" });
    element.session = "cs_other";
    await settle();
    release();
    await settle();
    equal([viewOf(element), stage.types.join()], ["expired", "expired"]);
    const again = stage.server.hold();
    element.session = "cs_third";
    await settle();
    element.session = null;
    await settle();
    again();
    await settle();
    equal([viewOf(element), stage.types.join()], ["idle", "expired"]);
  });

  it("are dropped where the element was taken off the page", async () => {
    const release = stage.server.hold();
    const element = await stage.mount();
    element.remove();
    release();
    await settle();
    equal([viewOf(element), stage.heard.length], ["loading", 0]);
    document.body.append(element);
    await settle();
    equal([viewOf(element), stage.types.join()], ["start", "ready"]);
  });
});
