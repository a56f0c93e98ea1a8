import { OffsiteCheckout } from "./offsite-checkout.ts";

// Two scripts on one page, or one that runs twice, must not throw; nor must a server that imports this.
if (globalThis.customElements?.get("offsite-checkout") === undefined) {
  globalThis.customElements?.define("offsite-checkout", OffsiteCheckout);
}

declare global {
  interface HTMLElementTagNameMap {
    "offsite-checkout": OffsiteCheckout;
  }
}
