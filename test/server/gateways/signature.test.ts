import assert from "node:assert/strict";
import { test } from "node:test";
import { hmacHex, isSameDigest } from "../../../server/gateways/signature.ts";

const DIGEST = hmacHex("sha256", "key", "message");

test("computes an HMAC in lower-case hex over text as UTF-8", () => {
  // RFC 4231, test case 2.
  assert.equal(
    hmacHex("sha256", "Jefe", "what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
  // RFC 2202, test case 2.
  assert.equal(hmacHex("sha1", "Jefe", "what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  assert.notEqual(hmacHex("sha256", "key", "é"), hmacHex("sha256", "key", "e\u0301"));
});

test("knows the same digest", () => {
  assert.equal(isSameDigest(DIGEST, DIGEST), true);
});

test("says no, and does not throw, for a digest that differs in any place, is shorter, longer, empty or missing", () => {
  for (let place = 0; place < DIGEST.length; place += 1) {
    const other = DIGEST[place] === "0" ? "1" : "0";
    assert.equal(isSameDigest(DIGEST, DIGEST.slice(0, place) + other + DIGEST.slice(place + 1)), false);
    assert.equal(isSameDigest(DIGEST, DIGEST.slice(0, place)), false);
  }
  assert.equal(isSameDigest(DIGEST, `${DIGEST}0`), false);
  assert.equal(isSameDigest(DIGEST, undefined), false);
  // As many characters, but more bytes: a comparison that counted characters would throw.
  assert.equal(isSameDigest(DIGEST, "é".repeat(DIGEST.length)), false);
  assert.equal(isSameDigest(DIGEST, DIGEST.toUpperCase()), false);
});
