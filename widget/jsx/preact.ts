import type { HTMLAttributes } from "preact";
import type { OffsiteCheckout } from "../offsite-checkout.ts";
import type { CheckoutAttributes, CheckoutListeners, ItemAttributes } from "./attributes.ts";

interface CheckoutProps
  extends
    Omit<HTMLAttributes<OffsiteCheckout>, keyof CheckoutAttributes>,
    CheckoutAttributes,
    CheckoutListeners<"on"> {}

interface ItemProps extends Omit<HTMLAttributes, keyof ItemAttributes>, ItemAttributes {}

/** Teaches Preact the element: `<offsite-checkout session={id} onoffsite-complete={…} />`. */
declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "offsite-checkout": CheckoutProps;
      "offsite-item": ItemProps;
    }
  }
}
