import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { CheckoutFlow } from "../checkout-flow.ts";
import type { Scene } from "./scene.ts";

/**
 * Renders the choice among gateways, where there is one, and the button that begins an attempt.
 *
 * @param label - the page's own words for the button; `{amount}` stands for the amount
 * @param busy - what the button says while it works, or nothing while it waits to be pressed
 * @param isOverlay - whether a frame needs no room here
 */
export function renderStart(
  { words, fill }: Scene,
  flow: CheckoutFlow,
  label: string | null,
  busy: string | undefined,
  isOverlay: boolean,
): TemplateResult {
  const { choices, choice } = flow;
  // A label with a place for the amount waits for it.
  const isPriced = flow.session || !label?.includes("{amount}");
  const press = (event: SubmitEvent) => {
    event.preventDefault();
    // Not every browser focuses a button that is pressed, and from there the focus goes on into the frame.
    event.submitter?.focus();
    void flow.start();
  };
  return html`<form part=${busy && choice?.presentation === "iframe" && !isOverlay ? "form room" : "form"} @submit=${press}>
    ${
      choices[1] &&
      html`<fieldset part="gateways" ?disabled=${busy}>
      <legend>${words.choose}</legend>
      ${choices.map(
        ({ id, label }) =>
          html`<label part="gateway">
            <input type="radio" name="gateway" .checked=${id === choice?.id} @change=${() => flow.pick(id)} />
            ${label}
          </label>`,
      )}
    </fieldset>`
    }
    <button part="button" @pointerdown=${() => flow.prepareFrame()} aria-describedby="notice" aria-disabled=${Boolean(busy)}>
      ${busy ?? fill((isPriced && label) || (flow.session ? words.pay : words.checkOut))}
    </button>
    ${choice && html`<small part="hint">${fill(words[choice.presentation], choice.label)}</small>`}
  </form>`;
}
