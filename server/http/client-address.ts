import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";

/** Tells the address of the client that a request is from. */
export type ReadAddress = (request: IncomingMessage) => string;

/** Tells whether a text is an address or a range of them, such as `10.0.0.0/8` or `fd00::/8`. */
export function isAddressRange(text: string): boolean {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

/**
 * Finds the client behind the proxies that are trusted: the socket's own address, and where that is a trusted proxy,
 * the last entry of `X-Forwarded-For` that is not one. Each proxy writes its client at the end; what is before the
 * first untrusted one, anybody may have written.
 *
 * @param trustedProxies addresses and ranges; none by default, and the header then means nothing
 */
export function createAddressReader(trustedProxies: readonly string[]): ReadAddress {
  const trusted = new BlockList();
  for (const text of trustedProxies) {
    const [address = "", length] = text.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (length === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(length), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  return ({ socket, headers }) => {
    let client = toPlainAddress(socket.remoteAddress ?? "") ?? "";
    const forwarded = headers["x-forwarded-for"];
    const before = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",");
    while (client !== "" && isTrusted(client)) {
      const next = toPlainAddress(before.pop()?.trim() ?? "");
      if (next === undefined) break;
      client = next;
    }
    return client;
  };
}

/** Drops what only says how an address was reached: a zone, a port, or that IPv4 came over an IPv6 socket. */
function toPlainAddress(text: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const address = (bracketed ?? text).replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  return isIP(withoutPort) === 0 ? undefined : withoutPort;
}
