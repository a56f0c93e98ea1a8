import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { InputIssue } from "../shared/problems.ts";
import { ENVIRONMENTS, type Environment } from "../shared/states.ts";
import type { OnDuplicate } from "./checkout/checkout.ts";
import { findOriginFault } from "./checkout/storefront-url.ts";
import { RequestError } from "./errors.ts";
import type { Gateway, GatewayContext } from "./gateways/gateway.ts";
import { configureGateway } from "./gateways/index.ts";
import { ProviderAddress } from "./gateways/provider-address.ts";
import { isAddressRange } from "./http/client-address.ts";
import { KEEP_INPUT, toInputIssues, toJsonPointer } from "./input.ts";
import { parseJson } from "./parse.ts";
import { parsePostgresAddress } from "./stores/postgres/address.ts";
import { findWebhookIssues, toWebhooks, WebhookEntry } from "./webhooks/config.ts";
import type { WebhookConfig } from "./webhooks/endpoint.ts";

/** A configuration that was checked as a whole; paths in it are absolute. */
export interface Config {
  /** Where the world reaches this server: absolute, without a slash at the end. */
  publicUrl: string;
  port: number;
  /** The address to listen on; all of them by default. */
  host: string | undefined;
  environment: Environment;
  secretKey: string;
  /** Origins of the shops. */
  storefronts: string[];
  /** `json:<absolute folder>` or `postgres://…`. */
  store: string;
  /** By id, in the order of the file, which is the order in which customers see them. */
  gateways: ConfiguredGateway[];
  /** When a provider that brought no news is asked, in seconds. */
  checkAfterSeconds: number[] | undefined;
  /** What becomes of a second payment of one session. */
  onDuplicate: OnDuplicate;
  /** The absolute path of the catalogue's file. */
  catalogue: string | undefined;
  /** With which carts are signed: the first signs, all verify. */
  cartKeys: string[];
  /** How many sessions the pages of one address may create in a minute. */
  publicCreationsPerMinute: number;
  /** Addresses and ranges of the proxies whose `X-Forwarded-For` counts. */
  trustedProxies: string[];
  /** Who is told of events. */
  webhooks: WebhookConfig[];
  /** Whether endpoints on this machine and in private networks are called. */
  allowPrivateWebhooks: boolean;
  /** Lets a Commerce Layer organization use this server as its external payment gateway. */
  commerceLayer: { sharedSecret: string; webhookUrl: string } | undefined;
}

/** One gateway, ready to be made. */
export interface ConfiguredGateway {
  id: string;
  create: (context: Omit<GatewayContext, "id" | "environment">) => Gateway;
}

/** A configuration that cannot be used, with everything that is wrong in it. */
export class ConfigError extends Error {
  readonly issues: InputIssue[];

  constructor(source: string, issues: InputIssue[]) {
    const lines = issues.map(({ path, message }) => `  ${path === "" ? "the whole" : path} ${message}`);
    super([`${source} cannot be used:`, ...lines].join("\n"));
    this.name = "ConfigError";
    this.issues = issues;
  }
}

/** What surrounds a configuration. */
export interface ConfigSource {
  /** Where relative paths start. */
  folder: string;
  /** What `${NAME}` stands for; the process's environment by default. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** What to call it in an error. */
  name?: string;
  /** Lets the demonstration use its own secrets, which everybody can read. */
  isDemo?: boolean;
}

const SECRET_LENGTH = 24;
const YEAR_SECONDS = 31_536_000;
const DEMO_SECRET = "demo-only-";

const OwnSecret = z
  .string()
  .min(SECRET_LENGTH, `must have at least ${SECRET_LENGTH} characters`)
  .max(200)
  .regex(/^[\x21-\x7e]*$/, "must be visible ASCII characters")
  .refine((text) => new Set(text).size > 8, "must not be a placeholder: use a random one");

/** One key, or the new one and the old one while keys are changed. */
const CartKey = z.union([OwnSecret, z.array(OwnSecret).min(1).max(2)]);

