import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { DeliveryStatus, WebhookDelivery } from "../../shared/deliveries.ts";
import { renderBadge } from "./console-part.ts";
import { timeElement } from "./format.ts";
import { sessionAddress } from "./routes.ts";
import type { Tone } from "./words/states.ts";

const STATUS_WORDS: Readonly<Record<DeliveryStatus, readonly [string, Tone]>> = {
  due: ["On its way", "wait"],
  delivered: ["Delivered", "good"],
  dead: ["Given up", "bad"],
};

/** Renders a session's webhooks, each with what came of it and a way to send it again. */
export function renderDeliveries(
  deliveries: readonly WebhookDelivery[],
  resend: (delivery: WebhookDelivery) => void,
): TemplateResult | typeof nothing {
  if (deliveries.length === 0) return nothing;
  return html`<section aria-labelledby="webhooks">
    <h2 id="webhooks">Webhooks</h2>
    <ul class="card rows">
      ${repeat(
        deliveries,
        ({ id }) => id,
        (delivery) =>
          html`<li class="delivery">
            <p><code>${delivery.eventType}</code> ${renderBadge(STATUS_WORDS[delivery.status])}</p>
            <p class="small muted">${delivery.endpoint} · ${renderOutcome(delivery)}</p>
            <button
              class="button"
              aria-label=${`Send again: ${delivery.eventType} to ${delivery.endpoint}`}
              @click=${() => resend(delivery)}
            >
              Send again
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
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

function renderOutcome({ attempts, nextAttemptAt }: WebhookDelivery): TemplateResult {
  const last = attempts.at(-1);
  const said = last === undefined ? "not sent yet" : (last.error ?? `answered ${last.httpStatus}`);
  return html`${said}${last === undefined ? nothing : html`, ${timeElement(last.at)}`}
  ${nextAttemptAt === undefined ? nothing : html` · next ${timeElement(nextAttemptAt)}`}`;
}
