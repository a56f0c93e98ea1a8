import { isIPv6 } from "node:net";
import { RequestError } from "../errors.ts";

const WINDOW_MS = 60_000;
/** More addresses at a time are not told apart from those that were seen least lately. */
const MAX_ADDRESSES = 50_000;

/**
 * Counts requests of each address: so many in the minute that its first one begins. What it remembers is bounded: the
 * addresses seen longest ago are forgotten first. Each process counts for itself.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #maxAddresses: number;
  readonly #windows = new Map<string, { startedAtMs: number; count: number }>();

  constructor(perMinute: number, maxAddresses = MAX_ADDRESSES) {
    this.#perMinute = perMinute;
    this.#maxAddresses = maxAddresses;
  }

  /** Counts a request. @throws RequestError `rate_limited` with `Retry-After` */
  take(address: string, now: Date): void {
    const client = toClient(address);
    const nowMs = now.getTime();
    const known = this.#windows.get(client);
    // A clock that was set back must not lock anybody out until it has caught up.
    const isOver = known === undefined || nowMs - known.startedAtMs >= WINDOW_MS || nowMs < known.startedAtMs;
    const window = isOver ? { startedAtMs: nowMs, count: 0 } : known;
    this.#windows.delete(client);
    this.#windows.set(client, window);
    if (this.#windows.size > this.#maxAddresses) this.#windows.delete(this.#windows.keys().next().value ?? "");
    if (window.count >= this.#perMinute) {
      const seconds = Math.ceil((window.startedAtMs + WINDOW_MS - nowMs) / 1000);
      throw new RequestError("rate_limited", `more than ${this.#perMinute} orders in a minute; wait ${seconds} s`, {
        headers: { "Retry-After": String(seconds) },
      });
    }
    window.count += 1;
  }
}

/** One client of IPv6 has a whole /64 to choose addresses from: its first four groups are what it is known by. */
function toClient(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const filled =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - after.length).fill("0"), ...after];
  return filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