const ConfigFile = z.strictObject({
  publicUrl: z.string(),
  port: z.number().int().min(0).max(65_535).default(4301),
  host: z.string().min(1).optional(),
  environment: z.enum(ENVIRONMENTS),
  secretKey: OwnSecret,
  storefronts: z.array(z.string()).min(1, "must name at least one origin"),
  store: z.string().regex(/^(json:.|postgres(ql)?:\/\/.)/, "must be json:<folder> or postgres://…"),
  gateways: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be 1 to 40 lower-case letters, digits and hyphens"),
      z.looseObject({ type: z.string() }),
    )
    .refine((gateways) => Object.keys(gateways).length > 0, "must name at least one gateway"),
  checkAfterSeconds: z.array(z.number().int().min(1).max(YEAR_SECONDS)).min(1).optional(),
  onDuplicate: z.enum(["hold", "refund"]).default("hold"),
  catalogue: z.string().min(1, "must name a file").optional(),
  cartKey: CartKey.optional(),
  publicCreationsPerMinute: z.number().int().min(1).max(100_000).default(60),
  trustedProxies: z
    .array(z.string().refine(isAddressRange, "must be an IP address or a range such as 10.0.0.0/8"))
    .default([]),
  webhooks: z.array(WebhookEntry).max(16, "must be at most 16").default([]),
  allowPrivateWebhooks: z.boolean().default(false),
  commerceLayer: z.strictObject({ sharedSecret: OwnSecret, webhookUrl: ProviderAddress }).optional(),
});

/**
 * Reads a configuration file.
 *
 * @throws ConfigError naming all that is missing, empty or wrong, each with its path in the file
 */
export async function loadConfig(file: string): Promise<Config> {
  return parseConfig(await readJsonFile(file), { folder: dirname(resolve(file)), name: file });
}

/**
 * Reads from a configuration file the key that signs carts, and nothing else: where pages are built, the server's other
 * secrets need not be.
 *
 * @throws ConfigError where it is missing, empty or wrong
 */
export async function loadCartKey(file: string, environment = process.env): Promise<string> {
  const { cartKey } = { ...((await readJsonFile(file)) as { cartKey?: unknown } | null) };
  const issues: InputIssue[] = [];
  const parsed = CartKey.safeParse(fillIn(cartKey, environment, ["cartKey"], issues));
  const [key] = parsed.success ? [parsed.data].flat() : [];
  if (key !== undefined && issues.length === 0) return key;
  const message = cartKey === undefined ? "is required" : `must be ${SECRET_LENGTH} to 200 random visible characters`;
  throw new ConfigError(file, firstOfEachPath([...issues, { path: "/cartKey", message }]));
}

/** Reads a JSON file strictly. @throws ConfigError where it cannot be read */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return parseJson(await readFile(file));
  } catch (error) {
    const reason = error instanceof RequestError ? error.message : `cannot be read (${(error as Error).message})`;
    throw new ConfigError(file, [{ path: "", message: reason }]);
  }
}

/**
 * Checks a configuration as a whole, and fills in what comes from the environment.
 *
 * @throws ConfigError naming all that is missing, empty or wrong, each with its path
 */
export function parseConfig(value: unknown, source: ConfigSource): Config {
  const { folder, environment = process.env, name = "the configuration", isDemo = false } = source;
  const issues: InputIssue[] = [];
  const filled = fillIn(value, environment, [], issues);
  if (!isDemo) refuseDemoSecrets(filled, [], issues);
  const parsed = ConfigFile.safeParse(filled, KEEP_INPUT);
  if (!parsed.success) issues.push(...toInputIssues(parsed.error));
  const file: Partial<z.infer<typeof ConfigFile>> = parsed.success ? parsed.data : looseFields(filled);
  issues.push(...findAddressIssues(file), ...findStoreIssues(file.store));
  const { webhooks = [], allowPrivateWebhooks: allowPrivate = false } = file;
  const guard = { environment: file.environment ?? "test", allowPrivate };
  issues.push(...findWebhookIssues(webhooks, guard));
  if (file.commerceLayer !== undefined) {
    const [issue] = findWebhookIssues([{ url: file.commerceLayer.webhookUrl }], guard);
    if (issue !== undefined) issues.push({ ...issue, path: "/commerceLayer/webhookUrl" });
  }
  const gateways = readGateways(
    (filled as { gateways?: unknown } | null)?.gateways,
    file.environment ?? "test",
    issues,
  );
  if (!parsed.success || issues.length > 0) throw new ConfigError(name, firstOfEachPath(issues));
  const { publicUrl, store, cartKey = [], ...rest } = parsed.data;
  return {
    ...rest,
    host: rest.host,
    checkAfterSeconds: rest.checkAfterSeconds,
    cartKeys: [cartKey].flat(),
    catalogue: rest.catalogue === undefined ? undefined : resolve(folder, rest.catalogue),
    commerceLayer: rest.commerceLayer,
    publicUrl: new URL(publicUrl).href.replace(/\/+$/, ""),
    store: store.startsWith("json:") ? `json:${resolve(folder, store.slice("json:".length))}` : store,
    gateways,
    webhooks: toWebhooks(rest.webhooks),
  };
}

