import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMoney } from "../../shared/money.ts";

test("amounts have ISO 4217's digits, in the words of a locale", () => {
  assert.equal(formatMoney(4300, "EUR", "en"), "€43.00");
  assert.equal(formatMoney(-680, "USD", "en"), "-$6.80");
  assert.equal(formatMoney(500, "JPY", "de"), "500\u00a0¥");
  assert.equal(formatMoney(12_345, "KWD", "en"), "KWD\u00a012.345");
  assert.equal(formatMoney(999_999_999_999, "USD", "en"), "$9,999,999,999.99");
});

test("Latin letters in amounts that are written from right to left keep their order in any text", () => {
  for (const locale of ["ar", "ar-SA"]) {
    for (const amount of [3600, -680])
      assert.match(formatMoney(amount, "USD", locale), /^\u2066.*US\$\u2069$/u, locale);
  }
  // The sign alone goes where the text's direction has it.
  for (const amount of [3600, -680]) assert.doesNotMatch(formatMoney(amount, "USD", "he"), /\u2066/u);
});
