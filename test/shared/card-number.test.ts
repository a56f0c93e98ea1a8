import assert from "node:assert/strict";
import { test } from "node:test";
import { holdsCardNumber, withoutCardNumbers } from "../../shared/card-number.ts";

const CARD = "4111 1111 1111 1111";

test("finds a card number in its groups, and what only looks like one is left", () => {
  assert.equal(
    withoutCardNumbers(`paid by ${CARD}, or 4111-1111-1111-1112`),
    "paid by [card number], or 4111-1111-1111-1112",
  );
  assert.equal(holdsCardNumber(`12 ${CARD} 30`), true);
  assert.equal(holdsCardNumber("a4111111111111111"), false);
});

test("takes a time that grows with the text alone: a provider may answer a megabyte of digits", () => {
  const startedAt = performance.now();
  for (const text of ["9 ".repeat(500_000), `${"9 ".repeat(500_000)}a`, "9".repeat(1_000_000)]) {
    assert.equal(withoutCardNumbers(`${text} x ${CARD}`).endsWith(" x [card number]"), true);
  }
  assert.ok(performance.now() - startedAt < 10_000);
});
