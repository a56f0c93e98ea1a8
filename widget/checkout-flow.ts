import type { ReactiveController } from "lit";
import type { CheckoutSession } from "../shared/records.ts";
import { startAttempt, type FaultCode, type SessionTarget } from "./client.ts";
import { FlowState } from "./flow-state.ts";
import { createNonce } from "./messages.ts";
import { listChoices } from "./presentations/choices.ts";
import { takeOffer, type Offer } from "./offer.ts";
import { leaveFor } from "./presentations/handoff.ts";
import { ProviderPage } from "./presentations/provider-page.ts";
import { rememberSecret } from "./secrets.ts";
import { SessionWatch } from "./session-watch.ts";
import { attemptEnd, faultName, FIRST_MS, RESULTS, SETTLING_ROUNDS } from "./view.ts";
import type { AttemptEnd, FlowHost, Notice, ResultName, View } from "./view.ts";

/**
 * One session's way through the element. It decides which view is shown, and only the server's answers move it:
 *
 * 1. `open` loads the session: it can be paid, or the view says why not.
 * 2. `start` begins an attempt at the chosen gateway and sends the customer there, by redirect or in the frame.
 * 3. The customer comes back, by a message of the return page or by loading the page that `returnUrl` names. Either
 *    is a hint: the server is asked until it knows.
 * 4. Its answer ends the flow, or leads back to 2 with a notice. Events tell the page, once per change.
 *
 * Every step raises the watch's ticket; a started attempt that is answered under an older one is dropped.
 */
export class CheckoutFlow extends FlowState implements ReactiveController {
  readonly page: ProviderPage;

  readonly #watch: SessionWatch;
  #offer: Offer | undefined;
  #offerKey = "";
  /** The customer came back, so that an attempt without an end is waited for. */
  isReturning = false;
  /** The page was told that the session can, or cannot, be paid here. */
  #isTold = false;
  /** The attempt whose end was told. */
  #ended: string | undefined;

  constructor(host: FlowHost) {
    super(host);
    host.addController(this);
    this.#watch = new SessionWatch(host, (answer) => this.#accept(answer));
    this.page = new ProviderPage(() => host.renderRoot, {
      onReturn: () => {
        this.isReturning = true;
        this.retry();
      },
      onClosed: () => this.#missWindow(),
      onSilent: () => this.#missFrame(),
    });
  }

