import assert from "node:assert/strict";
import { it } from "node:test";
import { RateLimit } from "../../../server/http/rate-limit.ts";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);

it("a limit remembers a bounded number of addresses, and forgets those seen longest ago first", () => {
  const limit = new RateLimit(1, 2);
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) limit.take(address, at(0));
  assert.throws(() => limit.take("192.0.2.3", at(1)), { code: "rate_limited" });
  assert.throws(() => limit.take("192.0.2.2", at(1)), { code: "rate_limited" });
  limit.take("192.0.2.1", at(1));
});

it("a limit takes the addresses of one IPv6 network for one client", () => {
  const limit = new RateLimit(1);
  limit.take("2001:db8:0:1::1", at(0));
  assert.throws(() => limit.take("2001:db8::1:ffff:0:0:2", at(0)), { code: "rate_limited" });
  limit.take("2001:db8:0:2::1", at(0));
});

it("a limit locks nobody out when the clock is set back", () => {
  const limit = new RateLimit(1);
  limit.take("192.0.2.1", at(3600));
  limit.take("192.0.2.1", at(0));
});
