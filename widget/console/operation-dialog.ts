import { html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { PATHS } from "../../shared/paths.ts";
import type { CheckoutSession, Payment } from "../../shared/records.ts";
import { ConsoleProblem, newIdempotencyKey } from "./client.ts";
import { ConsolePart, renderProblem } from "./console-part.ts";
import { amountText, money, readAmount } from "./format.ts";
import { gatewayLabel } from "./words/scene.ts";

/** What the dialog can be opened for. */
export type DialogOperation = "capture" | "void" | "refund" | "receive" | "cancel";

const WORDS = {
  capture: ["Capture", "This takes the money. What is not captured is released, and cannot be taken later."],
  void: ["Void", "This lets the money go. It cannot be taken back: the customer would have to pay again."],
  refund: ["Refund", "This gives the money back to the customer. It cannot be undone."],
  receive: ["Receive", "This notes that the money has arrived, and completes the order. It cannot be undone."],
  cancel: [
    "Call off",
    "The provider is asked first, and what is paid is not called off. Else nobody can pay the order any more: the customer would need a new one.",
  ],
} as const satisfies Record<DialogOperation, readonly [string, string]>;

/**
 * Asks before what cannot be undone. One opening and one amount have one idempotency key: pressing twice, or again after
 * an answer that was lost, does it once.
 *
 * @fires {CustomEvent} operated - It was done, or is in doubt: what is shown must be loaded again.
 * @fires {CustomEvent} closed - Nobody needs the dialog any more.
 */
export class OperationDialog extends ConsolePart {
  static override properties = {
    ...ConsolePart.properties,
    payment: { attribute: false },
    session: { attribute: false },
    operation: { attribute: false },
  };

  /** What is operated on; `undefined` where it is the session. */
  declare payment: Payment | undefined;
  declare session: CheckoutSession;
  declare operation: DialogOperation;
  #text = "";
  #fault = "";
  #problem: ConsoleProblem | undefined;
  #isRunning = false;
  #key = newIdempotencyKey();

  protected override firstUpdated(_changed: PropertyValues): void {
    this.querySelector("dialog")?.showModal();
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated && this.#asksAmount) this.#text = amountText(this.#most, this.session.currency);
  }

  protected override render(): TemplateResult {
    const [verb, warning] = WORDS[this.operation];
    const { currency } = this.session;
    const wanted = this.#asksAmount ? readAmount(this.#text, currency, this.#most) : this.#most;
    const sum = typeof wanted === "number" ? ` ${money(wanted, currency)}` : "";
    const { payment } = this;
    const what = payment === undefined ? "the order of " : "";
    const by = payment === undefined ? "" : ` by ${gatewayLabel(this, payment.gateway)}`;
    return html`<dialog aria-labelledby="dialog-title" aria-describedby="dialog-warning" @close=${() => this.#onClose()}>
      <form method="dialog" novalidate @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <h2 id="dialog-title">${verb} ${what}${money(this.#most, currency)}${by}?</h2>
        <p id="dialog-warning">${warning}</p>
        ${this.#asksAmount ? this.#renderAmount() : ""} ${renderProblem(this.#problem)}
        <div class="buttons">
          <button class="button" type="button" @click=${() => this.querySelector("dialog")?.close()}>Go back</button>
          <button class="button primary" value="confirm" aria-disabled=${this.#isRunning}>
            ${this.#isRunning ? "Asking the provider…" : `${verb}${sum}`}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  get #asksAmount(): boolean {
    return this.operation === "capture" || this.operation === "refund";
  }

  get #path(): string {
    if (this.payment === undefined) return PATHS.cancelSession(this.session.id);
    return `${PATHS.payment(this.payment.id)}/${this.operation}`;
  }

  get #most(): number {
    if (this.payment === undefined) return this.session.amount;
    return this.operation === "refund" ? this.payment.balance : this.payment.amount;
  }

  #renderAmount(): TemplateResult {
    const { currency } = this.session;
    return html`<label for="amount">Amount in ${currency}</label>
      <input
        id="amount"
        inputmode="decimal"
        autocomplete="off"
        autofocus
        .value=${this.#text}
        aria-invalid=${this.#fault !== ""}
        aria-describedby="amount-hint"
        @input=${(event: Event) => this.#onInput(event)}
      />
      <p id="amount-hint" class=${this.#fault === "" ? "small muted" : "small fault"} aria-live="polite">
        ${this.#fault === "" ? `At most ${money(this.#most, currency)}.` : this.#fault}
      </p>`;
  }

  #onInput(event: Event): void {
    this.#text = (event.target as HTMLInputElement).value;
    this.#fault = "";
    // Another amount is another request.
    this.#key = newIdempotencyKey();
    this.requestUpdate();
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.#isRunning) return;
    const wanted = this.#asksAmount ? readAmount(this.#text, this.session.currency, this.#most) : undefined;
    if (typeof wanted === "string") {
      this.#fault = wanted;
      this.requestUpdate();
      this.querySelector<HTMLElement>("#amount")?.focus();
      return;
    }
    this.#isRunning = true;
    this.#problem = undefined;
    this.requestUpdate();
    try {
      await this.client.post(this.#path, this.#key, wanted === undefined ? {} : { amount: wanted });
      this.dispatchEvent(new CustomEvent("operated"));
      this.querySelector("dialog")?.close();
    } catch (error) {
      if (!(error instanceof ConsoleProblem)) throw error;
      this.#problem = error;
      // An answer that came is final for its key; one that was lost is asked for again with the same.
      if (error.code !== "network_error") this.#key = newIdempotencyKey();
      this.dispatchEvent(new CustomEvent("operated"));
    } finally {
      this.#isRunning = false;
      this.requestUpdate();
    }
  }

  #onClose(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }
}
