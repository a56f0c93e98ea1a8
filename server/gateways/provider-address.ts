import { BlockList, isIP } from "node:net";
import { z } from "zod";

/** An address of a provider: absolute, `http:` or `https:`, without user, password and fragment. */
export const ProviderAddress = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      (url.protocol === "https:" || url.protocol === "http:") &&
      url.username === "" &&
      url.password === "" &&
      url.hash === ""
    );
  }, "must be an absolute http or https address without user, password and fragment");

/** Where a provider's paths start: an address without a query; slashes at its end are dropped. */
export const ProviderBaseAddress = ProviderAddress.refine(
  (text) => !text.includes("?"),
  "must not have a query",
).transform((text) => text.replace(/\/+$/, ""));

/**
 * Says why an address cannot be used with real money, or gives `undefined`: it must be `https:`, and its host must not
 * name this machine or a private network.
 */
export function faultInLive(address: string): string | undefined {
  const { protocol, hostname } = new URL(address);
  if (protocol !== "https:") return "must be https in live";
  return isPublicHost(hostname) ? undefined : "must be a public host in live";
}

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

function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  switch (isIP(host)) {
    case 4:
      return !PRIVATE_NETWORKS.check(host, "ipv4");
    case 6:
      return PUBLIC_NETWORKS.check(host, "ipv6") && !PRIVATE_NETWORKS.check(host, "ipv6");
    default:
      return host.includes(".") && !/\.(localhost|local|internal|home\.arpa)$/.test(host);
  }
}
