import type { CheckoutAttributes } from "../../../widget/jsx/attributes.ts";

/** Each attribute once: what is missing here, or is too much, does not compile. */
export const EVERY_ATTRIBUTE = {
  server: "https://pay.example",
  session: "cs_1",
  "client-secret": "secret",
  sku: "mug",
  quantity: 2,
  cart: "a.b.c",
  gateway: "card",
  presentation: "auto",
  locale: "de",
  label: "Pay {amount}",
  words: "{}",
  overlay: false,
} as const satisfies Required<CheckoutAttributes>;
