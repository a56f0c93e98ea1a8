import type { OffsiteCheckout } from "../../../widget/index.ts";
import { ok } from "./assert.ts";
import { settle } from "./clock.ts";

/** What a puppet says when it is there: where it is, and how its page was asked for. */
export interface Puppet {
  puppet: string;
  method: string;
  body: string;
}

/** Resolves with the next puppet that appears; to be called before what makes it appear. */
export function nextPuppet(): Promise<Puppet> {
  return new Promise((resolve) => {
    const hear = ({ data, source }: MessageEvent<unknown>): void => {
      if (typeof data !== "object" || data === null || !("puppet" in data)) return;
      // One of an earlier test may have its say after its frame is gone.
      if (source === null || (source as Window).closed) return;
      removeEventListener("message", hear);
      resolve(data as Puppet);
    };
    addEventListener("message", hear);
  });
}

/** The element's frame. */
export function frameOf(element: OffsiteCheckout): HTMLIFrameElement {
  const frame = element.renderRoot.querySelector("iframe");
  ok(frame, "expected a frame");
  return frame;
}

/** Has the page in a frame say something to its parent, and waits until the parent has heard it. */
export async function say(frame: HTMLIFrameElement, message: unknown, times = 1): Promise<void> {
  const over = `over ${Math.random()}`;
  const heard = new Promise<void>((resolve) => {
    const hear = ({ data }: MessageEvent<unknown>): void => {
      if (data !== over) return;
      removeEventListener("message", hear);
      resolve();
    };
    addEventListener("message", hear);
  });
  frame.contentWindow?.postMessage({ say: message, times }, "*");
  frame.contentWindow?.postMessage({ say: over }, "*");
  await heard;
  await settle();
}

/** Sends the page in a frame to an address, and waits until the puppet there has appeared. */
export async function go(frame: HTMLIFrameElement, address: string): Promise<Puppet> {
  const arrival = nextPuppet();
  frame.contentWindow?.postMessage({ go: address }, "*");
  return arrival;
}

/** Puts a puppet of its own on the test's page, beside the element. */
export async function addPuppet(address: string, sandbox?: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement("iframe");
  if (sandbox !== undefined) frame.setAttribute("sandbox", sandbox);
  const arrival = nextPuppet();
  frame.src = address;
  document.body.append(frame);
  await arrival;
  return frame;
}
