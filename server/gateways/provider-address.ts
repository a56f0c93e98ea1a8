import { z } from "zod";
import { isPublicHost } from "../public-address.ts";

/** An address of a provider: absolute, `http:` or `https:`, without user, password, fragment and blanks. */
export const ProviderAddress = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      // What the parser drops would stand in the middle of every address that is built from it.
      !/[\s\p{Cc}]/u.test(text) &&
      (url.protocol === "https:" || url.protocol === "http:") &&
      url.username === "" &&
      url.password === "" &&
      url.hash === ""
    );
  }, "must be an absolute http or https address without user, password, fragment and blanks");

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
