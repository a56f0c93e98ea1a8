import type { Command } from "./model.test.ts";

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
};
