import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { RequestError, VerificationError } from "../../../server/errors.ts";
import { readMessageBody, understand } from "../../../server/gateways/provider-message.ts";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";

const REQUEST: ProviderRequest = {
  method: "POST",
  query: {},
  body: Buffer.from("a"),
  contentType: "text/plain",
  headers: {},
};

test("gives the bytes of a body of the right media type to be parsed", () => {
  assert.equal(
    readMessageBody(REQUEST, "text/plain", (bytes) => bytes.toString()),
    "a",
  );
});

test("never lets nothing be taken for a body, even by whoever would make sense of it", () => {
  for (const body of [null, Buffer.alloc(0)]) {
    const read = () => readMessageBody({ ...REQUEST, body }, "text/plain", () => ({ paid: true }));
    assert.throws(read, (error) => error instanceof VerificationError && /no body/.test(error.message));
  }
  for (const contentType of [null, "", "text/html"]) {
    const read = () => readMessageBody({ ...REQUEST, contentType }, "text/plain", () => ({ paid: true }));
    assert.throws(read, (error) => error instanceof VerificationError && /not text\/plain/.test(error.message));
  }
});

test("calls a body that cannot be parsed malformed, and hides no fault of our own", () => {
  const parseAs = (error: Error) => () =>
    readMessageBody(REQUEST, "text/plain", () => {
      throw error;
    });
  assert.throws(parseAs(new RequestError("malformed_request", "no")), (error) => {
    return error instanceof VerificationError && error.code === "malformed_request";
  });
  assert.throws(parseAs(new TypeError("ours")), TypeError);
});

test("names the fields that it does not understand, and not what they held", () => {
  const schema = z.object({ a: z.literal("x"), b: z.object({ c: z.string() }) });
  assert.deepEqual(understand(schema, { a: "x", b: { c: "y" }, d: 1 }), { a: "x", b: { c: "y" } });
  assert.throws(
    () => understand(schema, { a: "4111 1111 1111 1111", b: {} }),
    (error) => error instanceof VerificationError && error.message === "not understood: a, b.c",
  );
});
