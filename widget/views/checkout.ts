import { html } from "lit/html.js";
import type { TemplateResult } from "lit/html.js";
import type { CheckoutFlow } from "../checkout-flow.ts";
import { RESULTS } from "../view.ts";
import type { Notice, ResultName } from "../view.ts";
import type { Words } from "../words/words.ts";
import { renderResult } from "./result.ts";
import { setScene } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { renderStart } from "./start.ts";
import { renderSummary } from "./summary.ts";

/** How the element is to be rendered. */
export interface Manner {
  locale: string;
  /** The page's own words for the button. */
  label: string | null;
  /** Whether the focus goes to the view's heading; else a live region speaks that. */
  hadFocus: boolean;
  /** Whether the frame is in a dialog. */
  isOverlay: boolean;
  /** Whether the words are still on their way. */
  isMute: boolean;
}

/** What is shown of a flow while there are no words for it. */
const MUTE: Partial<CheckoutFlow> & Pick<CheckoutFlow, "view"> = { view: { name: "loading" } };

/**
 * Renders the whole element for the flow's view.
 * Its live regions are always there, as one that comes with its text is not always spoken.
 */
export function renderCheckout(
  flow: CheckoutFlow,
  words: Words,
  { locale, label, hadFocus, isOverlay, isMute }: Manner,
): TemplateResult {
  const { session, choice, view } = isMute ? MUTE : flow;
  const { name, notice } = view;
  const scene = setScene(words, session, locale);
  const isStart = name === "offer" || (name === "start" && choice !== undefined);
  const result = name === "start" && !choice ? "closed" : name in RESULTS ? (name as ResultName) : undefined;
  const met = notice?.gateway ?? session?.payment?.gateway ?? session?.attempt?.gateway;
  const gateway = session?.gateways.find(({ id }) => id === met)?.label;
  const busy = name === "starting" || name === "leaving" ? scene.fill(words[name], choice?.label) : undefined;
  const told = result ?? notice?.name;
  const isBad = result ? RESULTS[result][0] === "bad" : isBadNotice(notice);
  const spoken = told && !hadFocus ? scene.fill(words[told][0], gateway) : "";
  return html`<section
    part=${`base view-${name}`}
    lang=${words.language}
    dir=${words.direction}
    aria-label=${words.checkout}
    tabindex="-1"
  >
    ${result && renderResult(scene, flow, result, gateway)} ${session && renderSummary(scene, session)}
    ${name === "loading" ? html`<p part="skeleton">${words.loading}</p>` : ""}
    ${/loading|network|problem/.test(name) && !flow.isReturning ? html`<slot></slot>` : ""}
    ${notice && renderNotice(scene, notice, gateway)} ${isStart || busy ? renderStart(scene, flow, label, busy, isOverlay) : ""}
    ${flow.isFramed && !isOverlay ? renderFrame(scene, flow, gateway) : ""}
    ${
      name === "frame" && isOverlay
        ? html`<dialog part="dialog" aria-label=${words.checkout} @cancel=${() => flow.cancel()}>${renderFrame(scene, flow, gateway)}</dialog>`
        : ""
    }
    <p role="status">${busy ?? (isBad ? "" : spoken)}</p>
    <p role="alert">${isBad ? spoken : ""}</p>
  </section>`;
}

function renderFrame({ words, fill }: Scene, flow: CheckoutFlow, gateway: string | undefined): TemplateResult {
  const isHidden = flow.view.name !== "frame";
  return html`${flow.page.render(fill(words.frame, gateway), isHidden)}
    ${
      isHidden
        ? ""
        : html`${flow.choice?.others[0] ? html`<button part="elsewhere" @click=${() => flow.startElsewhere()}>${words.elsewhere}</button>` : ""}
          <button part="cancel" @click=${() => flow.cancel()}>${words.cancel}</button>`
    }`;
}

function renderNotice({ words, fill }: Scene, notice: Notice, gateway: string | undefined): TemplateResult {
  const [title, text] = words[notice.name];
  return html`<div part=${`notice ${isBadNotice(notice) ? "bad" : "calm"}`} id="notice">
    <h2 part=${isBadNotice(notice) ? "title" : "heading"} tabindex="-1">${fill(title, gateway)}</h2>
    <p>${fill(text, gateway)}</p>
    ${notice.message && html`<small part="hint" dir="auto">${notice.message}</small>`}
  </div>`;
}

/** Calling off or coming back is no fault: the focus goes straight to the button. */
function isBadNotice(notice: Notice | undefined): boolean {
  return notice !== undefined && !/cancelled|unconfirmed/.test(notice.name);
}
