import { html, LitElement, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import type { ConsoleClient, ConsoleProblem, GatewayView } from "./client.ts";
import { adviceFor } from "./words/states.ts";
import type { Tone } from "./words/states.ts";

/** A part of the console. It renders into the page itself: the page is ours alone, and has one style sheet. */
export abstract class ConsolePart extends LitElement {
  static override properties = { client: { attribute: false }, gateways: { attribute: false } };

  declare client: ConsoleClient;
  declare gateways: readonly GatewayView[];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override update(changed: PropertyValues): void {
    const hadFocus = this.contains(document.activeElement);
    super.update(changed);
    if (hadFocus) this.catchFocus();
  }

  /** The focus never falls to nowhere: where what had it is gone, what the page says first gets it. */
  protected catchFocus(): void {
    const { activeElement } = document;
    if (activeElement !== null && activeElement !== document.body) return;
    const landing = this.querySelector<HTMLElement>("[data-landing]") ?? this.closest("main");
    landing?.focus({ preventScroll: true });
  }
}

/** Renders a word for a state. */
export function renderBadge([word, tone]: readonly [string, Tone]): TemplateResult {
  return html`<span class="badge ${tone}">${word}</span>`;
}

/** Renders what went wrong with a call: what happened, its code, and what to do. */
export function renderProblem(problem: ConsoleProblem | undefined): TemplateResult | typeof nothing {
  if (problem === undefined) return nothing;
  const { code, message, requestId } = problem;
  return html`<div class="notice bad" role="alert">
    <p><strong>${message.charAt(0).toUpperCase() + message.slice(1)}</strong></p>
    <p>${adviceFor(problem)}</p>
    <p class="small muted">
      <code>${code}</code>${requestId === undefined ? nothing : html` · request <code>${requestId}</code>`}
    </p>
  </div>`;
}

/** Renders the room of what is still loading. */
export function renderSkeleton(): TemplateResult {
  return html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>
    <p class="hidden" role="status">Loading</p>`;
}
