import type { GatewayOption } from "../../shared/records.ts";

/** A gateway that can be chosen, and where its page would be met. */
export interface Choice {
  id: string;
  label: string;
  presentation: "iframe" | "redirect";
}

/**
 * Lists the gateways whose page can be shown: as wanted where the gateway offers it, else as it can. `auto` prefers
 * the frame, except on an isolated page (COEP), which gets an empty frame of every provider that has not consented.
 *
 * @param only - leaves this one gateway, where it is given
 */
export function listChoices(gateways: GatewayOption[], wanted: string | null, only: string | null): Choice[] {
  const leavesPage = wanted === "redirect" || (wanted !== "iframe" && crossOriginIsolated);
  const preferred = leavesPage ? (["redirect", "iframe"] as const) : (["iframe", "redirect"] as const);
  return gateways
    .filter(({ id }) => !only || id === only)
    .flatMap(({ id, label, presentations }) => {
      const presentation = preferred.find((name) => presentations.includes(name));
      return presentation ? [{ id, label, presentation }] : [];
    });
}
