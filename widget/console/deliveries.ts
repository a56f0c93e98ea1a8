import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { WebhookDelivery } from "../../shared/deliveries.ts";
import { PATHS } from "../../shared/paths.ts";
import type { Action } from "./action.ts";
import { renderBadge } from "./console-part.ts";
import { timeElement } from "./format.ts";
import { listAddress, sessionAddress } from "./routes.ts";
import { DELIVERY_WORDS } from "./words/states.ts";

/** Renders a session's webhooks, each with what came of it and a way to send it again. */
export function renderDeliveries(
  deliveries: readonly WebhookDelivery[],
  action: Action,
): TemplateResult | typeof nothing {
  if (deliveries.length === 0) return nothing;
  return html`<section aria-labelledby="webhooks">
    <h2 id="webhooks">Webhooks</h2>
    <ul class="card rows">
      ${repeat(
        deliveries,
        ({ id }) => id,
        (delivery) => renderDelivery(delivery, html`<code>${delivery.eventType}</code>`, action),
      )}
    </ul>
    <p><a href=${listAddress("webhooks", {})}>Webhooks of all sessions</a></p>
  </section>`;
}

/** Renders a webhook as one line of a list of many sessions'. */
export function renderListedDelivery(delivery: WebhookDelivery, action: Action): TemplateResult {
  const { sessionId, eventType, createdAt } = delivery;
  const link = html`<a href=${sessionAddress(sessionId)}><code>${eventType}</code></a>`;
  const created = html`<span class="small muted">${timeElement(createdAt)}</span>`;
  return renderDelivery(delivery, html`${link} ${created}`, action);
}

/** Renders a webhook that was given up, as one line of a list: what happened, and what to do. */
export function renderDeadDelivery({ sessionId, eventType, endpoint, createdAt }: WebhookDelivery): TemplateResult {
  return html`<li>
    <a class="row concern" href=${sessionAddress(sessionId)}>
      <span class="strong">Webhook</span>
      <span><strong>${eventType} was given up.</strong> Mend the receiver, then send it again.</span>
      <span class="about">${endpoint}</span>
      <span class="muted">${timeElement(createdAt)}</span>
    </a>
  </li>`;
}

function renderDelivery(delivery: WebhookDelivery, title: TemplateResult, action: Action): TemplateResult {
  const { id, eventType, endpoint, status } = delivery;
  const resend = (): void => action.act(PATHS.resendDelivery(id), "It is sent again.");
  return html`<li class="delivery">
    <p>${title} ${renderBadge(DELIVERY_WORDS[status])}</p>
    <p class="small muted">${endpoint} · ${renderOutcome(delivery)}</p>
    <button
      class="button"
      aria-disabled=${action.isRunning}
      aria-label=${`Send again: ${eventType} to ${endpoint}`}
      @click=${resend}
    >
      Send again
    </button>
  </li>`;
}

function renderOutcome({ attempts, nextAttemptAt }: WebhookDelivery): TemplateResult {
  const last = attempts.at(-1);
  const said = last === undefined ? "not sent yet" : (last.error ?? `answered ${last.httpStatus}`);
  return html`${said}${last === undefined ? nothing : html`, ${timeElement(last.at)}`}
  ${nextAttemptAt === undefined ? nothing : html` · next ${timeElement(nextAttemptAt)}`}`;
}
