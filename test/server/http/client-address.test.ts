import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { it } from "node:test";
import { createAddressReader, isAddressRange } from "../../../server/http/client-address.ts";

function read(trusted: string[], remoteAddress: string, forwarded?: string): string {
  const request = {
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  };
  return createAddressReader(trusted)(request as unknown as IncomingMessage);
}

it("is the socket's address unless that is a trusted proxy", () => {
  assert.equal(read([], "192.0.2.1", "198.51.100.1"), "192.0.2.1");
  assert.equal(read(["10.0.0.0/8"], "192.0.2.1", "198.51.100.1"), "192.0.2.1");
  assert.equal(read(["10.0.0.0/8"], "::ffff:10.1.2.3", "198.51.100.1"), "198.51.100.1");
});

it("is the last entry that no trusted proxy wrote of another: what is before it may be made up", () => {
  assert.equal(read(["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
  assert.equal(read(["10.0.0.0/8", "fd00::/8"], "fd00::1", "198.51.100.1:4711, 10.0.0.2"), "198.51.100.1");
  assert.equal(read(["10.0.0.0/8"], "10.0.0.1", "unknown"), "10.0.0.1");
  assert.equal(read(["10.0.0.0/8"], "10.0.0.1", "[2001:db8::1]:443"), "2001:db8::1");
});

it("takes addresses and ranges in the configuration, and nothing else", () => {
  for (const text of ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]) assert.ok(isAddressRange(text), text);
  for (const text of ["", "10.0.0.0/33", "::/129", "proxy.internal", "10.0.0.0/8/8", "10.0.0.0/"]) {
    assert.ok(!isAddressRange(text), text);
  }
});
