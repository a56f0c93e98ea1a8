import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { CheckoutFlow } from "../checkout-flow.ts";
import { RESULTS } from "../view.ts";
import type { ResultName } from "../view.ts";
import type { Scene } from "./scene.ts";

const MARKS = { good: "M7.5 12.5l3 3 6-6.5", wait: "M12 7v5l3 2", bad: "M12 7v6m0 3v2" };

/** Renders how things stand where there is nothing to choose: waiting, ended, or not possible. */
export function renderResult(
  { words, fill }: Scene,
  flow: CheckoutFlow,
  name: ResultName,
  gateway: string | undefined,
): TemplateResult {
  const [mark, action] = RESULTS[name];
  const [title, text] = words[name];
  const { session } = flow;
  return html`<div part=${`result ${mark}`}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${`M12 2a10 10 0 1 0 .1 0${MARKS[mark]}`} /></svg>
    <h2 part="title" tabindex="-1">${fill(title, gateway)}</h2>
    <p>${fill(text, gateway)}</p>
    ${session?.orderId && html`<small part="hint">${fill(words.order)}</small>`}
    ${action === "" ? "" : renderAction(words[action], action, flow)}
    <slot name=${name}></slot>
    ${name === "window" ? html`<button part="cancel" @click=${() => flow.cancel()}>${words.cancel}</button>` : ""}
    ${name === "waiting" ? html`<button part="cancel" @click=${() => flow.start()}>${words.restart}</button>` : ""}
  </div>`;
}

function renderAction(label: string, action: string, flow: CheckoutFlow): TemplateResult {
  const { url, cancelUrl } = flow.session ?? {};
  const address = action === "details" ? url : action === "back" ? cancelUrl : undefined;
  // A `javascript:` URL would run in the shop's page.
  return address && /^https?:/.test(address)
    ? html`<a part="link" href=${address}>${label}</a>`
    : html`<button part="button" @click=${() => (action === "show" ? flow.page.showWindow() : flow.retry())}>${label}</button>`;
}
