import type { OffsiteCheckout } from "../../widget/index.ts";
import { equal, ok } from "./support/assert.ts";
import { findViolations } from "./support/axe.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import { frameOf, go, nextPuppet, say } from "./support/puppet.ts";
import {
  brokenConnection,
  problem,
  sampleAttempt,
  samplePayment,
  sampleSession,
  SERVER,
  SESSION_ID,
} from "./support/scripted-server.ts";
import { findPart, press, useStage, viewOf } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

type Arrange = (stage: Stage) => Promise<OffsiteCheckout>;

async function openFrame(stage: Stage): Promise<OffsiteCheckout> {
  const element = await stage.mount();
  const arrival = nextPuppet();
  await press(element, "button");
  await arrival;
  return element;
}

async function comeBack(stage: Stage): Promise<OffsiteCheckout> {
  const element = await openFrame(stage);
  await go(frameOf(element), `${SERVER}/puppet`);
  const nonce = stage.server.started.at(-1)?.body?.["nonce"];
  const message = { source: "offsite-checkout", version: 1, type: "returned", sessionId: SESSION_ID, nonce };
  await say(frameOf(element), message);
  return element;
}

const showing =
  (changes: Parameters<typeof sampleSession>[0]): Arrange =>
  (stage) => {
    stage.server.session = sampleSession(changes);
    return stage.mount();
  };

const failing =
  (...answers: Stage["server"]["answers"]): Arrange =>
  (stage) => {
    stage.server.answers.push(...answers);
    return stage.mount();
  };

/** What the customer reads after an attempt that came to nothing. */
const noticing = (changes: Parameters<typeof sampleAttempt>[0]): Arrange =>
  showing({ attempt: sampleAttempt(changes) });

/** Every view that the element has, and every notice above its button. */
const STATES: Record<string, [view: string, arrange: Arrange]> = {
  loading: ["loading", (stage) => (stage.server.hold(), stage.mount())],
  "the start": ["start", showing({})],
  "the start in test mode": ["start", showing({ environment: "test" })],
  "the start with one gateway": ["start", (stage) => stage.mount({ gateway: "bank" })],
  starting: [
    "starting",
    async (stage) => {
      const element = await stage.mount();
      stage.server.hold();
      await press(element, "button");
      await stage.clock.pass(0);
      return element;
    },
  ],
  "the frame": ["frame", openFrame],
  "asking after the return": ["settling", comeBack],
  "the provider's silence": [
    "waiting",
    async (stage) => {
      const element = await comeBack(stage);
      await stage.clock.pass(30_000);
      return element;
    },
  ],
  "money on its way": ["pending", showing({ status: "pending", payment: samplePayment({ state: "pending" }) })],
  paid: ["complete", showing({ status: "complete", payment: samplePayment() })],
  "time that ran out": ["expired", showing({ status: "expired" })],
  "a session that was called off": ["withdrawn", showing({ status: "cancelled" })],
  "a broken connection": ["network", failing(brokenConnection)],
  "a server's fault": ["problem", failing(problem(500, "internal_error"))],
  "an unknown session": ["lost", failing(problem(404, "not_found"))],
  "no gateway": ["start", showing({ gateways: [] })],
  "a cancelled attempt": ["start", noticing({ state: "cancelled" })],
  "a declined attempt": ["start", noticing({ state: "declined", message: "Card expired" })],
  "a failed attempt": ["start", noticing({ state: "failed" })],
  "an attempt whose time ran out": ["start", noticing({ state: "expired" })],
  "another amount": ["start", noticing({ state: "failed", code: "amount_mismatch" })],
};

describe("what axe finds wrong", () => {
  // It takes seconds, and looks at the tree and the style sheet, which are the same in every engine.
  if (!navigator.userAgent.includes("Chrome/")) return;
  const stage = useStage();

  for (const [name, [view, arrange]] of Object.entries(STATES)) {
    it(`is nothing in ${name}, light and dark`, async () => {
      const element = await arrange(stage);
      equal(viewOf(element), view);
      const found = await findViolations(stage, element);
      element.style.colorScheme = "dark";
      found.push(...(await findViolations(stage, element, "color-contrast")));
      equal(found, []);
    });
  }

  it("is found where there is something", async () => {
    const element = await stage.mount();
    findPart(element, "gateways")
      ?.querySelector("input")
      ?.closest("label")
      ?.replaceWith(Object.assign(document.createElement("input"), { type: "text" }));
    await settle();
    const found = await findViolations(stage, element);
    ok(
      found.some((line) => line.startsWith("label:")),
      found.join(),
    );
  });
});
