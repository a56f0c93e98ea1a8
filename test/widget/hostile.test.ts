import { equal, ok } from "./support/assert.ts";
import { settle, until } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { addPuppet, frameOf, go, nextPuppet, say } from "./support/puppet.ts";
import { originOf, PROVIDER, sampleSession, SERVER, SESSION_ID } from "./support/scripted-server.ts";
import { press, useStage, viewOf } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";
import type { OffsiteCheckout } from "../../widget/index.ts";

const elsewherePort = String((globalThis as unknown as { elsewherePort: number }).elsewherePort);
const OLD_NONCE = "0-1-2-3-4-5-6-7-8-9-10-11-12";
const SIZE = { source: "offsite-checkout", version: 1, type: "resize", height: 77 };

/** A message as the return page would send it for the latest attempt. */
function message(stage: Stage, type: string, more: object = {}): Record<string, unknown> {
  const nonce = stage.server.started.at(-1)?.body?.["nonce"];
  return { source: "offsite-checkout", version: 1, type, sessionId: SESSION_ID, nonce, ...more };
}

/** Opens the frame with the puppet of an address in it, which a paid session waits behind. */
async function openFrame(stage: Stage, address = `${SERVER}/puppet`): Promise<OffsiteCheckout> {
  stage.server.handoff = { method: "GET", url: `${PROVIDER}/puppet` };
  const element = await stage.mount();
  const arrival = nextPuppet();
  await press(element, "button");
  await arrival;
  if (address !== `${PROVIDER}/puppet`) await go(frameOf(element), address);
  stage.server.complete();
  return element;
}

/** Lets the page hear an event as no browser would make it; engines differ in which windows its constructor takes. */
function forge(data: unknown, source: MessageEventSource | null): void {
  const event = new MessageEvent("message", { data, origin: SERVER });
  dispatchEvent(Object.defineProperty(event, "source", { value: source }));
}

/** Fails where a message had any effect. */
function expectUnheard(stage: Stage, element: OffsiteCheckout): void {
  equal([viewOf(element), stage.server.asked], ["frame", 1]);
  equal(frameOf(element).offsetHeight, 560);
  equal(stage.types, ["ready", "started"]);
}

describe("messages of the wrong origin", () => {
  const stage = useStage();

  for (const [name, address] of [
    ["the provider's", `${PROVIDER}/puppet`],
    ["one that begins like the server's", `${originOf("server.localhost.evil")}/puppet`],
    ["one that ends like the server's", `${originOf("evilserver")}/puppet`],
    ["one below the server's", `${originOf("evil.server")}/puppet`],
    ["the server's on another port", `${originOf("server", elsewherePort)}/puppet`],
    ["the shop's own", `${location.origin}/puppet`],
  ] as const) {
    it(`has no effect: ${name}`, async () => {
      const element = await openFrame(stage, address);
      await say(frameOf(element), message(stage, "returned"));
      await say(frameOf(element), message(stage, "cancelled"));
      await say(frameOf(element), message(stage, "ready"));
      if (!address.startsWith(PROVIDER)) {
        await say(frameOf(element), message(stage, "resize", { height: 77 }));
        await say(frameOf(element), SIZE);
      }
      expectUnheard(stage, element);
    });
  }

  it("has no effect: one that is null", async () => {
    const element = await openFrame(stage);
    frameOf(element).sandbox.remove("allow-same-origin");
    const arrival = nextPuppet();
    frameOf(element).src = `${SERVER}/puppet?opaque`;
    await arrival;
    await say(frameOf(element), message(stage, "returned"));
    await say(frameOf(element), SIZE);
    expectUnheard(stage, element);
  });
});

describe("messages of the wrong window", () => {
  const stage = useStage();

  it("have no effect: another frame of the page, at the server's origin", async () => {
    const element = await openFrame(stage);
    const other = await addPuppet(`${SERVER}/puppet`);
    await say(other, message(stage, "returned"));
    await say(other, SIZE);
    expectUnheard(stage, element);
  });

  it("have no effect: the page itself", async () => {
    const element = await openFrame(stage);
    for (const data of [message(stage, "returned"), SIZE]) {
      forge(data, window);
      forge(data, null);
    }
    expectUnheard(stage, element);
  });

  it("have no effect: the frame of another element", async () => {
    const element = await openFrame(stage);
    const ours = message(stage, "returned");
    stage.server.session = sampleSession();
    const other = await openFrame(stage);
    await say(frameOf(other), ours);
    // The first one knows that a newer attempt has ended its own; the second takes no message of the first one's.
    equal([viewOf(element), viewOf(other)], ["start", "frame"]);
  });

  it("have no effect: the frame of an attempt that is over", async () => {
    const element = await openFrame(stage);
    const old = frameOf(element);
    const data = message(stage, "returned");
    const source = old.contentWindow;
    await press(element, "cancel");
    const asked = stage.server.asked;
    forge(data, source);
    equal([viewOf(element), stage.server.asked], ["complete", asked]);
  });
});

