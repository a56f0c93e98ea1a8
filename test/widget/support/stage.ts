import "../../../widget/index.ts";
import type { OffsiteCheckout, OffsiteEventDetail, OffsiteEventName } from "../../../widget/index.ts";
import { ok } from "./assert.ts";
import { FakeClock, settle } from "./clock.ts";
import { afterEach, beforeEach } from "./mocha.ts";
import { CLIENT_SECRET, ScriptedServer, SERVER, SESSION_ID } from "./scripted-server.ts";

// Test files run beside each other on one origin: each has channels of its own.
const pageId = crypto.randomUUID();
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(`${name} ${pageId}`);
  }
};

/** An event that the page heard. */
export type Heard = { type: OffsiteEventName } & OffsiteEventDetail;

const NAMES: OffsiteEventName[] = [
  "offsite-ready",
  "offsite-started",
  "offsite-complete",
  "offsite-pending",
  "offsite-declined",
  "offsite-cancelled",
  "offsite-expired",
  "offsite-error",
];

/** A page with elements on it, a server, and a clock; fresh for every test. */
export class Stage {
  server = new ScriptedServer();
  clock = new FakeClock();
  heard: Heard[] = [];
  /** What nobody caught: it must stay empty. */
  thrown: unknown[] = [];
  /** Whether the page is hidden, as behind another tab. */
  isHidden = false;

  /** Puts an element on the page, and waits until it has asked the server. */
  async mount(
    attributes: Record<string, string> = {},
    parent: ParentNode & Node = document.body,
  ): Promise<OffsiteCheckout> {
    const element = document.createElement("offsite-checkout");
    const given = { session: SESSION_ID, "client-secret": CLIENT_SECRET, server: SERVER, ...attributes };
    for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
    parent.append(element);
    await settle();
    return element;
  }

  /** The types of the events heard so far, without `offsite-`. */
  get types(): string[] {
    return this.heard.map(({ type }) => type.replace("offsite-", ""));
  }
}

/** Gives every test of a `describe` a stage of its own. */
export function useStage(): Stage {
  const stage = new Stage();
  const hear = (event: Event): void => {
    const { type, detail } = event as CustomEvent<OffsiteEventDetail>;
    stage.heard.push({ type: type as OffsiteEventName, ...detail });
  };
  const catchThrown = (event: ErrorEvent | PromiseRejectionEvent): void => {
    event.preventDefault();
    stage.thrown.push("reason" in event ? event.reason : event.error);
  };
  beforeEach(() => {
    Object.assign(stage, {
      server: new ScriptedServer(),
      clock: new FakeClock(),
      heard: [],
      thrown: [],
      isHidden: false,
    });
    const visibility = { configurable: true, get: () => (stage.isHidden ? "hidden" : "visible") };
    Object.defineProperty(document, "visibilityState", visibility);
    sessionStorage.clear();
    stage.server.install();
    stage.clock.install();
    for (const name of NAMES) document.addEventListener(name, hear);
    addEventListener("error", catchThrown);
    addEventListener("unhandledrejection", catchThrown);
  });
  afterEach(async () => {
    for (const element of document.querySelectorAll("offsite-checkout, [data-stage], iframe")) element.remove();
    await settle();
    stage.server.uninstall();
    stage.clock.uninstall();
    for (const name of NAMES) document.removeEventListener(name, hear);
    removeEventListener("error", catchThrown);
    removeEventListener("unhandledrejection", catchThrown);
    Reflect.deleteProperty(document, "visibilityState");
    ok(stage.thrown.length === 0, `thrown into the page: ${stage.thrown.map(String).join(", ")}`);
  });
  return stage;
}

/** The element's part of a name, which must be there. */
export function part(element: OffsiteCheckout, name: string): HTMLElement {
  const found = findPart(element, name);
  ok(found, `expected a part ${name} in ${element.renderRoot.textContent}`);
  return found;
}

/** The element's part of a name, if it is there. */
export function findPart(element: OffsiteCheckout, name: string): HTMLElement | null {
  return element.renderRoot.querySelector(`[part~="${name}"]`);
}

/** A part's text, with white space as it is seen. */
export function textOf(element: OffsiteCheckout, name = "base"): string {
  const copy = part(element, name).cloneNode(true) as HTMLElement;
  for (const unseen of copy.querySelectorAll("[role=status], [role=alert]")) unseen.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** The name of the view that the element shows. */
export function viewOf(element: OffsiteCheckout): string {
  return findPart(element, "base")?.part.item(1)?.replace("view-", "") ?? "idle";
}

/** Presses a part, as a customer does, and waits for what follows at once. */
export async function press(element: OffsiteCheckout, name: string): Promise<void> {
  part(element, name).click();
  await settle();
}

/** What a live region says. */
export function spoken(element: OffsiteCheckout, role: "status" | "alert"): string {
  return element.renderRoot.querySelector(`[role=${role}]`)?.textContent?.trim() ?? "";
}
