import type { ReactiveController } from "lit";
import type { CheckoutSession } from "../shared/records.ts";
import { startAttempt } from "./client.ts";
import type { FaultCode, SessionTarget } from "./client.ts";
import { OffsiteEvent } from "./events.ts";
import type { OffsiteEventName } from "./events.ts";
import { createNonce } from "./messages.ts";
import { listChoices } from "./presentations/choices.ts";
import type { Choice } from "./presentations/choices.ts";
import { FramePresentation } from "./presentations/frame.ts";
import { leaveFor } from "./presentations/handoff.ts";
import type { ControllerHost } from "./reactive-element.ts";
import { rememberSecret } from "./secrets.ts";
import { SessionWatch } from "./session-watch.ts";
import { attemptEnd, faultName, RESULTS } from "./view.ts";
import type { AttemptEnd, Notice, ResultName, View } from "./view.ts";

/** The element, as far as its flow needs it. */
export interface FlowHost extends ControllerHost {
  readonly gateway: string | null;
  readonly presentation: string | null;
}

/** After how many milliseconds the server is asked first, by the view. */
const FIRST_MS: Partial<Record<View["name"], number>> = {
  // Only while an attempt was left without an end, and may yet have been paid.
  start: 5000,
  // The page is being left; it is usable again where that did not happen.
  leaving: 15_000,
  // The provider's page is open, and its message may never come.
  frame: 10_000,
  settling: 500,
  // Goes on where `settling` is.
  waiting: 500,
  pending: 3000,
};

/** Asking this often takes 24 seconds; then the customer is told that it takes longer. */
const SETTLING_ROUNDS = 8;

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
export class CheckoutFlow implements ReactiveController {
  /** What is shown now. */
  view: View = { name: "idle" };
  /** As the server last said. */
  session: CheckoutSession | undefined;
  readonly frame: FramePresentation;

  readonly #host: FlowHost;
  readonly #watch: SessionWatch;
  #sessionId = "";
  /** The gateway that the customer picked. */
  #picked: string | undefined;
  /** The customer came back, so that an attempt without an end is waited for. */
  #isReturning = false;
  /** The page was told that the session can, or cannot, be paid here. */
  #isTold = false;
  /** The attempt whose end was told. */
  #ended: string | undefined;

  constructor(host: FlowHost) {
    this.#host = host;
    host.addController(this);
    this.#watch = new SessionWatch(host, (answer) => this.#accept(answer));
    this.frame = new FramePresentation(
      () => host.renderRoot,
      () => this.#comeBack(),
    );
  }

