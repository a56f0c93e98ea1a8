import { BlockList, isIP } from "node:net";

const PRIVATE_NETWORKS = new BlockList();
for (const network of [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
]) {
  const [start = "", prefix] = network.split("/");
  PRIVATE_NETWORKS.addSubnet(start, Number(prefix), "ipv4");
}

/** IPv6 gives out public addresses from here alone (RFC 4291); the documentation's are not among them (RFC 3849). */
const PUBLIC_NETWORKS = new BlockList();
PUBLIC_NETWORKS.addSubnet("2000::", 3, "ipv6");
PRIVATE_NETWORKS.addSubnet("2001:db8::", 32, "ipv6");
/** Protocols of their own, and IPv4 inside of IPv6 (RFC 2928, RFC 3056): what they lead to may be private. */
PRIVATE_NETWORKS.addSubnet("2001::", 23, "ipv6");
PRIVATE_NETWORKS.addSubnet("2002::", 16, "ipv6");

/** Tells whether an IP address is of the public internet: IPv4 that is written as IPv6 is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !PRIVATE_NETWORKS.check(address, "ipv4");
    case 6:
      return PUBLIC_NETWORKS.check(address, "ipv6") && !PRIVATE_NETWORKS.check(address, "ipv6");
    default:
      return false;
  }
}

/** Tells whether a host of an address may be public: a public IP address, or a name that is not of a private network. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return isPublicAddress(host);
  return host.includes(".") && !/\.(localhost|local|internal|home\.arpa)$/.test(host);
}
