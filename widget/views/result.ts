import { html, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { SESSION_PARAMETER } from "../../shared/paths.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import type { View } from "../view.ts";
import { isWebUrl } from "../web-url.ts";
import { renderTitle, say } from "./scene.ts";
import type { Scene } from "./scene.ts";

const MARKS = {
  good: svg`<path d="m8 12.5 2.7 2.7L16.2 9.5" />`,
  wait: svg`<path d="M12 7.5V12l3 2" />`,
  bad: svg`<path d="M12 7.5v5.2M12 16.4v.1" />`,
};

/** Each result's mark; its words are those called `…Title` and `…Text`. */
const RESULTS = {
  settling: "wait",
  waiting: "wait",
  pending: "wait",
  unconfirmed: "wait",
  complete: "good",
  authorized: "good",
  expired: "bad",
  calledOff: "bad",
  network: "bad",
  limited: "bad",
  lost: "bad",
  closed: "bad",
  problem: "bad",
} as const satisfies Record<string, keyof typeof MARKS>;

/** The name of something that is told in place of the start. */
export type ResultName = keyof typeof RESULTS;

/** What can be done on a result. */
export interface ResultActions {
  /** Ask again. */
  onRetry: () => void;
  /** Begin another attempt. */
  onStart: () => void;
}

/** Names the result that a view tells, or gives `undefined` where it tells none. */
export function resultName(view: View, session: CheckoutSession | undefined): ResultName | undefined {
  if (view.name === "error") return view.obstacle;
  if (view.name === "complete" && session?.payment?.state === "authorization") return "authorized";
  return Object.hasOwn(RESULTS, view.name) ? (view.name as ResultName) : undefined;
}

/** Tells whether a result is that nothing can be paid. */
export function isBadResult(name: ResultName): boolean {
  return RESULTS[name] === "bad";
}

/** Renders how things stand where there is nothing to choose: waiting, ended, or not possible. */
export function renderResult(scene: Scene, name: ResultName, actions: ResultActions): TemplateResult {
  return html`<div part="result" class="result stack ${RESULTS[name]}">
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" />
      ${MARKS[RESULTS[name]]}
    </svg>
    ${renderTitle(say(scene, `${name}Title`))}
    <p>${say(scene, `${name}Text`)}</p>
    ${scene.session?.orderId === undefined ? nothing : html`<p class="hint">${say(scene, "order")}</p>`}
    ${renderActions(scene, name, actions)}
  </div>`;
}

function renderActions(
  scene: Scene,
  name: ResultName,
  { onRetry, onStart }: ResultActions,
): TemplateResult | typeof nothing {
  const { session } = scene;
  const renderAgain = (words: "retry" | "checkAgain") =>
    html`<button part="button" class="button" type="button" @click=${onRetry}>${say(scene, words)}</button>`;
  switch (name) {
    case "waiting":
      return html`${renderAgain("checkAgain")}
        <button part="cancel" class="quiet" type="button" @click=${onStart}>${say(scene, "startAgain")}</button>`;
    case "network":
    case "limited":
    case "problem":
      return renderAgain("retry");
    case "pending":
      return renderLink(scene, "details", session?.url);
    case "expired":
    case "calledOff":
      return renderLink(scene, "back", session?.cancelUrl);
    case "complete":
    case "authorized":
      return html`<slot name="complete">${renderLink(scene, "continue", returnAddress(session))}</slot>`;
    default:
      return nothing;
  }
}

function renderLink(
  scene: Scene,
  name: "details" | "back" | "continue",
  url: string | undefined,
): TemplateResult | typeof nothing {
  return isWebUrl(url) ? html`<a part="link" class="link" href=${url}>${say(scene, name)}</a>` : nothing;
}

/** The page that a redirect would have led back to, unless the customer is on it. */
function returnAddress(session: CheckoutSession | undefined): string | undefined {
  if (!isWebUrl(session?.returnUrl)) return undefined;
  const url = new URL(session.returnUrl);
  if (url.origin === location.origin && url.pathname === location.pathname) return undefined;
  url.searchParams.set(SESSION_PARAMETER, session.id);
  return url.href;
}
