import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { GatewayView } from "./client.ts";

/** Renders the gateways whose calls are suspended: what happened, what to do, and a button that does it. */
export function renderOpenCircuits(
  gateways: readonly GatewayView[],
  reset: (gateway: GatewayView) => void,
): TemplateResult | typeof nothing {
  const open = gateways.filter(({ circuit }) => circuit.state === "open");
  if (open.length === 0) return nothing;
  return html`${open.map(
    (gateway) =>
      html`<div class="notice bad circuit">
        <p>
          <strong>${gateway.label} failed ${gateway.circuit.failures} times in a row, and is no longer called.</strong>
        </p>
        <p>Find out whether it works again, then let calls through.</p>
        <p>
          <button class="button" @click=${() => reset(gateway)}>Let calls to ${gateway.label} through</button>
        </p>
      </div>`,
  )}`;
}
