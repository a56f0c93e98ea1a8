import { z } from "zod";
import { EVENT_TYPES } from "../../shared/events.ts";
import type { InputIssue } from "../../shared/problems.ts";
import type { Environment } from "../../shared/states.ts";
import { faultInLive, ProviderAddress } from "../gateways/provider-address.ts";
import { isPublicHost } from "../public-address.ts";
import { SECRET_PREFIX, type WebhookConfig } from "./endpoint.ts";

const SECRET_LENGTH = 24;

/** A secret of the endpoint's own: visible ASCII, or `whsec_` and base64 of at least 24 bytes. */
const Secret = z
  .string()
  .min(SECRET_LENGTH, `must have at least ${SECRET_LENGTH} characters`)
  .max(200)
  .regex(/^[\x21-\x7e]*$/, "must be visible ASCII characters")
  .refine(
    (text) => !text.startsWith(SECRET_PREFIX) || isKey(text.slice(SECRET_PREFIX.length)),
    "must be whsec_ and the base64 of 24 to 64 bytes",
  );

const EventPattern = z
  .string()
  .refine(
    (pattern) => pattern === "*" || EVENT_TYPES.some((type) => type === pattern || type.startsWith(prefixOf(pattern))),
    "must be a type of event, or the beginning of some, such as payment.*",
  );

/** One entry of the configuration's `webhooks`. */
export const WebhookEntry = z
  .strictObject({
    url: ProviderAddress,
    secret: Secret.optional(),
    secrets: z.array(Secret).min(1, "must name one secret, or two while one replaces the other").max(2).optional(),
    types: z.array(EventPattern).min(1, "must name at least one type, or be left out").optional(),
  })
  .refine(({ secret, secrets }) => (secret === undefined) !== (secrets === undefined), {
    path: ["secret"],
    message: "must be given, or else secrets",
  });

/** Gives the endpoints of the configuration's entries. */
export function toWebhooks(entries: readonly z.infer<typeof WebhookEntry>[]): WebhookConfig[] {
  return entries.map(({ url, secret, secrets = [], types }) => ({
    url,
    secrets: secret === undefined ? secrets : [secret],
    types,
  }));
}

/** Finds addresses that would be refused when they are called, or that are there twice. */
export function findWebhookIssues(
  entries: readonly { url: string }[],
  { environment, allowPrivate }: { environment: Environment; allowPrivate: boolean },
): InputIssue[] {
  return entries.flatMap(({ url }, index) => {
    const path = `/webhooks/${index}/url`;
    if (!URL.canParse(url)) return [];
    if (entries.findIndex((other) => other.url === url) < index) return [{ path, message: "must not be there twice" }];
    const { protocol, hostname } = new URL(url);
    if (environment === "live" && protocol !== "https:") {
      return [{ path, message: faultInLive(url) ?? "must be https in live" }];
    }
    if (allowPrivate || isPublicHost(hostname)) return [];
    return [{ path, message: "must be a public host, unless allowPrivateWebhooks is true" }];
  });
}

function isKey(base64: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return false;
  const { length } = Buffer.from(base64, "base64");
  return length >= 24 && length <= 64;
}

/** Gives what a pattern such as `payment.*` begins with; of any other text, what no type begins with. */
function prefixOf(pattern: string): string {
  return pattern.endsWith(".*") ? pattern.slice(0, -1) : "\n";
}
