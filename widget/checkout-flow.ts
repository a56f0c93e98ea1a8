import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CheckoutSession, StartedAttempt } from "../shared/records.ts";
import { Announcer } from "./announcer.ts";
import { startAttempt } from "./client.ts";
import type { FaultCode, SessionTarget } from "./client.ts";
import { faultCode, obstacleOf, startNotice } from "./faults.ts";
import { listChoices, selectChoice } from "./gateway-choice.ts";
import type { Choice } from "./gateway-choice.ts";
import { createNonce } from "./messages.ts";
import { FramePresentation } from "./presentations/frame.ts";
import { leaveFor } from "./presentations/redirect.ts";
import { rememberSecret } from "./secrets.ts";
import { SCHEDULES, SessionWatch } from "./session-watch.ts";
import { attemptEnd, SUPERSEDED } from "./view.ts";
import type { AttemptEnd, View } from "./view.ts";

/** The element, as far as its flow needs it. */
export interface FlowHost extends ReactiveControllerHost, Pick<Node, "isConnected">, EventTarget {
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly gateway: string | undefined;
  readonly presentation: string;
}

/**
 * One session's way through the element. It decides which view is shown, and only the server's answers move it:
 *
 * 1. `open` loads the session: it can be paid, or the view says why not.
 * 2. `start` begins an attempt at the chosen gateway and sends the customer there, by redirect or in the frame.
 * 3. The customer comes back, by a message of the return page or by loading the page that `returnUrl` names. Either
 *    is a hint: the server is asked until it knows.
 * 4. Its answer ends the flow, or leads back to 2 with a notice. Events tell the page, once per change.
 *
 * Every step raises `#ticket`; a started attempt that is answered under an older one is dropped.
 */
export class CheckoutFlow implements ReactiveController {
  /** What is shown now. */
  view: View = { name: "idle" };
  /** As the server last said. */
  session: CheckoutSession | undefined;
  readonly frame: FramePresentation;

  readonly #host: FlowHost;
  readonly #announcer: Announcer;
  readonly #watch: SessionWatch;
  #ticket = 0;
  /** The gateway that the customer picked. */
  #picked: string | undefined;
  /** The attempt that the frame shows. */
  #framedAttempt: string | undefined;
  /** The customer came back, so that an attempt without an end is waited for. */
  #isReturning = false;

