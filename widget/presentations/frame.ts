import { html, nothing } from "lit";
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import type { Handoff } from "../../shared/records.ts";
import type { SessionTarget } from "../client.ts";
import { submitHandoff } from "../handoff.ts";
import { readMessage } from "../messages.ts";
import type { Correspondent, News } from "../messages.ts";

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
  "allow-forms allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox " +
  "allow-top-navigation-by-user-activation";

/**
 * The browser's own payment sheet and passkeys, for any origin: a provider hands on to banks and wallets whose
 * origins nobody here can name. Camera, microphone, location and the rest stay forbidden.
 */
const PERMISSIONS = "payment *; publickey-credentials-get *";

/** Shows a provider's page in a frame inside the element, and takes messages from it. */
export class FramePresentation implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode & Node };
  readonly #onNews: (news: News) => void;
  /** Tells one frame of the page from another; never the nonce, as the provider can read its window's name. */
  readonly #name = `offsite-checkout-${Math.random().toString(36).slice(2)}`;
  #handoff: Handoff | undefined;
  #correspondent: Omit<Correspondent, "window"> | undefined;
  #isDelivered = false;
  #isLoaded = false;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode & Node }, onNews: (news: News) => void) {
    this.#host = host;
    this.#onNews = onNews;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  hostUpdated(): void {
    const frame = this.#frame;
    const handoff = this.#handoff;
    if (frame === null || handoff === undefined || this.#isDelivered) return;
    this.#isDelivered = true;
    if (handoff.method === "POST") submitHandoff(handoff, this.#host.renderRoot, this.#name);
    else frame.src = handoff.url;
  }

  /** Opens the frame at the next rendering; messages must carry the attempt's `nonce`. */
  open(handoff: Handoff, { server, sessionId }: SessionTarget, nonce: string): void {
    this.close();
    this.#handoff = handoff;
    this.#correspondent = {
      serverOrigin: new URL(server).origin,
      providerOrigin: new URL(handoff.url).origin,
      sessionId,
      nonce,
    };
    window.addEventListener("message", this.#hear);
    this.#host.requestUpdate();
  }

  /** Takes the frame away; the attempt stays as it is. */
  close(): void {
    window.removeEventListener("message", this.#hear);
    this.#handoff = undefined;
    this.#correspondent = undefined;
    this.#isDelivered = false;
    this.#isLoaded = false;
    this.#host.requestUpdate();
  }

  render(title: string): TemplateResult | typeof nothing {
    if (this.#handoff === undefined) return nothing;
    return html`<div part="frame-box" class="frame-box" ?data-loaded=${this.#isLoaded}>
      <iframe
        part="frame"
        name=${this.#name}
        title=${title}
        sandbox=${SANDBOX}
        allow=${PERMISSIONS}
        referrerpolicy="strict-origin"
        @load=${this.#markLoaded}
      ></iframe>
    </div>`;
  }

  get #frame(): HTMLIFrameElement | null {
    return this.#host.renderRoot.querySelector("iframe");
  }

  readonly #markLoaded = (): void => {
    // The empty document that every frame begins with has loaded, too.
    if (!this.#isDelivered) return;
    this.#isLoaded = true;
    this.#host.requestUpdate();
  };

  readonly #hear = (event: MessageEvent<unknown>): void => {
    const frame = this.#frame;
    if (this.#correspondent === undefined || frame === null) return;
    const news = readMessage(event, { ...this.#correspondent, window: frame.contentWindow });
    if (news === undefined) return;
    // Through the object model: a style attribute would need an exception from the page's content security policy.
    if (news.type === "resize") frame.style.blockSize = `${news.height}px`;
    else this.#onNews(news);
  };
}
