import { formatMoney } from "../../shared/money.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import type { Words } from "../words/words.ts";

// The first price that a browser writes takes a slow phone longer than all the rest of a view: better while it waits.
globalThis.requestIdleCallback?.(() => formatMoney(0, "EUR"));

/** What the views write with. */
export interface Scene {
  words: Words;
  /** Puts the session's amount, its order and a gateway's name in their places in a text. */
  fill: (text: string, gateway?: string) => string;
  /** Writes minor units of the session's currency. */
  price: (amount: number) => string;
}

/** Sets the scene for a session in a language; `locale` is for amounts, the browser's own where it is no language. */
export function setScene(words: Words, session: CheckoutSession | undefined, locale: string): Scene {
  const price = (amount: number): string => {
    if (!session) return "";
    try {
      return formatMoney(amount, session.currency, locale);
    } catch {
      return formatMoney(amount, session.currency);
    }
  };
  const fill = (text: string, gateway = words.provider): string => {
    const values: Record<string, string | undefined> = {
      "{amount}": session && price(session.amount),
      "{gateway}": gateway,
      "{order}": session?.orderId,
    };
    // No braces are in the name of anything that every object has.
    return text.replace(/\{\w+\}/g, (place) => values[place] ?? place);
  };
  return { words, price, fill };
}
