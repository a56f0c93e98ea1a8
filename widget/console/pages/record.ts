import { html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../../shared/paths.ts";
import type { CheckoutEvent } from "../../../shared/events.ts";
import type { WebhookDelivery } from "../../../shared/deliveries.ts";
import type { CheckoutSession, Payment } from "../../../shared/records.ts";
import { canTransition } from "../../../shared/states.ts";
import { ConsoleProblem, newIdempotencyKey } from "../client.ts";
import type { ListPage } from "../client.ts";
import { ConsolePart, renderBadge, renderProblem, renderSkeleton } from "../console-part.ts";
import { money, time } from "../format.ts";
import { Loader } from "../loader.ts";
import { renderDeliveries } from "../deliveries.ts";
import type { DialogOperation } from "../operation-dialog.ts";
import { renderFacts, renderPayments, renderTimeline } from "../record-views.ts";
import { can } from "../words/scene.ts";
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
  #operation: DialogOperation | undefined;
  #actionProblem: ConsoleProblem | undefined;
  #said = "";
  #isActing = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("recordId")) return;
    this.#actionProblem = undefined;
    this.#said = "";
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
    const standing = payment === undefined ? describeSession(scene) : describePayment(payment, scene);
    const { amount, currency } = payment ?? session;
    const badge = payment === undefined ? SESSION_WORDS[session.status] : PAYMENT_WORDS[payment.state];
    return html`<p class="muted small crumb">${this.kind === "payment" ? "Payment" : "Session"} <code>${this.recordId}</code></p>
      <h1 class="total"><span class="amount">${money(amount, currency)}</span> ${renderBadge(badge)}</h1>
      <div class="notice ${standing.tone}" id="standing">
        <p><strong>${standing.happened}</strong></p>
        <p>${standing.todo}</p>
      </div>
      ${renderProblem(problem)} ${renderProblem(this.#actionProblem)}
      <p class="small muted" role="status">${this.#said}</p>
      ${this.#renderActions(scene, payment)}
      <div class="columns">
        <div>
          ${renderPayments(scene, payment)} ${renderTimeline(scene, payment)}
          ${renderDeliveries(deliveries, ({ id }) => void this.#act(PATHS.resendDelivery(id), "It is sent again."))}
        </div>
        ${renderFacts(scene, payment)}
      </div>
      ${
        this.#operation === undefined || payment === undefined
          ? nothing
          : html`<operation-dialog
              .client=${this.client}
              .gateways=${this.gateways}
              .payment=${payment}
              .operation=${this.#operation}
              @operated=${() => this.#reload()}
              @closed=${() => this.#closeDialog()}
            ></operation-dialog>`
      }`;
  }

  #renderActions(scene: Scene, payment: Payment | undefined): TemplateResult {
    const { session } = scene;
    const act = (label: string, path: string, done: string) =>
      html`<button class="button" aria-disabled=${this.#isActing} @click=${() => this.#act(path, done)}>${label}</button>`;
    const canAskTrip = session.attempts?.some(
      ({ gateway, state, nextCheckAt }) =>
        can(scene, gateway, "fetchPayment") && (state === "started" || nextCheckAt !== undefined),
    );
    const ask =
      payment === undefined
        ? canAskTrip === true && act("Ask the provider", PATHS.refreshSession(session.id), "The provider was asked.")
        : can(scene, payment.gateway, "fetchPayment") &&
          act("Ask the provider", `${PATHS.payment(payment.id)}/refresh`, "The provider was asked.");
    return html`<div class="buttons" role="group" aria-label="Actions">
      ${payment === undefined ? nothing : operationsOf(payment, scene).map((operation) => this.#renderOperation(operation))}
      ${ask || nothing}
      ${
        payment === undefined && session.status === "open"
          ? act("Call the order off", PATHS.cancelSession(session.id), "The order was called off.")
          : nothing
      }
      ${
        session.attention === undefined
          ? nothing
          : act("Mark as seen", PATHS.acknowledgeSession(session.id), "It was marked as seen.")
      }
    </div>`;
  }

  #renderOperation(operation: DialogOperation): TemplateResult {
    const labels = { capture: "Capture…", void: "Void…", refund: "Refund…", receive: "Receive…" };
    return html`<button
      class="button ${operation === "void" ? "" : "primary"}"
      data-operation=${operation}
      @click=${() => this.#openDialog(operation)}
    >
      ${labels[operation]}
    </button>`;
  }

  #openDialog(operation: DialogOperation): void {
    this.#operation = operation;
    this.requestUpdate();
  }

  async #closeDialog(): Promise<void> {
    const operation = this.#operation;
    this.#operation = undefined;
    this.requestUpdate();
    // The button may be gone with what it did.
    await this.updateComplete;
    const button = this.querySelector<HTMLElement>(`[data-operation=${operation}]`);
    (button ?? document.querySelector<HTMLElement>("main"))?.focus();
  }

  async #act(path: string, done: string): Promise<void> {
    if (this.#isActing) return;
    this.#isActing = true;
    this.#actionProblem = undefined;
    this.#said = "";
    this.requestUpdate();
    try {
      await this.client.post(path, newIdempotencyKey());
      this.#said = `${done} Looked at ${time(new Date().toISOString())}.`;
    } catch (error) {
      if (!(error instanceof ConsoleProblem)) throw error;
      this.#actionProblem = error;
    } finally {
      this.#isActing = false;
      this.#reload();
    }
  }

  #reload(): void {
    void this.#loader.load(() => this.#ask(), { keeps: true });
  }

  async #ask(): Promise<Loaded> {
    const { client, gateways, kind, recordId } = this;
    const sessionId =
      kind === "session"
        ? recordId
        : (await client.get<Payment>(PATHS.payment(encodeURIComponent(recordId)))).sessionId;
    const session = await client.get<CheckoutSession>(PATHS.session(encodeURIComponent(sessionId)));
    const [events, { data: deliveries }] = await Promise.all([
      this.#askEvents(sessionId),
      client.get<ListPage<WebhookDelivery>>(PATHS.webhookDeliveries, { sessionId, limit: PAGE }),
    ]);
    const payment = kind === "payment" ? session.payments?.find(({ id }) => id === recordId) : undefined;
    return { scene: { session, events, gateways, money, time }, payment, deliveries };
  }

  async #askEvents(sessionId: string): Promise<CheckoutEvent[]> {
    const events: CheckoutEvent[] = [];
    for (let after: string | null = "0"; after !== null && events.length < MOST_EVENTS;) {
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

/** What can be done with a payment: by its state, its gateway, and not while the outcome of something is in doubt. */
function operationsOf(payment: Payment, scene: Scene): DialogOperation[] {
  const { state, gateway, operations } = payment;
  if (operations.some(({ status }) => status === "unknown" || status === "pending")) return [];
  const isPossible = (operation: DialogOperation) =>
    can(scene, gateway, operation) && (operation === "receive" ? state === "pending" : canTransition(operation, state));
  return (["receive", "capture", "refund", "void"] as const).filter(isPossible);
}