describe("messages of the wrong shape", () => {
  const stage = useStage();

  it("have no effect where one of their fields is wrong", async () => {
    const element = await openFrame(stage);
    for (const change of [
      { nonce: OLD_NONCE },
      { nonce: undefined },
      { nonce: "" },
      { nonce: ["x"] },
      { sessionId: "cs_other" },
      { source: "offsite-checkout2" },
      { version: 2 },
      { version: "1" },
      { type: "complete" },
      { type: "toString" },
      { height: 100 },
    ]) {
      await say(frameOf(element), message(stage, "returned", change));
      expectUnheard(stage, element);
    }
  });

  it("leave the frame's height as it is where theirs is none", async () => {
    const element = await openFrame(stage);
    const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
    const infinite = [NEGATIVE_INFINITY, POSITIVE_INFINITY, Number.NaN];
    const none = [...infinite, 0, -1, 4001, 77.5, "77", "77px; position: fixed", [77], {}];
    for (const height of none) {
      await say(frameOf(element), message(stage, "resize", { height }));
      await say(frameOf(element), { ...SIZE, height });
      expectUnheard(stage, element);
    }
  });

  it("have no effect where they are anything else", async () => {
    const element = await openFrame(stage);
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    for (const data of [
      null,
      undefined,
      "offsite-checkout",
      1,
      ["offsite-checkout", 1],
      new Map([["source", "offsite-checkout"]]),
      cyclic,
      "x".repeat(10_000_000),
      new Uint8Array(1_000_000),
      JSON.parse(`${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`),
      JSON.parse('{"__proto__":{"source":"offsite-checkout","version":1,"type":"returned"}}'),
    ]) {
      await say(frameOf(element), data);
      expectUnheard(stage, element);
    }
    equal(({} as Record<string, unknown>)["source"], undefined);
  });

  it("have no effect where reading them throws", async () => {
    const element = await openFrame(stage);
    const data = new Proxy(
      {},
      {
        get: () => {
          throw new Error("trap");
        },
      },
    );
    forge(data, frameOf(element).contentWindow);
    expectUnheard(stage, element);
  });
});

describe("a flood of messages", () => {
  const stage = useStage();

  it("of nonsense has no effect, and the true one behind it is heard", async () => {
    const element = await openFrame(stage);
    await say(frameOf(element), message(stage, "returned", { nonce: OLD_NONCE }), 2000);
    expectUnheard(stage, element);
    await say(frameOf(element), message(stage, "returned"));
    equal(viewOf(element), "complete");
  });

  it("of true ones asks the server once", async () => {
    const element = await openFrame(stage);
    const release = stage.server.hold();
    // The first one takes the frame away, and with it whoever would say that it was the last.
    frameOf(element).contentWindow?.postMessage({ say: message(stage, "returned"), times: 2000 }, "*");
    await until(() => viewOf(element) !== "frame");
    await settle();
    equal([viewOf(element), stage.server.asked], ["settling", 2]);
    release();
    await settle();
    equal(stage.types, ["ready", "started", "complete"]);
  });

  it("of heights leaves the last one", async () => {
    const element = await openFrame(stage, `${PROVIDER}/puppet`);
    await say(frameOf(element), { ...SIZE, height: 3999 }, 2000);
    await say(frameOf(element), { ...SIZE, height: 301 });
    equal([frameOf(element).clientHeight, stage.server.asked], [301, 1]);
  });
});

describe("a page around the element that is not kind", () => {
  const stage = useStage();

  it("does not hide what the element needs by elements called like it", async () => {
    const clobbers = document.createElement("div");
    clobbers.dataset["stage"] = "";
    const names =
      "documentElement location offsite-checkout notice session crossOriginIsolated scripts hidden visibilityState baseURI";
    for (const id of names.split(" ")) {
      const form = Object.assign(document.createElement("form"), { id });
      form.setAttribute("name", id);
      clobbers.append(form);
    }
    document.body.append(clobbers);
    const element = await openFrame(stage);
    stage.server.change({ status: "pending" });
    await say(frameOf(element), message(stage, "returned"));
    equal(viewOf(element), "pending");
    stage.server.complete();
    await stage.clock.pass(10_000);
    equal(viewOf(element), "complete");
  });

  it("is not handed the nonce or the client secret by what it can see", async () => {
    const element = await openFrame(stage);
    const nonce = String(stage.server.started[0]?.body?.["nonce"]);
    const seen = element.renderRoot.innerHTML;
    ok(!seen.includes(nonce));
    ok(!seen.includes("cs_secret"));
  });
});
