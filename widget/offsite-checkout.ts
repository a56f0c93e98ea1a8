import type { TemplateResult } from "lit/html.js";
import { isRevisited, returnedSession, serverBase } from "./addresses.ts";
import { CheckoutFlow } from "./checkout-flow.ts";
import { describeSession, type Offer } from "./offer.ts";
import type { Order, SessionTarget } from "./client.ts";
import { attributeOf, ReactiveElement } from "./reactive-element.ts";
import { recall } from "./secrets.ts";
import { styles } from "./styles.ts";
import type { View } from "./view.ts";
import { renderCheckout } from "./views/checkout.ts";
import { en } from "./words/en.ts";
import { findLanguage, languageAround, loadWords, overrideWords } from "./words/load.ts";
import type { Words } from "./words/words.ts";

/** The properties that stand for attributes. */
const PROPERTIES =
  "server session clientSecret sku quantity cart gateway presentation locale label words overlay".split(" ");

/**
 * Takes one payment through whichever provider the server offers, by redirect, in a frame or in a window.
 *
 * Put on the page that a session's `returnUrl` names, without attributes, it finds the session in the address, asks
 * the server and shows how it ended. What is inside is there to be pressed until the element has a button of its own.
 *
 * @tagname offsite-checkout
 *
 * @slot - A link or form that pays without a script: shown until the element is ready, and where it reaches no server.
 * @slot complete - Under the result of a paid session.
 * @slot pending - Under the result of a session whose money is on its way.
 * @slot expired - Under the result of a session whose time ran out.
 *
 * @fires {OffsiteEvent} offsite-ready - The session is loaded and can be paid.
 * @fires {OffsiteEvent} offsite-started - An attempt has begun: the customer is about to meet the provider's page.
 * @fires {OffsiteEvent} offsite-complete - The money is authorized or taken.
 * @fires {OffsiteEvent} offsite-pending - The provider is still processing the money.
 * @fires {OffsiteEvent} offsite-declined - The provider refused; the session is still open.
 * @fires {OffsiteEvent} offsite-cancelled - The customer called the attempt off, or the merchant the session.
 * @fires {OffsiteEvent} offsite-expired - The session's time ran out.
 * @fires {OffsiteEvent} offsite-error - Something failed; `detail.code` says what.
 *
 * @csspart base - The whole; beside it the view as `view-loading`, `view-offer`, `view-start`, `view-starting`, `view-leaving`,
 * `view-frame`, `view-window`, `view-settling`, `view-waiting`, `view-pending`, `view-complete`, `view-expired`, `view-withdrawn`,
 * `view-unconfirmed`, `view-network`, `view-lost`, `view-problem`.
 * @csspart summary - What is paid for.
 * @csspart test-mode - The line that says that no money moves.
 * @csspart items - The list of lines.
 * @csspart item - One line.
 * @csspart subtotal - The lines' sum.
 * @csspart shipping - What shipping costs.
 * @csspart tax - What is added as tax.
 * @csspart discount - What is taken off.
 * @csspart total - The total.
 * @csspart skeleton - The room while the session loads.
 * @csspart form - The start of a payment; beside it `room` where the frame is about to take its place.
 * @csspart gateways - The choice among gateways.
 * @csspart gateway - One gateway.
 * @csspart button - The primary button.
 * @csspart hint - A line in small type: what will happen, the order, the provider's own words.
 * @csspart notice - Why the customer is at the start again; beside it `bad` or `calm`.
 * @csspart frame - The frame with the provider's page.
 * @csspart dialog - The dialog around the frame, with `overlay`.
 * @csspart elsewhere - The button that opens the provider's page in another way.
 * @csspart cancel - The secondary button.
 * @csspart result - How things stand; beside it `good`, `wait` or `bad`.
 * @csspart title - The heading of a result, or of a notice of what went wrong.
 * @csspart heading - The heading of a notice that the customer called the payment off.
 * @csspart link - A link of a result.
 *
 * @cssprop [--offsite-ink] - Text.
 * @cssprop [--offsite-muted] - Secondary text.
 * @cssprop [--offsite-line] - Borders.
 * @cssprop [--offsite-surface] - The ground.
 * @cssprop [--offsite-canvas] - The ground of quiet areas.
 * @cssprop [--offsite-accent] - The button, the choice, links and the focus.
 * @cssprop [--offsite-on-accent] - Text on the button.
 * @cssprop [--offsite-success] - Paid.
 * @cssprop [--offsite-warning] - On its way.
 * @cssprop [--offsite-danger] - Not paid.
 * @cssprop [--offsite-radius=8px] - Corners.
 * @cssprop [--offsite-font] - Typefaces.
 * @cssprop [--offsite-frame-height=560px] - The frame's room until its page says how high it is.
 */
