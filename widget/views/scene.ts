import { html } from "lit";
import type { TemplateResult } from "lit";
import { formatMoney } from "../../shared/money.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { fillWords } from "../words/words.ts";
import type { Words } from "../words/words.ts";

/** What every view writes its texts with. */
export interface Scene {
  words: Words;
  session: CheckoutSession | undefined;
  /** The gateway's name for the customer, where it is known. */
  gateway?: string | undefined;
  /** For `Intl`; undefined where the page names no language that it knows. */
  locale: string | undefined;
}

/** Writes one of the texts with the gateway's name, the session's amount and its order in their places. */
export function say({ words, session, gateway, locale }: Scene, name: keyof Words): string {
  return fillWords(words[name], {
    gateway: gateway ?? words.provider,
    amount: session === undefined ? "" : formatMoney(session.amount, session.currency, locale),
    order: session?.orderId ?? "",
  });
}

/** Writes an amount of the session's currency. */
export function price({ locale }: Scene, amount: number, { currency }: CheckoutSession): string {
  return formatMoney(amount, currency, locale);
}

/** A heading that takes the focus when its view appears. */
export function renderTitle(text: string): TemplateResult {
  return html`<h2 part="title" class="title" tabindex="-1">${text}</h2>`;
}
