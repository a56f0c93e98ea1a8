import type { CheckoutSession, GatewayOption } from "../shared/records.ts";
import { choosePresentation } from "./presentations/choose.ts";
import type { Presentable } from "./presentations/choose.ts";

/** A gateway that can be chosen, and where its page would be met. */
export interface Choice {
  option: GatewayOption;
  presentation: Presentable;
}

/** Lists the gateways of a session that can be shown as wanted; `gateway` leaves only that one. */
export function listChoices(session: CheckoutSession, gateway: string | null | undefined, wanted: string): Choice[] {
  return session.gateways
    .filter(({ id }) => !gateway || gateway === id)
    .flatMap((option) => {
      const presentation = choosePresentation(wanted, option);
      return presentation === undefined ? [] : [{ option, presentation }];
    });
}

/** Selects among choices: the one that was picked, that of the latest attempt, or the first. */
export function selectChoice(choices: Choice[], session: CheckoutSession, picked?: string): Choice | undefined {
  const find = (id: string | undefined) => choices.find(({ option }) => option.id === id);
  return find(picked) ?? find(session.attempt?.gateway) ?? choices[0];
}