  constructor(host: FlowHost) {
    this.#host = host;
    host.addController(this);
    this.#announcer = new Announcer(host);
    this.#watch = new SessionWatch(host, {
      onSession: (session) => this.#accept(session),
      onFault: (code) => {
        // While something is awaited, silence is no news: the watch asks again.
        const { target } = this.#watch;
        if (target !== undefined && this.view.name === "loading") this.#fail(target.sessionId, code);
      },
    });
    this.frame = new FramePresentation(host, ({ type }) => {
      if (type !== "ready") this.#comeBack();
    });
  }

  hostConnected(): void {
    window.addEventListener("pageshow", this.#restore);
    this.#watch.askNow();
  }

  hostDisconnected(): void {
    window.removeEventListener("pageshow", this.#restore);
    this.#backToStart();
  }

  /** The gateways that can be chosen here. */
  get choices(): Choice[] {
    return this.session === undefined ? [] : listChoices(this.session, this.#host.gateway, this.#host.presentation);
  }

  /** The gateway that the next attempt goes to. */
  get choice(): Choice | undefined {
    return this.session && selectChoice(this.choices, this.session, this.#picked);
  }

  /** Turns to a session, or to none. `isReturning`: the customer has just come back from the provider. */
  open(target: SessionTarget | undefined, isReturning = false): void {
    this.#renew();
    this.#watch.open(target);
    this.#announcer.reset();
    this.#isReturning = isReturning;
    this.#picked = undefined;
    this.session = undefined;
    this.#show({ name: target === undefined ? "idle" : "loading" });
    if (this.#host.isConnected) this.#watch.askNow();
  }

  /** Shows that the customer is back from a session that this browser has no secret to ask about. */
  openUnconfirmed(): void {
    this.open(undefined);
    this.#show({ name: "unconfirmed" });
  }

  /** Shows that a session cannot even be asked about, and tells the page. */
  openFailed(sessionId: string, code: FaultCode): void {
    this.open(undefined);
    this.#fail(sessionId, code);
  }

  /** Asks again where the session could not be loaded, or where the provider's word is awaited. */
  retry(): void {
    if (this.view.name === "waiting") {
      this.#comeBack();
      return;
    }
    this.#renew();
    this.#show({ name: "loading" });
    this.#watch.askNow();
  }

  /** Takes the customer's choice of a gateway. */
  pick(gatewayId: string): void {
    this.#picked = gatewayId;
    this.#host.requestUpdate();
  }

  /** Chooses the view anew after the element's settings changed. */
  reconsider(): void {
    const { name } = this.view;
    if (this.session?.status === "open" && (name === "start" || name === "error"))
      this.#showStart(this.session, undefined);
  }

  /** Begins an attempt and sends the customer to the provider; does nothing where there is nothing to start. */
  async start(): Promise<void> {
    const { session, choice } = this;
    const { target } = this.#watch;
    if (target === undefined || session === undefined || choice === undefined) return;
    if (this.view.name !== "start" && this.view.name !== "waiting") return;
    const ticket = this.#renew();
    this.#isReturning = false;
    this.#show({ name: "starting" });
    rememberSecret(target.sessionId, target.clientSecret);
    const { option, presentation } = choice;
    const nonce = createNonce();
    try {
      const started = await startAttempt(target, {
        gateway: option.id,
        presentation,
        ...(presentation === "iframe" ? { nonce } : {}),
      });
      if (ticket !== this.#ticket) return;
      this.session = { ...session, attempt: started.attempt };
      this.#announcer.announceOnce("offsite-started", this.session);
      // The page may have called it off in answer to the event.
      if (ticket !== this.#ticket) return;
      if (presentation === "redirect") this.#leave(started);
      else this.#openFrame(started, target, nonce);
    } catch (error) {
      if (ticket === this.#ticket) this.#failStart(session, option.id, error);
    }
  }

  /** Takes the customer back from the provider's page or from the way there; the attempt may be taken up again. */
  cancel(): void {
    const { session } = this;
    if (session === undefined || !isUnderway(this.view)) return;
    this.#renew();
    this.#show({ name: "start", notice: { name: "cancelled", gateway: this.choice?.option.id } });
    // The provider may have been paid a moment ago.
    this.#watch.askNow();
    this.#announcer.announceOnce("offsite-cancelled", session);
  }

  #renew(): number {
    this.#watch.reset();
    this.#ticket += 1;
    return this.#ticket;
  }

  #show(view: View): void {
    if (view.name !== "frame") this.frame.close();
    this.view = view;
    this.#host.requestUpdate();
  }

  #leave({ handoff }: StartedAttempt): void {
    this.#show({ name: "leaving" });
    this.#watch.follow(SCHEDULES.leaving);
    leaveFor(handoff, this.#host.renderRoot);
  }

  #openFrame({ attempt, handoff }: StartedAttempt, target: SessionTarget, nonce: string): void {
    this.#framedAttempt = attempt.id;
    this.#show({ name: "frame" });
    this.frame.open(handoff, target, nonce);
    this.#watch.follow(SCHEDULES.frame);
  }

  #fail(sessionId: string, code: FaultCode): void {
    this.#show({ name: "error", obstacle: obstacleOf(code) });
    this.#announcer.announce("offsite-error", sessionId, this.session, code);
  }

  #failStart(session: CheckoutSession, gateway: string, error: unknown): void {
    const code = faultCode(error);
    if (code === "session_complete" || code === "session_closed") {
      this.#settle();
      return;
    }
    this.#show({ name: "start", notice: { name: startNotice(code), gateway } });
    this.#announcer.announce("offsite-error", session.id, session, code);
  }

  #comeBack(): void {
    this.#isReturning = true;
    this.#settle();
  }

  #settle(): void {
    this.#show({ name: "settling" });
    this.#watch.rest();
    this.#watch.follow(SCHEDULES.settling, () => {
      this.#show({ name: "waiting" });
      this.#watch.follow(SCHEDULES.pending);
    });
    this.#watch.askNow();
  }

  readonly #restore = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    this.#backToStart();
    this.#watch.askNow();
  };

  /** Leaves what cannot be gone on with: a request whose answer is lost, a way not taken, a frame off the page. */
  #backToStart(): void {
    this.#renew();
    if (isUnderway(this.view)) this.#show({ name: "start" });
  }

  #accept(session: CheckoutSession): void {
    // Answers may overtake each other.
    if (this.session !== undefined && session.version < this.session.version) return;
    this.session = session;
    this.#host.requestUpdate();
    if (session.status === "open") {
      this.#acceptOpen(session);
      return;
    }
    this.#show({ name: session.status === "cancelled" ? "calledOff" : session.status });
    if (session.status === "pending") this.#watch.follow(SCHEDULES.pending);
    else this.#watch.rest();
    this.#announcer.announceOnce(`offsite-${session.status}`, session);
  }

  #acceptOpen(session: CheckoutSession): void {
    const isLive = session.attempt?.state === "started";
    const isFramed = this.view.name === "frame";
    if (isLive && isFramed && session.attempt?.id === this.#framedAttempt) return;
    if (isLive && this.#isReturning) {
      if (this.view.name === "loading") this.#settle();
      return;
    }
    this.#isReturning = false;
    if (isLive) this.#watch.follow(SCHEDULES.live);
    else this.#watch.rest();
    this.#showStart(session, isLive && isFramed ? SUPERSEDED : attemptEnd(session));
  }

  #showStart(session: CheckoutSession, end: AttemptEnd | undefined): void {
    if (this.choice === undefined) {
      this.#show({ name: "error", obstacle: "closed" });
      this.#announcer.announceOnce("offsite-error", session, "gateway_unavailable");
      return;
    }
    const isNews = end !== undefined && this.#announcer.isNews(end.event, session);
    if (isNews) this.#show({ name: "start", notice: end.notice });
    else if (this.view.name !== "start") this.#show({ name: "start" });
    // Last, as the page may start or call off in answer to either.
    this.#announcer.announceOnce("offsite-ready", session);
    if (isNews) this.#announcer.announceOnce(end.event, session, end.code);
  }
}

/** Tells whether an attempt is being started or the customer is at the provider. */
function isUnderway({ name }: View): boolean {
  return name === "starting" || name === "leaving" || name === "frame";
}
