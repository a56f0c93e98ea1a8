import { LitElement, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { returnedSession, serverBase } from "./addresses.ts";
import { CheckoutFlow } from "./checkout-flow.ts";
import { recallSecret } from "./secrets.ts";
import { styles } from "./styles.ts";
import type { View } from "./view.ts";
import { focusTarget, renderCheckout } from "./views/checkout.ts";
import { localeOf } from "./views/locale.ts";
import { en } from "./words/en.ts";

/**
 * Takes one payment through whichever provider the server offers, by redirect or in a frame.
 *
 * Put on the page that a session's `returnUrl` names, without attributes, it finds the session in the address, asks
 * the server and shows how it ended.
 *
 * @slot complete - Under the result of a paid session, in the place of the link to `returnUrl`.
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
 * @csspart base - The whole.
 * @csspart summary - What is paid for.
 * @csspart test-mode - The line that says that no money moves.
 * @csspart items - The list of lines.
 * @csspart item - One line.
 * @csspart total - The total.
 * @csspart skeleton - The summary's room while the session loads.
 * @csspart form - The start of a payment.
 * @csspart gateways - The choice among gateways.
 * @csspart gateway - One gateway.
 * @csspart button - The primary button.
 * @csspart hint - What will happen on pressing it.
 * @csspart notice - Why the customer is at the start again.
 * @csspart frame-box - The room of the frame.
 * @csspart frame - The frame with the provider's page.
 * @csspart cancel - The secondary button.
 * @csspart result - How things stand.
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
 *
 * @cssstate loading - The session is being loaded.
 * @cssstate start - It can be paid.
 * @cssstate starting - An attempt is being started.
 * @cssstate leaving - The browser is on its way to the provider.
 * @cssstate frame - The provider's page is open in the frame.
 * @cssstate settling - The customer is back, and the server is being asked.
 * @cssstate waiting - The provider still owes its word.
 * @cssstate pending - The money is on its way.
 * @cssstate complete - It is paid.
 * @cssstate expired - The session's time ran out.
 * @cssstate called-off - The merchant called the session off.
 * @cssstate error - Nothing can be paid here, for now or at all.
 */
export class OffsiteCheckout extends LitElement {
  static override readonly styles = styles;

  /** The base URL of the server; else where this script came from. */
  @property() server: string | undefined;

  /** The id of the session; else the one that the page's address brings back. */
  @property() session: string | undefined;

  /** The session's client secret; else the one that this tab kept. */
  @property({ attribute: "client-secret" }) clientSecret: string | undefined;

  /** The id of the one gateway to offer; else the customer chooses. */
  @property() gateway: string | undefined;

  /** Where the customer meets the provider: `auto`, `iframe` or `redirect`. */
  @property() presentation = "auto";

  /** A BCP 47 language tag for words and amounts; else the page's. */
  @property() locale: string | undefined;

  /** The words of the button; `{amount}` stands for the amount. */
  @property() label: string | undefined;

  readonly #flow = new CheckoutFlow(this);
  #states: CustomStateSet | undefined;
  /** The view that the page shows, to tell when it changes. */
  #shown: View | undefined;
  /** The focus was inside before the view changed, so that it must not be lost with it. */
  #hadFocus = false;

  override connectedCallback(): void {
    super.connectedCallback();
    // A browser without them styles by parts alone.
    this.#states ??= this.attachInternals?.()?.states;
  }

  /** Called in place of the other two where the page moves the element by `moveBefore`: nothing is lost. */
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated || changed.has("session") || changed.has("clientSecret") || changed.has("server")) {
      this.#open();
    } else if (changed.has("gateway") || changed.has("presentation")) {
      this.#flow.reconsider();
    }
    if (this.#flow.view !== this.#shown) this.#hadFocus = (this.shadowRoot?.activeElement ?? null) !== null;
  }

  protected override updated(): void {
    const { view } = this.#flow;
    if (view === this.#shown) return;
    this.#shown = view;
    showState(this.#states, view);
    if (this.#hadFocus || view.name === "frame") this.renderRoot.querySelector<HTMLElement>(focusTarget(view))?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const flow = this.#flow;
    if (flow.view.name === "idle") return nothing;
    return renderCheckout(
      { words: en, session: flow.session, locale: localeOf(this, this.locale) },
      flow,
      this.label || undefined,
      this.#hadFocus,
    );
  }

  #open(): void {
    const returned = returnedSession();
    const sessionId = this.session || returned?.sessionId;
    if (sessionId === undefined) {
      this.#flow.open(undefined);
      return;
    }
    const clientSecret = (this.session && this.clientSecret) || recallSecret(sessionId);
    const server = serverBase(this.server || undefined);
    if (clientSecret === undefined && !this.session) this.#flow.openUnconfirmed();
    else if (clientSecret === undefined) this.#flow.openFailed(sessionId, "unauthorized");
    else if (server === undefined) this.#flow.openFailed(sessionId, "network_error");
    else this.#flow.open({ server, sessionId, clientSecret }, returned?.sessionId === sessionId && returned.isFresh);
  }
}

/** Sets the one custom state that is the view's name. */
function showState(states: CustomStateSet | undefined, { name }: View): void {
  try {
    states?.clear();
    states?.add(name === "calledOff" ? "called-off" : name);
  } catch {
    // Before 2024 browsers only took names with two dashes; parts and events serve there.
  }
}
