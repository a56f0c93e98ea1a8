import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { z } from "zod";
import {
  isCheckoutMessage,
  isFrameSizeMessage,
  MAX_FRAME_HEIGHT,
  MESSAGE_SOURCE,
  MESSAGE_TYPES,
  MESSAGE_VERSION,
  NONCE_PATTERN,
} from "../../shared/messages.ts";

/** The same two shapes in zod, which the widget cannot afford. */
const height = z.number().int().min(1).max(MAX_FRAME_HEIGHT);
const envelope = { source: z.literal(MESSAGE_SOURCE), version: z.literal(MESSAGE_VERSION) };
const FrameSizeMessage = z.object({ ...envelope, type: z.literal("resize"), height });
const common = {
  ...envelope,
  sessionId: z.string().regex(/^cs_[A-Za-z0-9_-]{1,64}$/),
  nonce: z.string().regex(NONCE_PATTERN),
};
const CheckoutMessage = z.discriminatedUnion("type", [
  z.object({ ...common, type: z.literal("resize"), height }),
  z.object({ ...common, type: z.enum(["returned", "cancelled", "ready"]), height: z.undefined().optional() }),
]);

const junk = fc.oneof(fc.anything(), fc.constantFrom(undefined, null, "", 0, "toString", "__proto__"));
const near = fc.record(
  {
    source: fc.oneof({ weight: 8, arbitrary: fc.constant(MESSAGE_SOURCE) }, junk),
    version: fc.oneof({ weight: 8, arbitrary: fc.constant(MESSAGE_VERSION) }, fc.constantFrom(0, 2, "1"), junk),
    type: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...MESSAGE_TYPES) }, junk),
    sessionId: fc.oneof(
      { weight: 8, arbitrary: fc.stringMatching(/^cs_[A-Za-z0-9_-]{1,64}$/) },
      fc.constantFrom("cs_", `cs_${"x".repeat(65)}`, "cs_a\n", "pay_1"),
      junk,
    ),
    nonce: fc.oneof(
      { weight: 8, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/) },
      fc.constantFrom("short", "x".repeat(15), "x".repeat(65), `${"x".repeat(16)}\n`),
      junk,
    ),
    height: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 4, arbitrary: fc.integer({ min: -1, max: MAX_FRAME_HEIGHT + 1 }) },
      fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY, "100", [100]),
    ),
    more: fc.anything(),
  },
  { requiredKeys: [] },
);

describe("the guards of messages", () => {
  it("take exactly what the schema of the return page's messages takes", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: near }, fc.anything()), (data) => {
        const isTaken = isCheckoutMessage(data);
        taken += Number(isTaken);
        assert.equal(isTaken, CheckoutMessage.safeParse(data).success);
      }),
      { numRuns: 5000 },
    );
    assert.ok(taken > 100, `only ${taken} of the messages were true ones`);
  });

  it("take exactly what the schema of a provider's messages takes", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: near }, fc.anything()), (data) => {
        const isTaken = isFrameSizeMessage(data);
        taken += Number(isTaken);
        assert.equal(isTaken, FrameSizeMessage.safeParse(data).success);
      }),
      { numRuns: 5000 },
    );
    assert.ok(taken > 100, `only ${taken} of the messages were true ones`);
  });

  it("never throw, even at data whose reading throws", () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error("trap");
        },
      },
    );
    for (const data of [trap, { source: MESSAGE_SOURCE, version: MESSAGE_VERSION, type: Symbol("x"), height: 1n }]) {
      assert.equal(isCheckoutMessage(data), false);
      assert.equal(isFrameSizeMessage(data), false);
    }
  });
});
