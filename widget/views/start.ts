import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Choice } from "../gateway-choice.ts";
import type { Notice } from "../view.ts";
import { fillWords } from "../words/words.ts";
import { price, renderTitle, say } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** What the start of a payment is rendered from. */
export interface StartView {
  choices: Choice[];
  choice: Choice | undefined;
  /** The page's own words for the button; `{amount}` stands for the amount. */
  label: string | undefined;
  /** What the button says while it works; undefined while it waits to be pressed. */
  busy: string | undefined;
  onPick: (gatewayId: string) => void;
  onStart: () => void;
}

/** Renders the choice among gateways, where there is one, and the button that begins an attempt. */
export function renderStart(scene: Scene, view: StartView): TemplateResult {
  const { choice, label, busy, onStart } = view;
  const press = (event: SubmitEvent) => {
    event.preventDefault();
    // Not every browser focuses a button that is pressed, and the focus leads on into the frame.
    event.submitter?.focus();
    if (busy === undefined) onStart();
  };
  const hint = choice?.presentation === "iframe" ? "frameHint" : "redirectHint";
  return html`<form part="form" class="stack" novalidate @submit=${press}>
    ${renderChoices(scene, view)}
    <button part="button" class="button" type="submit" aria-disabled=${busy === undefined ? "false" : "true"}>
      ${busy === undefined ? nothing : html`<span class="spinner" aria-hidden="true"></span>`}
      <span>${busy ?? (label === undefined ? say(scene, "pay") : fillAmount(scene, label))}</span>
    </button>
    <p part="hint" class="hint">${say(scene, hint)}</p>
  </form>`;
}

/** Tells whether a notice is about something that went wrong. */
export function isBadNotice({ name }: Notice): boolean {
  return name !== "cancelled" && name !== "superseded";
}

/** Renders why the customer is at the start again. */
export function renderNotice(scene: Scene, notice: Notice): TemplateResult {
  const { name, message } = notice;
  return html`<div part="notice" class="notice ${isBadNotice(notice) ? "bad" : "calm"}">
    ${renderTitle(say(scene, `${name}Title`))}
    <p>${say(scene, `${name}Text`)}</p>
    ${message === undefined ? nothing : html`<p class="quote" dir="auto">${message}</p>`}
  </div>`;
}

function fillAmount(scene: Scene, label: string): string {
  const { session } = scene;
  return fillWords(label, session === undefined ? {} : { amount: price(scene, session.amount, session) });
}

function renderChoices(
  { words }: Scene,
  { choices, choice, busy, onPick }: StartView,
): TemplateResult | typeof nothing {
  if (choices.length < 2) return nothing;
  return html`<fieldset part="gateways" class="gateways" ?disabled=${busy !== undefined}>
    <legend>${words.choose}</legend>
    ${choices.map(
      ({ option }) =>
        html`<label part="gateway" class="gateway">
          <input
            type="radio"
            name="gateway"
            .value=${option.id}
            .checked=${option.id === choice?.option.id}
            @change=${() => onPick(option.id)}
          />
          <span>${option.label}</span>
        </label>`,
    )}
  </fieldset>`;
}
