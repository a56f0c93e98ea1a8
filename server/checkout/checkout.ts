import type { KeyObject } from "node:crypto";
import type { Logger } from "pino";
import type { Catalogue } from "../../shared/catalogue.ts";
import type { Environment } from "../../shared/states.ts";
import { InputError } from "../errors.ts";
import type { Gateway } from "../gateways/gateway.ts";
import type { IdempotencyRecord } from "../stores/ledger.ts";
import type { Store } from "../stores/store.ts";
import type { Endpoint } from "./endpoint.ts";

/** Everything that deciding needs; one for each server. */
export interface Checkout {
  store: Store;
  gateways: ReadonlyMap<string, Gateway>;
  environment: Environment;
  /** Absolute, without a slash at the end. */
  publicUrl: string;
  /** Origins of the shops. */
  storefronts: ReadonlySet<string>;
  /** The key of all client secrets. */
  clientSecretKey: KeyObject;
  /** What a storefront's page may order by SKU; absent where nothing. */
  catalogue?: CatalogueSource | undefined;
  /** With which signed carts are verified; none are taken without. */
  cartKeys?: readonly KeyObject[];
  /** Who is told of events; absent where nobody. */
  endpoints?: readonly Endpoint[];
  schedule: Schedule;
  onDuplicate: OnDuplicate;
  /** When a signed webhook's action is looked for again that is not known yet, in milliseconds after the look before. */
  lookAgainAfterMs?: readonly number[];
  /** Where a Commerce Layer organization points its external gateway here: what signs, and where it is told. */
  commerceLayer?: { sharedSecret: string; webhookUrl: string } | undefined;
  now: () => Date;
  log: Logger;
  /** Told of each return of a gateway that could not be verified; nobody is, where it is absent. */
  onForgedReturn?: (gatewayId: string) => void;
}

/** Where the catalogue is kept. */
export interface CatalogueSource {
  /** Gives it as it is now. */
  current(): Promise<Catalogue>;
}

/** A second payment of one session is held for the merchant, or given back by itself where the gateway can. */
export type OnDuplicate = "hold" | "refund";

/** When a provider that brought no news is asked. */
export interface Schedule {
  /** Seconds after the attempt started, or after the last question; the last one repeats while money is pending. */
  checkAfterSeconds: readonly number[];
  /** Seconds until the next try where the provider could not be asked; doubled after the fifth failure and each further one, to an hour. */
  retryAfterSeconds: number;
}

/** Asked after 1, 5 and 15 minutes, 1, 6 and 24 hours. */
export const DEFAULT_SCHEDULE: Schedule = {
  checkAfterSeconds: [60, 300, 900, 3600, 21_600, 86_400],
  retryAfterSeconds: 60,
};

/** Gives the idempotency record to store beside a result; `undefined` where the request carried no key. */
export type KeepAnswer<Result> = (result: Result) => IdempotencyRecord | undefined;

/** A request with an idempotency key: SHA-256 of caller, path and key, hex, and since when (ISO 8601) it is the same. */
export interface KeyedCall {
  hash: string;
  since: string;
}

/**
 * Finds a configured gateway.
 *
 * @throws InputError with the path `/gateway`
 */
export function requireGateway(checkout: Checkout, id: string): Gateway {
  const gateway = checkout.gateways.get(id);
  if (gateway === undefined) {
    throw new InputError([{ path: "/gateway", message: `must be one of ${[...checkout.gateways.keys()].join(", ")}` }]);
  }
  return gateway;
}
