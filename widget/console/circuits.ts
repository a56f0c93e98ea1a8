import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { PATHS } from "../../shared/paths.ts";
import type { Act } from "./action.ts";
import type { GatewayView } from "./client.ts";

/** Renders the gateways whose calls are suspended: what happened, what to do, and a button that does it. */
export function renderOpenCircuits(gateways: readonly GatewayView[], act: Act): TemplateResult | typeof nothing {
  const open = gateways.filter(({ circuit }) => circuit.state === "open");
  if (open.length === 0) return nothing;
  return html`${open.map(({ id, label, circuit }) => {
    const reset = (): void => act(PATHS.resetCircuit(id), `Calls to ${label} go through again.`);
    return html`<div class="notice bad circuit">
      <p><strong>${label} failed ${circuit.failures} times in a row, and is no longer called.</strong></p>
      <p>Find out whether it works again, then let calls through.</p>
      <p><button class="button" @click=${reset}>Let calls to ${label} through</button></p>
    </div>`;
  })}`;
}
