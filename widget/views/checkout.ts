import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { CheckoutFlow } from "../checkout-flow.ts";
import type { View } from "../view.ts";
import { isBadResult, renderResult, resultName } from "./result.ts";
import { say } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { isBadNotice, renderNotice, renderStart } from "./start.ts";
import { renderSkeleton, renderSummary } from "./summary.ts";

/** Results that are told without what was to be paid. */
const WITHOUT_SUMMARY: readonly unknown[] = ["expired", "calledOff", "closed"];

/**
 * Renders the whole element for the flow's view.
 *
 * @param label - the page's own words for the button
 * @param isFocused - whether the focus goes to a new view, so that its heading is not spoken twice
 */
export function renderCheckout(
  known: Omit<Scene, "gateway">,
  flow: CheckoutFlow,
  label: string | undefined,
  isFocused: boolean,
): TemplateResult {
  const { view, session } = flow;
  const { words } = known;
  const met = session?.payment?.gateway ?? session?.attempt?.gateway;
  const scene: Scene = { ...known, gateway: labelOf(flow, met) };
  const result = resultName(view, session);
  const isBusy = view.name === "starting" || view.name === "leaving";
  const summary = session === undefined || WITHOUT_SUMMARY.includes(result) ? nothing : renderSummary(scene, session);
  return html`<section
    part="base"
    class="base"
    lang=${words.language}
    dir=${words.direction}
    tabindex="-1"
    aria-label=${words.checkout}
    aria-busy=${isBusy || view.name === "loading" ? "true" : "false"}
  >
    ${
      result === undefined
        ? nothing
        : keyed(result, renderResult(scene, result, { onRetry: () => flow.retry(), onStart: () => void flow.start() }))
    }
    ${view.name === "loading" ? renderSkeleton() : summary}
    ${
      view.name === "start" && view.notice !== undefined
        ? keyed(view, renderNotice({ ...known, gateway: labelOf(flow, view.notice.gateway) }, view.notice))
        : nothing
    }
    ${view.name === "start" || isBusy ? renderPayment(known, flow, label) : nothing}
    ${
      view.name === "frame"
        ? html`<div class="stack">
            ${flow.frame.render(say(scene, "frame"))}
            <button part="cancel" class="quiet" type="button" @click=${() => flow.cancel()}>${words.cancel}</button>
          </div>`
        : nothing
    }
    ${renderSpoken(scene, flow, isFocused)}
  </section>`;
}

/** Selects what takes the focus when a view appears in the place of one that had it. */
export function focusTarget(view: View): string {
  switch (view.name) {
    case "frame":
      return "iframe";
    case "start":
      return isTitleFocused(view) ? ".title" : "form button";
    case "starting":
    case "leaving":
      return "form button";
    case "loading":
      return ".base";
    default:
      return ".title";
  }
}

function isTitleFocused(view: View): boolean {
  return view.name !== "start" || (view.notice !== undefined && view.notice.name !== "cancelled");
}

function labelOf({ session }: CheckoutFlow, gateway: string | undefined): string | undefined {
  return session?.gateways.find(({ id }) => id === gateway)?.label;
}

function renderPayment(known: Omit<Scene, "gateway">, flow: CheckoutFlow, label: string | undefined): TemplateResult {
  const { choices, choice, view } = flow;
  const scene: Scene = { ...known, gateway: choice?.option.label };
  return renderStart(scene, {
    choices,
    choice,
    label,
    busy: view.name === "starting" || view.name === "leaving" ? say(scene, view.name) : undefined,
    onPick: (id) => flow.pick(id),
    onStart: () => void flow.start(),
  });
}

/** Renders the two live regions, which are always there, as one that comes with its text is not always spoken. */
function renderSpoken(scene: Scene, { view, session, choice }: CheckoutFlow, isFocused: boolean): TemplateResult {
  const result = resultName(view, session);
  const notice = view.name === "start" ? view.notice : undefined;
  let status = "";
  let alert = "";
  if (view.name === "starting" || view.name === "leaving") {
    status = say({ ...scene, gateway: choice?.option.label }, view.name);
  } else if (view.name === "loading") {
    status = scene.words.loading;
  } else if (!isFocused || !isTitleFocused(view)) {
    const title = result ?? notice?.name;
    const text = title === undefined ? "" : say(scene, `${title}Title`);
    const isBad = result === undefined ? notice !== undefined && isBadNotice(notice) : isBadResult(result);
    if (isBad) alert = text;
    else status = text;
  }
  return html`<div role="status" class="unseen">${status}</div>
    <div role="alert" class="unseen">${alert}</div>`;
}