  hostConnected(): void {
    addEventListener("pageshow", this.#restore);
    addEventListener("pagehide", this.#rest);
  }

  hostDisconnected(): void {
    removeEventListener("pageshow", this.#restore);
    removeEventListener("pagehide", this.#rest);
    this.#giveUp();
  }

  /**
   * Turns to a session, or to none where `sessionId` is empty.
   *
   * @param target - what to ask; without it the session cannot be asked about, which is told
   * @param isReturning - the customer has just come back from the provider
   * @param offer - what to make a session of, where none is named or that one is over
   */
  open(sessionId: string, target: SessionTarget | undefined, isReturning: boolean, offer?: Offer): void {
    this.#watch.reset();
    this.namedId = sessionId;
    this.#watch.target = target;
    this.isReturning = isReturning;
    this.#isTold = false;
    this.session = this.picked = this.#ended = this.instead = undefined;
    this.#offer = offer;
    this.#offerKey = createNonce();
    // Another browser began it, or the address was passed on: what can be ordered here is offered all the same.
    if (offer && isReturning && !target) this.#show("offer", { name: "unconfirmed", gateway: undefined });
    else this.#show(target ? "loading" : isReturning ? "unconfirmed" : offer ? "offer" : "idle");
    if (this.flowHost.isConnected) void this.#watch.ask();
    if (sessionId && !target && !isReturning && !offer) this.#fail("unauthorized");
  }

  /** Asks again where the session could not be loaded, or until the provider's word is known. */
  retry(): void {
    this.#watch.follow();
    this.#show(this.session ? "settling" : "loading");
    void this.#watch.ask();
  }

  /**
   * Makes the session where there is none yet, begins an attempt and sends the customer to the provider, where there is
   * something to start. A window is opened at once: browsers allow that only inside the customer's press.
   */
  async start(): Promise<void> {
    const { name } = this.view;
    if (name === "offer") {
      if (this.flowHost.presentation === "popup") this.page.openWindow();
      await this.#make();
    } else if (name === "start" || name === "waiting") await this.#start();
  }

  /** Meets the provider's page in another way that its gateway offers. */
  async startElsewhere(presentation = this.choice?.others[0]): Promise<void> {
    this.instead = presentation;
    this.#giveUp();
    await this.#start();
  }

  /** Makes a session of the order, and goes on to the provider, unless there are several to choose from. */
  async #make(): Promise<void> {
    const offer = this.#offer;
    if (!offer) return;
    const ticket = this.#watch.reset();
    this.#show("starting");
    const made = await takeOffer(offer, this.#offerKey);
    if (ticket !== this.#watch.ticket) return;
    if (typeof made === "string") {
      this.#show("offer", { name: faultName(made), gateway: undefined });
      this.tell("offsite-error", made);
      return;
    }
    this.namedId = made.session.id;
    this.#watch.target = made.target;
    const isOnly = listChoices(made.session.gateways, null, this.flowHost.gateway).length === 1;
    if (!isOnly) return this.#accept(made.session);
    this.session = made.session;
    this.#isTold = true;
    this.tell("offsite-ready");
    if (ticket === this.#watch.ticket) await this.#start();
  }

  async #start(): Promise<void> {
    const { session, choice } = this;
    const { target } = this.#watch;
    if (!target || !session || !choice) return;
    const { id } = choice;
    const presentation = this.page.enter(choice);
    if (!presentation) {
      this.#show("start", { name: "blocked", gateway: id });
      this.tell("offsite-error", "popup_blocked");
      return;
    }
    if (presentation !== choice.presentation) this.instead = presentation;
    const ticket = this.#watch.reset();
    const isStale = () => ticket !== this.#watch.ticket;
    this.isReturning = false;
    this.#show("starting");
    const nonce = presentation === "redirect" ? undefined : createNonce();
    const starting = startAttempt(target, { gateway: id, presentation, nonce });
    // Storage takes a while to open, in which the server is being asked.
    rememberSecret(target);
    const started = await starting;
    if (isStale()) return;
    if (typeof started === "string" && /^session|invalid_state/.test(started)) {
      // It stands otherwise than is shown here, or the provider is asked about another trip right now.
      this.isReturning = true;
      this.retry();
    } else if (typeof started === "string") {
      this.#show("start", { name: faultName(started), gateway: id });
      this.tell("offsite-error", started);
    } else {
      const { attempt, handoff } = started;
      this.session = { ...session, attempt };
      const view = nonce ? (presentation === "popup" ? "window" : "frame") : "leaving";
      if (!this.page.frame) {
        this.#show(view);
        await this.flowHost.updateComplete;
      }
      this.#watch.announce();
      this.tell("offsite-started");
      // The page may have called it off in answer to the event.
      if (isStale()) return;
      if (nonce) this.page.open(handoff, target, nonce);
      else leaveFor(handoff, this.flowHost.renderRoot);
      // A frame that is there already is shown while its page is on the way.
      this.#show(view);
    }
  }

  /** Takes the customer back from the provider's page or from the way there; the attempt may be taken up again. */
  cancel(): void {
    if (!this.isUnderway) return;
    this.#watch.reset();
    this.#show("start", { name: "cancelled", gateway: this.choice?.id });
    this.#ended = this.session?.attempt?.id;
    // The provider may have been paid a moment ago.
    void this.#watch.ask();
    this.tell("offsite-cancelled");
  }

  #show(name: View["name"], notice?: Notice): void {
    this.isFramed = name === "frame" || (this.isFramed && name === "starting");
    if (!/starting|leaving|frame|window/.test(name)) this.page.close();
    // What is given up before there is a session leads back to the order.
    if (name === "start" && !this.session) name = "offer";
    if (name !== this.view.name || notice) this.view = { name, notice };
    if ((name === "frame" && this.page.frame) || name === "starting") this.prepareFrame();
    else this.flowHost.requestUpdate();
    const isOver = this.session?.attempt?.state !== "started" && name === "start";
    this.#watch.follow(isOver ? undefined : FIRST_MS[name]);
  }

  /** It was closed, or its page has cut itself off: either way the server is asked whether it was paid. */
  #missWindow(): void {
    this.#watch.reset();
    this.#show("start", { name: "abandoned", gateway: this.choice?.id });
    void this.#watch.ask();
  }

  /** Goes the next way by itself where the page left that to the element; a window would be blocked now. */
  #missFrame(): void {
    const { presentation } = this.flowHost;
    if (presentation !== "iframe" && this.choice?.others.includes("redirect")) void this.startElsewhere("redirect");
  }

  readonly #restore = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    this.#giveUp();
    this.#watch.hostConnected();
  };

  /** A page that is kept to come back to would be given up if it heard another one's word. */
  readonly #rest = (): void => this.#watch.hostDisconnected();

  /** Leaves what cannot be gone on with: a request whose answer is lost, a way not taken, a frame off the page. */
  #giveUp(): void {
    if (!this.isUnderway) return;
    this.#watch.reset();
    this.#show("start");
  }

