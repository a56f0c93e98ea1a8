import { createSecretKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { createApp } from "./app.ts";
import { CatalogueFile } from "./catalogue-file.ts";
import { createCircuit } from "./checkout/circuit.ts";
import { DEFAULT_SCHEDULE, type Checkout } from "./checkout/checkout.ts";
import { finishDueWork } from "./checkout/due-work.ts";
import { deriveClientSecretKey, hashSecret } from "./checkout/ids.ts";
import type { Config } from "./config.ts";
import { createAddressReader } from "./http/client-address.ts";
import { listen } from "./http/listen.ts";
import { RateLimit } from "./http/rate-limit.ts";
import { countEvents } from "./metrics/count-events.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createCommerceLayerWebhook } from "./webhooks/commerce-layer.ts";
import { startDelivering } from "./webhooks/deliver.ts";
import { createWebhook } from "./webhooks/endpoint.ts";
import { openStore } from "./stores/index.ts";
import { readWidgetFiles } from "./widget-files.ts";

export { ConfigError, loadConfig, parseConfig, type Config } from "./config.ts";

/** What surrounds a server; everything but the log has a default that serves. */
export interface ServerOptions {
  log: Logger;
  /** The time that everything goes by. */
  now?: () => Date;
  /** How providers are called. */
  fetch?: typeof globalThis.fetch;
  /** How often due work is looked for, in milliseconds. */
  dueWorkIntervalMs?: number;
  /** Called when the store has failed for good and the process should end. */
  onFatal?: (error: Error) => void;
}

/** A server that takes requests. */
export interface RunningServer {
  /** Where the world reaches it. */
  url: string;
  port: number;
  /** Lets requests under way finish, stops due work and closes the store. */
  close(): Promise<void>;
}

const DUE_WORK_INTERVAL_MS = 1000;
/** How often the catalogue's file is looked at, so that its faults are told also while nobody orders. */
const CATALOGUE_INTERVAL_MS = 1000;

/**
 * Starts a server: opens the store, takes requests and does what becomes due.
 *
 * @throws ConfigError where the catalogue cannot be used
 * @throws StoreError where the store cannot be opened
 * @throws Error with `code` `EADDRINUSE` where the port is taken
 */
export async function startServer(config: Config, options: ServerOptions): Promise<RunningServer> {
  const { log, now = () => new Date(), fetch = globalThis.fetch, onFatal = () => undefined } = options;
  const widget = await readWidgetFiles();
  const consoleScript = await readBuilt("console.js");
  const catalogue = config.catalogue === undefined ? undefined : await CatalogueFile.open(config.catalogue, log);
  const store = await openStore(config.store, { log, onFatal });
  const metrics = createMetrics();
  countEvents(store, (event) => metrics.countEvent(event));
  const checkout: Checkout = {
    store,
    gateways: new Map(
      config.gateways.map(({ id, create }) => [id, create({ fetch, now, circuit: createCircuit(store, id) })]),
    ),
    environment: config.environment,
    publicUrl: config.publicUrl,
    storefronts: new Set(config.storefronts),
    clientSecretKey: deriveClientSecretKey(config.secretKey),
    schedule: {
      ...DEFAULT_SCHEDULE,
      checkAfterSeconds: config.checkAfterSeconds ?? DEFAULT_SCHEDULE.checkAfterSeconds,
    },
    onDuplicate: config.onDuplicate,
    catalogue,
    cartKeys: config.cartKeys.map((key) => createSecretKey(Buffer.from(key))),
    commerceLayer: config.commerceLayer,
    now,
    log,
    onForgedReturn: (gateway) => metrics.countForgery(gateway),
  };
  checkout.endpoints = [
    ...config.webhooks.map((webhook) => createWebhook(webhook, checkout)),
    ...(config.commerceLayer === undefined ? [] : [createCommerceLayerWebhook(config.commerceLayer)]),
  ];
  const keys = { secretKeyHash: hashSecret(config.secretKey) };
  const creations = new RateLimit(config.publicCreationsPerMinute);
  const readAddress = createAddressReader(config.trustedProxies);
  const countCreation = (request: IncomingMessage) => creations.take(readAddress(request), now());
  try {
    const closing = new AbortController();
    const listening = await listen(
      createApp({
        checkout,
        keys,
        countCreation,
        closing: closing.signal,
        metrics,
        widget,
        consoleScript,
      }).callback(),
      config,
    );
    const catalogueWatch = setInterval(() => void catalogue?.refresh(), CATALOGUE_INTERVAL_MS);
    const worker = startDueWork(checkout, options.dueWorkIntervalMs ?? DUE_WORK_INTERVAL_MS);
    const deliverer = startDelivering({
      checkout,
      send: { allowPrivate: config.allowPrivateWebhooks },
      intervalMs: options.dueWorkIntervalMs ?? DUE_WORK_INTERVAL_MS,
    });
    return {
      url: config.publicUrl,
      port: listening.port,
      close: async () => {
        closing.abort();
        clearInterval(catalogueWatch);
        // Both at once: a provider that is slow to answer due work would add its time to the requests'.
        await Promise.all([listening.close(), worker.stop(), deliverer.stop()]);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Reads a file for browsers from where the build puts it, seen from the sources and from the compiled files alike. */
async function readBuilt(name: string): Promise<Buffer> {
  for (const folder of ["../dist/", "../"]) {
    const script = await readFile(new URL(folder + name, import.meta.url)).catch(() => undefined);
    if (script !== undefined) return script;
  }
  throw new Error(`${name} is not built: run npm run build`);
}

function startDueWork(checkout: Checkout, intervalMs: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await finishDueWork(checkout, stopping.signal);
      } catch (error) {
        checkout.log.error({ err: error }, "due work could not be claimed");
      }
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
