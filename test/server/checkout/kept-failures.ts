import type { Command } from "./model-world.ts";

/** Stories that once ended wrong, by what was wrong with them. */
export const KEPT_FAILURES: Readonly<Record<string, readonly Command[]>> = {
  "a void whose answer was lost in a crash was taken for a failure": [
    { do: "customer acts", trip: 0, act: "hold" },
    { do: "time passes", seconds: 301 },
    { do: "crash", during: { do: "void", payment: 0, share: 0.1 }, steps: 3, loss: "none", seed: 0 },
    { do: "customer cancels", trip: 0 },
  ],
  "a failure was taken for the void that was refused because of it": [
    { do: "customer acts", trip: 0, act: "hold" },
    { do: "notify", message: 0 },
    { do: "customer acts", trip: 0, act: "bounce" },
    { do: "provider", fault: "after" },
    { do: "void", payment: 0, share: 1 },
  ],
  "an old message ended the questions about a void in doubt": [
    { do: "customer acts", trip: 1, act: "hold" },
    { do: "notify", message: 0 },
    { do: "customer acts", trip: 1, act: "arrive" },
    { do: "provider", fault: "after" },
    { do: "void", payment: 0, share: 1 },
    { do: "notify", message: 1 },
    { do: "provider", fault: "none" },
  ],
  "money on its way stayed so for ever that the provider let lapse before it was asked": [
    { do: "provider holds money", hold: { seconds: 60, isTold: false } },
    { do: "customer acts", trip: 1, act: "hold" },
    { do: "notify", message: 0 },
    { do: "customer acts", trip: 1, act: "arrive" },
  ],
  "news of an authorization that came after the last question about it was never asked about": [
    { do: "provider holds money", hold: { seconds: 60, isTold: false } },
    { do: "customer acts", trip: 1, act: "hold" },
    { do: "notify", message: 0 },
    { do: "customer acts", trip: 1, act: "arrive" },
    { do: "time passes", seconds: 1801 },
    { do: "notify", message: 1 },
  ],
  "an authorization by a saved source lapsed unnoticed": [
    { do: "customer acts", trip: 0, act: "pay" },
    { do: "notify", message: 0 },
    { do: "save source", payment: 0 },
    { do: "provider holds money", hold: { seconds: 60, isTold: false } },
    { do: "charge source", source: 0, act: "pay", capture: "manual" },
  ],
  "the same answer to a charge again was taken for how a refund in doubt stands": [
    { do: "customer acts", trip: 0, act: "pay" },
    { do: "notify", message: 0 },
    { do: "save source", payment: 0 },
    { do: "time passes", seconds: 1 },
    { do: "provider", fault: "after" },
    { do: "charge source", source: 0, act: "pay", capture: "automatic" },
    { do: "notify", message: 1 },
    { do: "refund", payment: 0, share: 0.1 },
  ],
};
