import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { Handoff } from "../../shared/records.ts";
import type { SessionTarget } from "../client.ts";
import { readMessage } from "../messages.ts";
import type { Correspondent } from "../messages.ts";
import { submitHandoff } from "./handoff.ts";

/**
 * What a provider's page may do inside the shop's. Withheld: leaving for another page by itself, dialogs, downloads,
 * pointer lock, presentation. Granted:
 *
 * - `allow-forms`, `allow-scripts`: no payment page works without.
 * - `allow-same-origin`: it keeps its own origin, hence its own cookies and storage; it never gets the shop's.
 * - `allow-popups`, `allow-popups-to-escape-sandbox`: a bank's window, which must not inherit these limits.
 * - `allow-top-navigation-by-user-activation`: a bank that must take the whole page, at the customer's own press.
 */
const SANDBOX =
  "allow-forms allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/**
 * The browser's own payment sheet, for any origin: a provider hands on to banks and wallets whose origins nobody here
 * can name. Camera, microphone, location and the rest stay forbidden.
 */
const PERMISSIONS = "payment *";

/** Shows a provider's page in a frame inside the element, and takes messages from it. */
export class FramePresentation {
  readonly #root: () => ParentNode & Node;
  readonly #onReturn: () => void;
  /** Tells one frame of the page from another; never the nonce, as the provider can read its window's name. */
  readonly #name = `offsite-${Math.random()}`;
  #correspondent: Omit<Correspondent, "window"> | undefined;

  /** @param onReturn - called when the return page says that the customer is back */
  constructor(root: () => ParentNode & Node, onReturn: () => void) {
    this.#root = root;
    this.#onReturn = onReturn;
  }

  render(title: string): TemplateResult {
    return html`<iframe
      part="frame"
      name=${this.#name}
      title=${title}
      sandbox=${SANDBOX}
      allow=${PERMISSIONS}
      referrerpolicy="strict-origin"
    ></iframe>`;
  }

  /** Sends the customer into the frame, once it has been rendered. Messages must carry the attempt's `nonce`. */
  open(handoff: Handoff, { server, sessionId }: SessionTarget, nonce: string): void {
    this.#correspondent = {
      serverOrigin: new URL(server).origin,
      providerOrigin: new URL(handoff.url).origin,
      sessionId,
      nonce,
    };
    addEventListener("message", this.#hear);
    if (handoff.method === "POST") submitHandoff(handoff, this.#root(), this.#name);
    else if (this.#frame) this.#frame.src = handoff.url;
  }

  /** Hears no more of the trip; the attempt stays as it is. */
  close(): void {
    removeEventListener("message", this.#hear);
  }

  get #frame(): HTMLIFrameElement | null {
    return this.#root().querySelector("iframe");
  }

  readonly #hear = (event: MessageEvent<unknown>): void => {
    const frame = this.#frame;
    const news = frame && readMessage(event, { ...this.#correspondent, window: frame.contentWindow } as Correspondent);
    // Through the object model: a style attribute would need an exception from the page's content security policy.
    if (frame && news?.height) frame.style.blockSize = `${news.height}px`;
    else if (news && news.type !== "ready") this.#onReturn();
  };
}