export class OffsiteCheckout extends ReactiveElement {
  static get observedAttributes(): string[] {
    return PROPERTIES.map(attributeOf);
  }

  /**
   * The base URL of the server; else where this script came from.
   * @attr server
   */
  declare server: string | null;

  /**
   * The id of the session; else the one that the page's address brings back.
   * @attr session
   */
  declare session: string | null;

  /**
   * The session's client secret; else the one that this tab kept.
   * @attr client-secret
   */
  declare clientSecret: string | null;

  /**
   * A product of the server's catalogue, where no session is named; several by `<offsite-item sku quantity>` inside.
   * @attr sku
   */
  declare sku: string | null;

  /**
   * How many of `sku`; else one.
   * @attr quantity
   */
  declare quantity: string | null;

  /**
   * A cart that the merchant signed, where no session is named.
   * @attr cart
   */
  declare cart: string | null;

  /**
   * The id of the one gateway to offer; else the customer chooses.
   * @attr gateway
   */
  declare gateway: string | null;

  /**
   * Where the customer meets the provider: `auto` (as without), `iframe`, `popup` or `redirect`.
   * @attr presentation
   */
  declare presentation: "auto" | "iframe" | "popup" | "redirect" | null;

  /**
   * A BCP 47 language tag for words and amounts; else that of the nearest `lang`.
   * @attr locale
   */
  declare locale: string | null;

  /**
   * The button's words; `{amount}` stands for the amount.
   * @attr label
   */
  declare label: string | null;

  /**
   * Texts in the place of the element's own, as JSON: `{"checkOut": "Buy", "cancelled": ["Title", "Text"]}`.
   * @attr words
   */
  declare words: string | null;

  /**
   * Opens the frame in a modal dialog over the page, where it is there.
   * @attr overlay
   */
  declare overlay: string | null;

  readonly #flow = new CheckoutFlow(this);
  /** What the session was opened by. */
  #named: string | undefined;
  /** The words of the language, once they are there. */
  #words: Words | undefined;
  #language: string | undefined;
  /** The view that the page shows, to tell when it changes. */
  #shown: View | undefined;
  /** The focus was inside when the view changed, and must not be lost with what had it. */
  #hadFocus = false;

  constructor() {
    super(styles, PROPERTIES);
  }

  /** Called in place of leaving and coming where the page moves the element by `moveBefore`: nothing is lost. */
  connectedMoveCallback(): void {}

  /** Begins an attempt, as the button does, if one can begin; never rejects: `offsite-error` tells what goes wrong. */
  async start(): Promise<void> {
    await this.#flow.start();
  }

  /** Closes the provider's page and leads back to the start; the payment can be taken up again. */
  cancel(): void {
    this.#flow.cancel();
  }

