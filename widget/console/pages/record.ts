import { html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { CheckoutEvent } from "../../../shared/events.ts";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import type { CheckoutSession, Payment } from "../../../shared/records.ts";
import { Action } from "../action.ts";
import { renderOpenCircuits } from "../circuits.ts";
import type { GatewayView, ListPage } from "../client.ts";
import { ConsolePart, renderBadge, renderProblem, renderSkeleton } from "../console-part.ts";
import { money, time } from "../format.ts";
import { keepLive } from "../live.ts";
import { Loader } from "../loader.ts";
import { renderDeliveries } from "../deliveries.ts";
import type { DialogOperation } from "../operation-dialog.ts";
import { renderActions } from "../record-actions.ts";
import { renderFacts, renderPayments, renderTimeline } from "../record-views.ts";
import type { Scene } from "../words/scene.ts";
import { describePayment, describeSession } from "../words/standing.ts";
import { PAYMENT_WORDS, SESSION_WORDS } from "../words/states.ts";

/** The most events that a page shows. */
const MOST_EVENTS = 1000;
const PAGE = 100;

interface Loaded {
  scene: Scene;
  payment: Payment | undefined;
  deliveries: readonly WebhookDelivery[];
}

/** One payment, or one session: how it stands in words, what can be done, and everything that happened. */
export class ConsoleRecord extends ConsolePart {
  static override properties = {
    ...ConsolePart.properties,
    kind: { attribute: false },
    recordId: { attribute: false },
  };

  declare kind: "payment" | "session";
  declare recordId: string;
  readonly #loader = new Loader<Loaded>(this);
  readonly #action = new Action(this, () => this.#reload());
  #operation: DialogOperation | undefined;

  constructor() {
    super();
    keepLive(this, () => this.#loader.refresh(() => this.#ask(this.#loader.value)));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("recordId")) return;
    this.#operation = undefined;
    this.#action.forget();
    void this.#loader.load(() => this.#ask());
  }

  protected override render(): TemplateResult {
    const { value, problem } = this.#loader;
    if (value === undefined) {
      const title = html`<h1>${this.kind === "payment" ? "Payment" : "Session"}</h1>`;
      return html`${title}${problem === undefined ? renderSkeleton() : renderProblem(problem)}`;
    }
    const { scene, payment, deliveries } = value;
    const { session } = scene;
    const { act } = this.#action;
    const standing = payment === undefined ? describeSession(scene) : describePayment(payment, scene);
    const { amount, currency } = payment ?? session;
    const badge = payment === undefined ? SESSION_WORDS[session.status] : PAYMENT_WORDS[payment.state];
    return html`<p class="muted small crumb">${this.kind === "payment" ? "Payment" : "Session"} <code>${this.recordId}</code></p>
      <h1 class="total"><span class="amount">${money(amount, currency)}</span> ${renderBadge(badge)}</h1>
      <div class="notice ${standing.tone}" id="standing" tabindex="-1" data-landing>
        <p><strong>${standing.happened}</strong></p>
        <p>${standing.todo}</p>
      </div>
      ${renderProblem(problem)} ${renderProblem(this.#action.problem)}
      <p class="small muted" role="status">${this.#action.said}</p>
      ${renderOpenCircuits(this.#circuitsOf(scene), act)}
      ${renderActions(scene, payment, {
        isActing: this.#action.isRunning,
        openDialog: (operation) => this.#openDialog(operation),
        act,
      })}
      <div class="columns">
        <div>
          ${renderPayments(scene, payment)} ${renderTimeline(scene, payment)}
          ${renderDeliveries(deliveries, this.#action)}
        </div>
        ${renderFacts(scene, payment)}
      </div>
      ${
        this.#operation === undefined
          ? nothing
          : html`<operation-dialog
              .client=${this.client}
              .gateways=${scene.gateways}
              .payment=${payment}
              .session=${session}
              .operation=${this.#operation}
              @operated=${() => this.#reload()}
              @closed=${() => this.#closeDialog()}
            ></operation-dialog>`
      }`;
  }

  /** The gateways of this record's trips. */
  #circuitsOf({ session, gateways }: Scene): GatewayView[] {
    return gateways.filter(({ id }) => session.attempts?.some(({ gateway }) => gateway === id));
  }

  #openDialog(operation: DialogOperation): void {
    this.#operation = operation;
    this.requestUpdate();
  }

  async #closeDialog(): Promise<void> {
    this.#operation = undefined;
    this.requestUpdate();
    await this.updateComplete;
    // The browser gives the focus back to the button that opened the dialog, unless it went while that was open.
    this.catchFocus();
  }

  #reload(): void {
    void this.#loader.load(() => this.#ask(), { keeps: true });
  }

  /** @param known - what is shown already: only what happened since is asked for */
  async #ask(known?: Loaded): Promise<Loaded> {
    const { client, kind, recordId } = this;
    const sessionId =
      kind === "session"
        ? recordId
        : (known?.scene.session.id ??
          (await client.get<Payment>(PATHS.payment(encodeURIComponent(recordId)))).sessionId);
    const session = await client.get<CheckoutSession>(PATHS.session(encodeURIComponent(sessionId)));
    const [events, { data: deliveries }, gateways] = await Promise.all([
      this.#askEvents(sessionId, known?.scene.events),
      client.get<ListPage<WebhookDelivery>>(PATHS.webhookDeliveries, { sessionId, limit: PAGE }),
      client.gateways(),
    ]);
    const payment = kind === "payment" ? session.payments?.find(({ id }) => id === recordId) : undefined;
    return { scene: { session, events, gateways, money, time }, payment, deliveries };
  }

  async #askEvents(sessionId: string, known: readonly CheckoutEvent[] = []): Promise<CheckoutEvent[]> {
    const events = [...known];
    for (
      let after: string | null = String(known.at(-1)?.sequence ?? 0);
      after !== null && events.length < MOST_EVENTS;
    ) {
      const page: { data: CheckoutEvent[]; next: string | null } = await this.client.get(PATHS.events, {
        sessionId,
        after,
        limit: PAGE,
      });
      events.push(...page.data);
      after = page.next;
    }
    return events;
  }
}
