import type { GatewayOption } from "../../shared/records.ts";

/** The presentations that the element can show. */
export type Presentable = "iframe" | "redirect";

/**
 * Chooses where the customer meets a gateway's page: as wanted where the gateway offers it, else as it can.
 * `auto` prefers the frame. Gives `undefined` where the gateway offers nothing that can be shown.
 */
export function choosePresentation(wanted: string, { presentations }: GatewayOption): Presentable | undefined {
  // An isolated page (COEP) gets an empty frame of every provider that has not consented to it.
  const canFrame = presentations.includes("iframe") && !globalThis.crossOriginIsolated;
  const canRedirect = presentations.includes("redirect");
  if (canFrame && (wanted !== "redirect" || !canRedirect)) return "iframe";
  return canRedirect ? "redirect" : undefined;
}
