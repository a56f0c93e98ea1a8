import type { OffsiteEventMap, OffsiteEventName } from "../events.ts";

/** The attributes of `<offsite-checkout>`, as JSX takes them: `null`, `undefined` and `false` leave one out. */
export interface CheckoutAttributes {
  server?: string | null | undefined;
  session?: string | null | undefined;
  "client-secret"?: string | null | undefined;
  sku?: string | null | undefined;
  quantity?: number | string | null | undefined;
  cart?: string | null | undefined;
  gateway?: string | null | undefined;
  presentation?: "auto" | "iframe" | "popup" | "redirect" | null | undefined;
  locale?: string | null | undefined;
  label?: string | null | undefined;
  words?: string | null | undefined;
  overlay?: boolean | "" | null | undefined;
}

/** The attributes of `<offsite-item>`, one of several lines inside `<offsite-checkout>`. */
export interface ItemAttributes {
  sku: string;
  quantity?: number | string | null | undefined;
}

/** Listeners for the element's events under their names and a prefix. */
export type CheckoutListeners<Prefix extends string> = {
  [Name in OffsiteEventName as `${Prefix}${Name}`]?: ((event: OffsiteEventMap[Name]) => void) | undefined;
};