  #accept(answer: CheckoutSession | FaultCode): void {
    const earlier = this.session;
    const isMet = /frame|window/.test(this.view.name);
    const isOver = typeof answer === "string" ? faultName(answer) === "lost" : answer.status !== "open";
    if (isOver && this.#offer && this.view.name === "loading" && !this.isReturning) {
      // What this tab remembers of the order is over, or the server has forgotten it: it can be ordered again.
      this.open("", undefined, false, this.#offer);
      return;
    }
    if (typeof answer === "string") {
      // While something is awaited, silence is no news: the watch asks again.
      if (this.view.name === "loading") this.#fail(answer);
      if (this.view.name === "settling") this.#showAwaiting();
      return;
    }
    // Answers may overtake each other.
    if (earlier && answer.version < earlier.version) return;
    this.session = answer;
    this.flowHost.requestUpdate();
    const { status, attempt } = answer;
    const isLive = attempt?.state === "started";
    if (status !== "open") {
      const name = status === "cancelled" ? "withdrawn" : status;
      const isNews = name !== this.view.name;
      this.#show(name);
      if (isNews) this.tell(`offsite-${status}`);
    } else if (isLive && this.isReturning) {
      this.#showAwaiting();
    } else if (!isLive || !isMet) {
      this.isReturning = false;
      this.#showStart(attemptEnd(attempt));
    } else if (attempt.id !== earlier?.attempt?.id) {
      // Another window began an attempt, which ended ours.
      this.#showStart({
        notice: { name: "cancelled", gateway: attempt.gateway },
        event: "offsite-cancelled",
        code: "superseded",
      });
    }
  }

  #showAwaiting(): void {
    this.#show(this.#watch.round < SETTLING_ROUNDS ? "settling" : "waiting");
  }

  #showStart(end: AttemptEnd | undefined): void {
    const { session, choice } = this;
    const isNews = end && session?.attempt?.id !== this.#ended;
    const isFirst = !this.#isTold;
    this.#show("start", isNews ? end.notice : undefined);
    this.#isTold = true;
    // Last, as the page may start or call off in answer to any of them.
    if (isFirst) this.tell(choice ? "offsite-ready" : "offsite-error", choice ? undefined : "gateway_unavailable");
    if (!isNews) return;
    this.#ended = session?.attempt?.id;
    this.tell(end.event, end.code);
  }

  #fail(code: FaultCode): void {
    const name = faultName(code);
    this.#show(name in RESULTS ? (name as ResultName) : "problem");
    this.tell("offsite-error", code);
  }
}