  protected override willUpdate(): void {
    this.#open();
    if (this.#flow.view !== this.#shown) this.#hadFocus = this.contains((this.getRootNode() as Document).activeElement);
  }

  protected override render(): TemplateResult | "" {
    if (this.#flow.view.name === "idle") return "";
    // As some servers write it: "de_AT".
    const locale = (this.locale || languageAround(this)).replace(/_/g, "-");
    if (locale !== this.#language) void this.#learn(locale);
    return renderCheckout(this.#flow, this.#override(this.#words ?? en), {
      locale,
      label: this.label,
      hadFocus: this.#hadFocus,
      isOverlay: this.overlay !== null,
      isMute: this.#isMute,
    });
  }

  protected override updated(): void {
    const { view } = this.#flow;
    if (view === this.#shown || this.#isMute) return;
    this.#shown = view;
    this.renderRoot.querySelector("dialog")?.showModal();
    // The button that was pressed has the focus, and a live region speaks.
    if ((!this.#hadFocus && view.name !== "frame") || view.name === "starting") return;
    const find = (part: string) => this.renderRoot.querySelector<HTMLElement>(`[part~=${part}]`);
    const target = find("frame") ?? find("title") ?? find("button") ?? find("base");
    // One that has the focus already would not be spoken again.
    target?.blur();
    target?.focus();
    // What has the focus may yet be seen in part alone: a frame by its upper edge.
    target?.scrollIntoView({ block: "nearest" });
  }

  /** Turns to the session that the attributes or the page's address name, unless it is the one already. */
  #open(): void {
    const { session, clientSecret: given, server } = this;
    const order = session ? undefined : this.#order;
    const orderName = JSON.stringify(order);
    const named = `${session} ${given} ${server} ${orderName}`;
    if (named === this.#named) return;
    const returned = returnedSession();
    // The page may have signed its cart anew since: then it is the element in the same place, until its order changes.
    const place = [...document.querySelectorAll("offsite-checkout")].indexOf(this);
    const own = order && (recall(orderName) || (this.#named ? null : recall(returned + place)));
    this.#named = named;
    // Of several orders on one page, one has come back; none can tell where this tab knows of neither.
    const isOwn = own || (order && recall(returned));
    const sessionId = session || (isOwn ? own : returned) || "";
    const clientSecret = (session && given) || recall(sessionId);
    let target: SessionTarget | undefined;
    let offer: Offer | undefined;
    try {
      if (order) offer = { server: serverBase(server), session: describeSession(order), name: orderName, place };
      if (clientSecret) target = { server: serverBase(server), sessionId, clientSecret };
    } catch {
      // The server's address is none: nobody can be asked.
    }
    const isReturning = sessionId !== "" && sessionId === returned;
    this.#flow.open(sessionId, target, isReturning && !(target && isRevisited()), offer);
  }

  /** What the attributes and the elements inside say is to be paid for, if they do. */
  get #order(): Order | undefined {
    const { cart } = this;
    if (cart) return { cart };
    const lines: Element[] = [this, ...this.querySelectorAll("offsite-item")];
    const items = lines.flatMap((line) => {
      const sku = line.getAttribute("sku");
      return sku ? [{ sku, quantity: Number(line.getAttribute("quantity") ?? 1) }] : [];
    });
    return items[0] && { items };
  }

  /**
   * Whether the words are still on their way: a moment later they are there, and nobody should read one language and
   * then another. A frame waits for nothing, as the provider's page is opened in it.
   */
  get #isMute(): boolean {
    return !this.#words && this.#flow.view.name !== "frame";
  }

  /** Turns to the words of a language: until they come, what was there before stays. */
  async #learn(locale: string): Promise<void> {
    this.#language = locale;
    const language = findLanguage(locale);
    if (language === "en") {
      this.#words = en;
      return;
    }
    const words = await loadWords(this.server, language);
    if (locale !== this.#language) return;
    this.#words = words;
    this.requestUpdate();
  }

  #override(words: Words): Words {
    try {
      return overrideWords(words, JSON.parse(this.words ?? "{}"));
    } catch {
      return words;
    }
  }
}
