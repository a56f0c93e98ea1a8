/** @jsxImportSource solid-js */
import "../../../widget/jsx/solid.ts";
import type { OffsiteCheckout } from "../../../widget/index.ts";
import { EVERY_ATTRIBUTE } from "./every-attribute.ts";

/** What type-checks on a page of Solid, and what must not. */
export const pages = [
  <offsite-checkout
    session="cs_1"
    client-secret="secret"
    class="pay"
    style="color: red"
    on:offsite-complete={({ detail }) => detail.sessionId}
  />,
  <offsite-checkout {...EVERY_ATTRIBUTE} ref={(element: OffsiteCheckout | null) => void element?.start()} />,
  <offsite-checkout overlay>
    <offsite-item sku="mug" quantity={2} />
    <a href="https://pay.example/checkout?sku=mug">Buy the mug</a>
  </offsite-checkout>,
  // @ts-expect-error no such presentation
  <offsite-checkout presentation="modal" />,
  // @ts-expect-error no such attribute
  <offsite-checkout price="1" />,
  // @ts-expect-error not what the event has
  <offsite-checkout on:offsite-complete={({ detail }) => detail.amount} />,
  // @ts-expect-error an item of what?
  <offsite-item quantity={2} />,
];
