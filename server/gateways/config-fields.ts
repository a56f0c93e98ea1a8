import { z } from "zod";
import { safeText } from "../../shared/records.ts";
import type { Presentation } from "../../shared/states.ts";

/** A secret or key that a provider gave: its length is the provider's affair, but it is not empty, and ends in no blank. */
export const ProviderSecret = z
  .string()
  .max(500)
  .refine((text) => text.trim() !== "", "must not be empty")
  // Files and variables add a line's end, and with it nothing would ever verify.
  .refine((text) => text.trim() === "" || text.trim() === text, "must not begin or end with a blank");

/** What the customer reads, with the word of a gateway's type where nothing is configured. */
export const gatewayLabel = (fallback: string) => safeText(100).default(fallback);

/** Where a gateway's page can be met, best first: at least one of those that it allows, each once. */
export const gatewayPresentations = (allowed: readonly Presentation[], fallback: Presentation[]) =>
  z
    .array(z.enum(allowed))
    .min(1, "must not be empty")
    .refine((list) => new Set(list).size === list.length, "must name each presentation once")
    .default(fallback);

/**
 * How long one call to a provider may take, its answer's body included, in milliseconds. An operation is at most two
 * calls, and after a minute it is no longer taken to be under way.
 */
export const CallTimeout = z.number().int("must be an integer").min(50).max(25_000).default(10_000);
