import type { JSX as Solid } from "solid-js";
import type { OffsiteCheckout } from "../offsite-checkout.ts";
import type { CheckoutAttributes, CheckoutListeners, ItemAttributes } from "./attributes.ts";

interface CheckoutProps extends Solid.HTMLAttributes<OffsiteCheckout>, CheckoutAttributes, CheckoutListeners<"on:"> {}

interface ItemProps extends Solid.HTMLAttributes<HTMLElement>, ItemAttributes {}

/** Teaches Solid the element: `<offsite-checkout session={id()} on:offsite-complete={…} />`. */
declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "offsite-checkout": CheckoutProps;
      "offsite-item": ItemProps;
    }
  }
}
