import type { GatewayOption } from "../../shared/records.ts";
import type { Presentation } from "../../shared/states.ts";

/** A gateway that can be chosen, and where its page would be met. */
export interface Choice {
  id: string;
  label: string;
  presentation: Presentation;
  /** Where it could be met instead, where that one does not work. */
  others: Presentation[];
}

/** Browsers inside of apps, which open no windows, or open them where nothing comes back from. */
const IN_APP = /FBA|Instagram|wv\)/;

/**
 * Lists the gateways whose page can be shown: as wanted where the gateway offers it, else as it can. `auto` prefers
 * the frame, then a window, then leaving; an isolated page (COEP) gets an empty frame of every provider that has not
 * consented, and a window that it cannot hear from, so that it leaves.
 *
 * @param only - leaves this one gateway, where it is given
 */
export function listChoices(gateways: GatewayOption[], wanted: string | null, only: string | null): Choice[] {
  // What comes first counts; what is no presentation is none that a gateway offers.
  const order = [
    ...new Set([
      wanted as Presentation,
      crossOriginIsolated && "redirect",
      "iframe",
      IN_APP.test(navigator.userAgent) || "popup",
      "redirect",
      "popup",
    ] as Presentation[]),
  ];
  return gateways
    .filter(({ id }) => !only || id === only)
    .flatMap(({ id, label, presentations }) => {
      const [presentation, ...others] = order.filter((name) => presentations.includes(name));
      return presentation ? [{ id, label, presentation, others }] : [];
    });
}

/** Picks the first of the wanted gateways that is there, or the first of all. */
export function pickChoice(choices: Choice[], ...wanted: (string | undefined)[]): Choice | undefined {
  return wanted.map((id) => choices.find((choice) => choice.id === id)).find(Boolean) ?? choices[0];
}
