import type { HTMLAttributes } from "preact";
import type { OffsiteCheckout } from "../offsite-checkout.ts";
import type { CheckoutAttributes, CheckoutListeners, ItemAttributes } from "./attributes.ts";

/** Teaches Preact the element: `<offsite-checkout session={id} onoffsite-complete={…} />`. */
declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "offsite-checkout": Omit<HTMLAttributes<OffsiteCheckout>, keyof CheckoutAttributes> &
        CheckoutAttributes &
        CheckoutListeners<"on">;
      "offsite-item": Omit<HTMLAttributes, keyof ItemAttributes> & ItemAttributes;
    }
  }
}