  hostConnected(): void {
    addEventListener("pageshow", this.#restore);
  }

  hostDisconnected(): void {
    removeEventListener("pageshow", this.#restore);
    this.#giveUp();
  }

  /** The gateways that can be chosen here. */
  get choices(): Choice[] {
    return listChoices(this.session?.gateways ?? [], this.#host.presentation, this.#host.gateway);
  }

  /** The gateway that the next attempt goes to: the picked one, that of the latest attempt, or the first. */
  get choice(): Choice | undefined {
    const { choices } = this;
    const find = (id: string | undefined) => choices.find((choice) => choice.id === id);
    return find(this.#picked) ?? find(this.session?.attempt?.gateway) ?? choices[0];
  }

  /**
   * Turns to a session, or to none where `sessionId` is empty.
   *
   * @param target - what to ask; without it the session cannot be asked about, which is told
   * @param isReturning - the customer has just come back from the provider
   */
  open(sessionId: string, target: SessionTarget | undefined, isReturning: boolean): void {
    this.#watch.reset();
    this.#sessionId = sessionId;
    this.#watch.target = target;
    this.#isReturning = isReturning;
    this.#isTold = false;
    this.session = this.#picked = this.#ended = undefined;
    this.#show(target ? "loading" : isReturning ? "unconfirmed" : "idle");
    if (this.#host.isConnected) void this.#watch.ask();
    if (sessionId && !target && !isReturning) this.#fail("unauthorized");
  }

  /** Asks again where the session could not be loaded, or until the provider's word is known. */
  retry(): void {
    this.#watch.follow();
    this.#show(this.session ? "settling" : "loading");
    void this.#watch.ask();
  }

  /** Takes the customer's choice of a gateway. */
  pick(gatewayId: string): void {
    this.#picked = gatewayId;
    this.#host.requestUpdate();
  }

  /** Begins an attempt and sends the customer to the provider; does nothing where there is nothing to start. */
  async start(): Promise<void> {
    const { session, choice } = this;
    const { target } = this.#watch;
    if (!target || !session || !choice || !["start", "waiting"].includes(this.view.name)) return;
    const ticket = this.#watch.reset();
    const isStale = () => ticket !== this.#watch.ticket;
    this.#isReturning = false;
    this.#show("starting");
    rememberSecret(target);
    const { id, presentation } = choice;
    const nonce = presentation === "iframe" ? createNonce() : undefined;
    const started = await startAttempt(target, { gateway: id, presentation, nonce });
    if (isStale()) return;
    if (started === "session_complete" || started === "session_closed") this.retry();
    else if (typeof started === "string") {
      this.#show("start", { name: faultName(started), gateway: id });
      this.#tell("offsite-error", started);
    } else {
      const { attempt, handoff } = started;
      this.session = { ...session, attempt };
      this.#show(nonce ? "frame" : "leaving");
      this.#tell("offsite-started");
      await this.#host.updateComplete;
      // The page may have called it off in answer to the event.
      if (isStale()) return;
      if (nonce) this.frame.open(handoff, target, nonce);
      else leaveFor(handoff, this.#host.renderRoot);
    }
  }

  /** Takes the customer back from the provider's page or from the way there; the attempt may be taken up again. */
  cancel(): void {
    if (!this.#isUnderway) return;
    this.#watch.reset();
    this.#show("start", { name: "cancelled", gateway: this.choice?.id });
    this.#ended = this.session?.attempt?.id;
    // The provider may have been paid a moment ago.
    void this.#watch.ask();
    this.#tell("offsite-cancelled");
  }

  /** Whether an attempt is being started or the customer is at the provider. */
  get #isUnderway(): boolean {
    return ["starting", "leaving", "frame"].includes(this.view.name);
  }

  #show(name: View["name"], notice?: Notice): void {
    if (name !== "frame") this.frame.close();
    if (name !== this.view.name || notice) this.view = { name, notice };
    this.#host.requestUpdate();
    const isOver = name === "start" && this.session?.attempt?.state !== "started";
    this.#watch.follow(isOver ? undefined : FIRST_MS[name]);
  }

  #comeBack(): void {
    this.#isReturning = true;
    this.retry();
  }

  readonly #restore = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    this.#giveUp();
    void this.#watch.ask();
  };

  /** Leaves what cannot be gone on with: a request whose answer is lost, a way not taken, a frame off the page. */
  #giveUp(): void {
    if (!this.#isUnderway) return;
    this.#watch.reset();
    this.#show("start");
  }

  #accept(answer: CheckoutSession | FaultCode): void {
    const earlier = this.session;
    const isFramed = this.view.name === "frame";
    if (typeof answer === "string") {
      // While something is awaited, silence is no news: the watch asks again.
      if (this.view.name === "loading") this.#fail(answer);
      if (this.view.name === "settling") this.#showAwaiting();
      return;
    }
    // Answers may overtake each other.
    if (earlier && answer.version < earlier.version) return;
    this.session = answer;
    this.#host.requestUpdate();
    const { status, attempt } = answer;
    const isLive = attempt?.state === "started";
    if (status !== "open") {
      const name = status === "cancelled" ? "withdrawn" : status;
      const isNews = name !== this.view.name;
      this.#show(name);
      if (isNews) this.#tell(`offsite-${status}`);
    } else if (isLive && this.#isReturning) {
      this.#showAwaiting();
    } else if (!isLive || !isFramed) {
      this.#isReturning = false;
      this.#showStart(attemptEnd(attempt));
    } else if (attempt.id !== earlier?.attempt?.id) {
      // Another window began an attempt, which ended ours.
      const notice = { name: "cancelled", gateway: attempt.gateway } as const;
      this.#showStart({ notice, event: "offsite-cancelled", code: "superseded" });
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
    if (isFirst) this.#tell(choice ? "offsite-ready" : "offsite-error", choice ? undefined : "gateway_unavailable");
    if (!isNews) return;
    this.#ended = session?.attempt?.id;
    this.#tell(end.event, end.code);
  }

  #fail(code: FaultCode): void {
    const name = faultName(code);
    this.#show(name in RESULTS ? (name as ResultName) : "problem");
    this.#tell("offsite-error", code);
  }

  #tell(event: OffsiteEventName, code?: string): void {
    const { status = null, payment } = this.session ?? {};
    this.#host.dispatchEvent(
      new OffsiteEvent(event, { sessionId: this.#sessionId, status, paymentId: payment?.id, code }),
    );
  }
}
