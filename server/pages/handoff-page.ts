import type { Context } from "koa";
import { html } from "../../shared/html.ts";
import type { Handoff } from "../../shared/records.ts";
import type { Environment } from "../../shared/states.ts";
import { answerPage } from "./page.ts";

/** Answers with a form that submits itself to a provider; without JavaScript its button does. */
export function answerHandoffPage(
  ctx: Context,
  { url, fields = {} }: Handoff,
  { label, environment }: { label: string; environment: Environment },
): void {
  answerPage(ctx, 200, {
    title: `Continue to ${label}`,
    body: html`<main class="handoff">
      <h1>Continue to ${label}</h1>
      <p class="muted">You pay on the page of the payment provider and come back to the shop afterwards.</p>
      <form id="handoff" method="post" action="${url}">
        ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <button class="button primary wide">Continue</button>
      </form>
    </main>`,
    style: ".handoff{max-width:28rem;margin:0 auto;padding:64px 16px;display:grid;gap:16px;text-align:center}",
    // A field may be called `submit` and hide the form's own method.
    script: 'HTMLFormElement.prototype.submit.call(document.getElementById("handoff"));',
    leadsToProvidersIn: environment,
  });
}
