import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { Handoff } from "../../shared/records.ts";
import type { Presentation } from "../../shared/states.ts";
import type { SessionTarget } from "../client.ts";
import { readMessage } from "../messages.ts";
import type { Correspondent } from "../messages.ts";
import type { Choice } from "./choices.ts";
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
  "allow-same-origin allow-forms allow-scripts allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/**
 * The browser's own payment sheet, for any origin: a provider hands on to banks and wallets whose origins nobody here
 * can name. Camera, microphone, location and the rest stay forbidden.
 */
const PERMISSIONS = "payment *";

/** How often it is looked whether the window is still there. */
const LOOK_MS = 500;
/** A frame that has loaded nothing for so long shows nothing. */
const SILENT_MS = 20_000;

/** What the provider's page, or that it is missing, leads to. */
export interface ProviderPageNews {
  /** The return page says that the customer is back. */
  onReturn: () => void;
  /** The window is gone. */
  onClosed: () => void;
  /** The frame has loaded nothing. */
  onSilent: () => void;
}

/** Shows a provider's page in a frame inside the element or in a window, and takes messages from it. */
export class ProviderPage {
  readonly #root: () => ParentNode & Node;
  readonly #news: ProviderPageNews;
  /** Tells one frame of the page from another; never the nonce, as the provider can read its window's name. */
  readonly #name = `offsite-${Math.random()}`;
  #window: Window | null = null;
  #correspondent: Omit<Correspondent, "window"> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: () => ParentNode & Node, news: ProviderPageNews) {
    this.#root = root;
    this.#news = news;
  }

  /**
   * Renders the frame, which may run no scripts before {@link open}: to get ready for some is most of what an empty one
   * takes.
   *
   * @param isHidden - while nothing is on its way into it
   */
  render(title: string, isHidden: boolean): TemplateResult {
    return html`<iframe
      part="frame"
      ?hidden=${isHidden}
      sandbox="allow-same-origin"
      name=${this.#name}
      title=${title}
      allow=${PERMISSIONS}
      referrerpolicy="strict-origin"
    ></iframe>`;
  }

  /** Opens an empty window, inside the customer's press and before anything is asked; tells whether one came. */
  openWindow(): boolean {
    if (!this.#window || this.#window.closed) this.#window = open("", this.#name, "popup,width=520,height=720");
    return this.#window !== null;
  }

  /**
   * Opens the window where that is the choice; gives where the page is to be met, or nothing where it cannot be. What
   * is sure to work comes before what a blocked window may have been opened in the place of: the frame.
   */
  enter({ presentation, others }: Choice): Presentation | undefined {
    if (presentation !== "popup") this.close();
    else if (!this.openWindow()) return others.includes("redirect") ? "redirect" : others[0];
    return presentation;
  }

  /** Brings the window back to the front. */
  showWindow(): void {
    this.#window?.focus();
  }

  /** Sends the customer into the window or, once it has been rendered, the frame. Messages must carry the `nonce`. */
  open(handoff: Handoff, { server, sessionId }: SessionTarget, nonce: string): void {
    this.#correspondent = {
      serverOrigin: new URL(server).origin,
      providerOrigin: new URL(handoff.url).origin,
      sessionId,
      nonce,
    };
    addEventListener("message", this.#hear);
    this.frame?.setAttribute("sandbox", SANDBOX);
    const target = this.#window;
    if (target) this.#look();
    else this.#timer = setTimeout(() => this.#judge(), SILENT_MS);
    if (handoff.method === "POST") submitHandoff(handoff, this.#root(), this.#name);
    else if (target) target.location.replace(handoff.url);
    else if (this.frame) this.frame.src = handoff.url;
  }

  /** Hears no more of the trip, and takes its window away; the attempt stays as it is. */
  close(): void {
    removeEventListener("message", this.#hear);
    clearTimeout(this.#timer);
    this.#window?.close();
    this.#window = null;
  }

  /** The frame, once it has been rendered. */
  get frame(): HTMLIFrameElement | null {
    return this.#root().querySelector("iframe");
  }

  /** Whatever has come, be it slow or an error's page, is another origin's; only the empty page can still be read. */
  #judge(): void {
    if (this.frame?.contentDocument?.URL === "about:blank") this.#news.onSilent();
  }

  #look(): void {
    this.#timer = setTimeout(() => {
      if (this.#window?.closed) this.#news.onClosed();
      else this.#look();
    }, LOOK_MS);
  }

  readonly #hear = (event: MessageEvent<unknown>): void => {
    const frame = this.frame;
    const window = this.#window ?? frame?.contentWindow;
    const news = window && readMessage(event, { ...this.#correspondent, window } as Correspondent);
    // Through the object model: a style attribute would need an exception from the page's content security policy.
    // With its border, or engines whose scroll bars take room would show one.
    if (news?.height) frame?.style.setProperty("block-size", `${news.height + 2}px`);
    else if (news && news.type !== "ready") this.#news.onReturn();
  };
}
