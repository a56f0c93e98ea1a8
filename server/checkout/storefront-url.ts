import type { Environment } from "../../shared/states.ts";

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Tells whether a host is this machine by name; `http:` is good enough there, in `test`. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.has(hostname) || hostname.endsWith(".localhost");
}

/** Says why an address of the shop is refused, or gives `undefined` where the customer may be sent there. */
export function findStorefrontUrlFault(text: string, storefronts: ReadonlySet<string>): string | undefined {
  // What parsers read differently (`https:\\host`, `//host`, blanks) is refused before it is parsed.
  if (!/^https?:\/\/[^/\\\s@]+(?:[/?#]|$)/.test(text) || /[\\\s\p{Cc}]/u.test(text)) {
    return "must be an absolute http or https address";
  }
  if (!URL.canParse(text)) return "must be an absolute http or https address";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not carry a user name or password";
  if (!storefronts.has(url.origin)) return `must be at a configured storefront (${[...storefronts].join(", ")})`;
  return undefined;
}

/** Says why an origin cannot be a storefront, or gives `undefined`: `https:`, or `http:` on loopback names in `test`. */
export function findOriginFault(text: string, environment: Environment): string | undefined {
  if (!URL.canParse(text)) return "must be an origin such as https://shop.example";
  const { origin, protocol, hostname } = new URL(text);
  if (origin !== text) return `must be an origin without path or slash at its end, such as ${origin}`;
  if (protocol === "https:") return undefined;
  const isAllowed = protocol === "http:" && environment === "test" && isLoopbackHost(hostname);
  return isAllowed ? undefined : "must be https; http is for loopback names in the test environment";
}