/** Puts the environment's values in the place of every `${NAME}`. */
function fillIn(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: PropertyKey[],
  issues: InputIssue[],
): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
      const found = environment[variable];
      if (found === undefined || found === "") {
        issues.push({
          path: toJsonPointer(path),
          message: `needs the environment variable ${variable}, which is not set`,
        });
      }
      return found ?? "";
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, environment, [...path, index], issues));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillIn(item, environment, [...path, key], issues)]),
  );
}

function refuseDemoSecrets(value: unknown, path: PropertyKey[], issues: InputIssue[]): void {
  if (typeof value === "string" && value.startsWith(DEMO_SECRET)) {
    issues.push({ path: toJsonPointer(path), message: "is a secret of the demonstration, which everybody can read" });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) refuseDemoSecrets(item, [...path, key], issues);
}

/** What can be checked further although the whole has faults: the fields that have the right type. */
function looseFields(value: unknown): Partial<z.infer<typeof ConfigFile>> {
  if (typeof value !== "object" || value === null) return {};
  const fields = Object.entries(ConfigFile.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse((value as Record<string, unknown>)[name]);
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(fields);
}

function findAddressIssues({ publicUrl, storefronts = [], environment = "test" }: Partial<z.infer<typeof ConfigFile>>) {
  const issues: InputIssue[] = [];
  if (publicUrl !== undefined) {
    const url = URL.parse(publicUrl);
    const fault =
      // What the parser drops would come back in every address that is built from it.
      url === null || /[?#\s\p{Cc}]/u.test(publicUrl) || url.username !== "" || url.password !== ""
        ? "must be an absolute address without query, fragment, user and password"
        : findOriginFault(url.origin, environment);
    if (fault !== undefined) issues.push({ path: "/publicUrl", message: fault });
  }
  for (const [index, origin] of storefronts.entries()) {
    const fault = findOriginFault(origin, environment);
    if (fault !== undefined) issues.push({ path: `/storefronts/${index}`, message: fault });
  }
  return issues;
}

function findStoreIssues(store: string | undefined): InputIssue[] {
  if (store === undefined || store.startsWith("json:")) return [];
  try {
    parsePostgresAddress(store);
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ path: "/store", message: `cannot be used: ${error.message}` }];
  }
}

function readGateways(value: unknown, environment: Environment, issues: InputIssue[]): ConfiguredGateway[] {
  const gateways = typeof value === "object" && value !== null ? value : {};
  return Object.entries(gateways).flatMap(([id, gateway]) => {
    const configured = configureGateway(gateway, environment);
    if (configured.issues === undefined) {
      return [{ id, create: (context) => configured.create({ ...context, id }) }];
    }
    const path = toJsonPointer(["gateways", id]);
    issues.push(...configured.issues.map((issue) => ({ ...issue, path: path + issue.path })));
    return [];
  });
}

/** One fault for each place is enough to correct it. */
function firstOfEachPath(issues: InputIssue[]): InputIssue[] {
  return issues.filter(({ path }, index) => issues.findIndex((other) => other.path === path) === index);
}
