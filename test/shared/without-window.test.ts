import assert from "node:assert/strict";
import { it } from "node:test";

it("imports the element where there is no window", async () => {
  await import(new URL("../../dist/offsite-checkout.js", import.meta.url).href);
  const { OffsiteCheckout, OffsiteEvent } = await import("../../widget/index.ts");
  assert.equal(typeof OffsiteCheckout, "function");
  assert.equal(new OffsiteEvent("offsite-ready", { sessionId: "cs_1", status: "open" }).detail.status, "open");
  assert.equal("HTMLElement" in globalThis, false);
  assert.equal("customElements" in globalThis, false);
});
