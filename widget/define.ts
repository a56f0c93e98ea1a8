import { OffsiteCheckout } from "./offsite-checkout.ts";

// Two scripts on one page, or one that runs twice, must not throw; nor must a server that imports this.
const registry = globalThis.customElements as CustomElementRegistry | undefined;
if (registry && !registry.get("offsite-checkout")) registry.define("offsite-checkout", OffsiteCheckout);

declare global {
  interface HTMLElementTagNameMap {
    "offsite-checkout": OffsiteCheckout;
    /** One of several lines inside: it says what `sku`, and what `quantity` of it. */
    "offsite-item": HTMLElement;
  }
}
