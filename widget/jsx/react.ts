import type * as React from "react";
import type { OffsiteCheckout } from "../offsite-checkout.ts";
import type { CheckoutAttributes, CheckoutListeners, ItemAttributes } from "./attributes.ts";

interface CheckoutProps
  extends
    React.DetailedHTMLProps<React.HTMLAttributes<OffsiteCheckout>, OffsiteCheckout>,
    CheckoutAttributes,
    CheckoutListeners<"on"> {}

interface ItemProps extends React.DetailedHTMLProps<React.HTMLAttributes<HTMLElement>, HTMLElement>, ItemAttributes {}

/** Teaches React 19 the element: `<offsite-checkout session={id} onoffsite-complete={…} />`. */
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "offsite-checkout": CheckoutProps;
      "offsite-item": ItemProps;
    }
  }
}
