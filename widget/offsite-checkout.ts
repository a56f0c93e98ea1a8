import { nothing } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import { isRevisited, returnedSession, serverBase } from "./addresses.ts";
import { CheckoutFlow } from "./checkout-flow.ts";
import type { SessionTarget } from "./client.ts";
import { ReactiveElement } from "./reactive-element.ts";
import { recallSecret } from "./secrets.ts";
import { styles } from "./styles.ts";
import type { View } from "./view.ts";
import { renderCheckout } from "./views/checkout.ts";
import { en } from "./words/en.ts";

/**
 * Takes one payment through whichever provider the server offers, by redirect or in a frame.
 *
 * Put on the page that a session's `returnUrl` names, without attributes, it finds the session in the address, asks
 * the server and shows how it ended.
 *
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
 * @csspart base - The whole; beside it the view as `view-loading`, `view-start`, `view-starting`, `view-leaving`,
 * `view-frame`, `view-settling`, `view-waiting`, `view-pending`, `view-complete`, `view-expired`, `view-withdrawn`,
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
 * @csspart form - The start of a payment.
 * @csspart gateways - The choice among gateways.
 * @csspart gateway - One gateway.
 * @csspart button - The primary button.
 * @csspart hint - A line in small type: what will happen, the order, the provider's own words.
 * @csspart notice - Why the customer is at the start again.
 * @csspart frame-box - The room of the frame.
 * @csspart frame - The frame with the provider's page, and `loaded` once that is there.
 * @csspart cancel - The secondary button.
 * @csspart result - How things stand; beside it `good`, `wait` or `bad`.
 * @csspart title - The heading of a notice or a result.
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
  static override readonly styles = styles;

  static override readonly attributes = {
    server: "server",
    session: "session",
    clientSecret: "client-secret",
    gateway: "gateway",
    presentation: "presentation",
    locale: "locale",
    label: "label",
  };

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
   * The id of the one gateway to offer; else the customer chooses.
   * @attr gateway
   */
  declare gateway: string | null;

  /**
   * Where the customer meets the provider: `auto` (as without), `iframe` or `redirect`.
   * @attr presentation
   */
  declare presentation: string | null;

  /**
   * A BCP 47 language tag for words and amounts; else the page's.
   * @attr locale
   */
  declare locale: string | null;

  /**
   * The words of the button; `{amount}` stands for the amount.
   * @attr label
   */
  declare label: string | null;

  readonly #flow = new CheckoutFlow(this);
  /** What the session was opened by. */
  #named: string | undefined;
  /** The view that the page shows, to tell when it changes. */
  #shown: View | undefined;
  /** The focus was inside when the view changed, and must not be lost with what had it. */
  #hadFocus = false;

  /** Called in place of leaving and coming where the page moves the element by `moveBefore`: nothing is lost. */
  connectedMoveCallback(): void {}

  /**
   * Begins an attempt, as the button does; nothing where nothing can be started. It never rejects: what goes wrong is
   * shown, and told by `offsite-error`.
   */
  async start(): Promise<void> {
    await this.#flow.start();
  }

  /** Closes the provider's page and leads back to the start; the payment can be taken up again. */
  cancel(): void {
    this.#flow.cancel();
  }

  protected override willUpdate(): void {
    this.#open();
    if (this.#flow.view !== this.#shown) this.#hadFocus = this.renderRoot.activeElement !== null;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#flow.view.name === "idle") return nothing;
    const locale = this.locale || this.closest<HTMLElement>("[lang]")?.lang || document.documentElement.lang;
    return renderCheckout(this.#flow, en, locale, this.label, this.#hadFocus);
  }

  protected override updated(): void {
    const { view } = this.#flow;
    if (view === this.#shown) return;
    this.#shown = view;
    if (!this.#hadFocus && view.name !== "frame") return;
    const find = (part: string) => this.renderRoot.querySelector<HTMLElement>(`[part~=${part}]`);
    const target = find("frame") ?? find("title") ?? find("button") ?? find("base");
    // One that has the focus already would not be spoken again.
    target?.blur();
    target?.focus();
  }

  /** Turns to the session that the attributes or the page's address name, unless it is the one already. */
  #open(): void {
    const { session, clientSecret: given, server } = this;
    const named = `${session} ${given} ${server}`;
    if (named === this.#named) return;
    this.#named = named;
    const returned = returnedSession();
    const sessionId = session || returned;
    const clientSecret = (session && given) || recallSecret(sessionId);
    let target: SessionTarget | undefined;
    try {
      if (clientSecret) target = { server: serverBase(server), sessionId, clientSecret };
    } catch {
      // The server's address is none: nobody can be asked.
    }
    const isReturning = sessionId !== "" && sessionId === returned;
    this.#flow.open(sessionId, target, isReturning && !(target && isRevisited()));
  }
}
