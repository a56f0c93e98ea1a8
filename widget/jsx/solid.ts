import type { JSX as Solid } from "solid-js";
import type { OffsiteCheckout } from "../offsite-checkout.ts";
import type { CheckoutAttributes, CheckoutListeners, ItemAttributes } from "./attributes.ts";

/** Teaches Solid the element: `<offsite-checkout session={id()} on:offsite-complete={…} />`. */
declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "offsite-checkout": Solid.HTMLAttributes<OffsiteCheckout> & CheckoutAttributes & CheckoutListeners<"on:">;
      "offsite-item": Solid.HTMLAttributes<HTMLElement> & ItemAttributes;
    }
  }
}
