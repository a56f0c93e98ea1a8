import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { parseConfig, startServer, type Config, type RunningServer } from "../server/index.ts";
import { freePort } from "./free-port.ts";
import { pauseFor, startProvider } from "./provider/provider.ts";
import { CATALOGUE_FILE } from "./shop/products.ts";
import { WEBHOOK_PATH } from "./shop/routes.ts";
import { startShop } from "./shop/shop.ts";

/** How the demonstration is set up. */
export interface DemoOptions {
  /** 0 takes a free one. */
  ports: Readonly<Record<DemoPart, number>>;
  /** Where the server keeps its records. */
  dataFolder: string;
  log: Logger;
  now?: () => Date;
  /** How long "a few seconds" are at the provider, in milliseconds. */
  providerDelayMs?: number;
  /** How often the server looks for due work, in milliseconds. */
  dueWorkIntervalMs?: number;
  onFatal?: (error: Error) => void;
  /** The origins of other shops whose pages may carry the element. */
  storefronts?: readonly string[];
}

/** The three servers, each an origin of its own. */
export type DemoPart = "shop" | "server" | "provider";

/** The running demonstration. */
export interface Demo {
  urls: Readonly<Record<DemoPart, string>>;
  /** How the server is set up. */
  config: Config;
  /** The shop's key to the server. */
  secretKey: string;
  /** Stops the server alone and starts it again on the same port and the same records. */
  restartServer(): Promise<void>;
  close(): Promise<void>;
}

/** A port of the demonstration that something else has taken. */
export class PortTakenError extends Error {
  readonly part: DemoPart;
  readonly port: number;

  constructor(part: DemoPart, port: number) {
    super(`The port ${port}, meant for the demo's ${part}, is taken by another program.`);
    this.name = "PortTakenError";
    this.part = part;
    this.port = port;
  }
}

// Everybody can read these: they guard a demonstration on one machine, where no money is.
const SECRET_KEY = "demo-only-secret-key-4f1c97a2d6b8";
const CART_KEY = "demo-only-cart-key-7e30d5b18c64";
const WEBHOOK_SECRET = "demo-only-webhook-secret-7c51e08b";
const UNIVERSAL_ACCOUNT = { id: "fernhill", secret: "demo-only-universal-secret-83d1" };
const EXTERNAL_ACCOUNT = { id: "fernhill", secret: "demo-only-external-secret-2a9f", merchant: "Fernhill" };
const EXTERNAL_GATEWAY = "wallet";
const COMMERCE_LAYER_SECRET = "demo-only-commerce-layer-secret-61fd";
const DWOLLA_APPLICATION = {
  key: "demo-only-dwolla-key-5b27",
  secret: "demo-only-dwolla-secret-c94e",
  destinationId: "812-713-9234",
  merchant: "Fernhill",
};

/**
 * Starts shop, server and simulated provider on three ports of this machine.
 *
 * @throws PortTakenError with nothing left running
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { ports, dataFolder, log, now = () => new Date() } = options;
  const running: { close(): Promise<void> }[] = [];
  const start = async <Part extends { close(): Promise<void> }>(
    part: DemoPart,
    port: number,
    run: () => Promise<Part>,
  ) => {
    try {
      const started = await run();
      running.push(started);
      return started;
    } catch (error) {
      await Promise.all(running.map((one) => one.close()));
      throw (error as { code?: unknown }).code === "EADDRINUSE" ? new PortTakenError(part, port) : error;
    }
  };

  // The server's address is in its own configuration and in the provider's, so its port is settled before both start.
  const serverPort = ports.server === 0 ? await freePort() : ports.server;
  const serverUrl = `http://localhost:${serverPort}`;
  const provider = await start("provider", ports.provider, () =>
    startProvider({
      port: ports.provider,
      universalAccounts: [UNIVERSAL_ACCOUNT],
      dwollaApplications: [DWOLLA_APPLICATION],
      externalAccounts: [{ ...EXTERNAL_ACCOUNT, webhookUrl: `${serverUrl}/notify/${EXTERNAL_GATEWAY}` }],
      now,
      log: log.child({ part: "provider" }),
      ...(options.providerDelayMs === undefined ? {} : { pause: pauseFor(options.providerDelayMs) }),
    }),
  );
  const shop = await start("shop", ports.shop, () =>
    startShop({
      port: ports.shop,
      serverUrl,
      providerOrigins: [provider.url],
      secretKey: SECRET_KEY,
      wallet: { providerUrl: provider.url, gateway: EXTERNAL_GATEWAY },
      commerceLayerSecret: COMMERCE_LAYER_SECRET,
      cartKey: CART_KEY,
      webhookSecret: WEBHOOK_SECRET,
      log: log.child({ part: "shop" }),
    }),
  );
  const config = parseConfig(
    {
      publicUrl: serverUrl,
      port: serverPort,
      host: "127.0.0.1",
      environment: "test",
      secretKey: SECRET_KEY,
      storefronts: [shop.url, ...(options.storefronts ?? [])],
      store: `json:${dataFolder}`,
      catalogue: fileURLToPath(CATALOGUE_FILE),
      cartKey: CART_KEY,
      gateways: configureGateways(provider.url),
      commerceLayer: { sharedSecret: COMMERCE_LAYER_SECRET, webhookUrl: `${shop.url}/commerce-layer/webhook` },
      webhooks: [{ url: shop.url + WEBHOOK_PATH, secret: WEBHOOK_SECRET, types: ["checkout_session.*", "payment.*"] }],
      // The shop and the organization are on this machine.
      allowPrivateWebhooks: true,
    },
    { folder: process.cwd(), name: "the demo's configuration", isDemo: true },
  );
  const runServer = (): Promise<RunningServer> =>
    startServer(config, {
      log: log.child({ part: "server" }),
      now,
      ...(options.dueWorkIntervalMs === undefined ? {} : { dueWorkIntervalMs: options.dueWorkIntervalMs }),
      ...(options.onFatal === undefined ? {} : { onFatal: options.onFatal }),
    });
  let server = await start("server", serverPort, runServer);

  return {
    urls: { shop: shop.url, server: server.url, provider: provider.url },
    config,
    secretKey: SECRET_KEY,
    restartServer: async () => {
      await server.close();
      server = await runServer();
    },
    close: async () => {
      await Promise.all([shop, server, provider].map((one) => one.close()));
    },
  };
}

function configureGateways(providerUrl: string): Record<string, unknown> {
  return {
    card: {
      type: "universal",
      label: "Card",
      presentations: ["iframe", "popup", "redirect"],
      accountId: UNIVERSAL_ACCOUNT.id,
      secret: UNIVERSAL_ACCOUNT.secret,
      forwardUrl: `${providerUrl}/universal/pay`,
      shopName: "Fernhill",
      shopCountry: "US",
    },
    bank: {
      type: "dwolla",
      label: "Bank account",
      presentations: ["iframe", "popup", "redirect"],
      key: DWOLLA_APPLICATION.key,
      secret: DWOLLA_APPLICATION.secret,
      destinationId: DWOLLA_APPLICATION.destinationId,
      baseUrl: providerUrl,
    },
    [EXTERNAL_GATEWAY]: {
      type: "external",
      label: "Wallet",
      presentations: ["iframe", "popup", "redirect"],
      sharedSecret: EXTERNAL_ACCOUNT.secret,
      authorizeUrl: `${providerUrl}/external/authorize`,
      captureUrl: `${providerUrl}/external/capture`,
      voidUrl: `${providerUrl}/external/void`,
      refundUrl: `${providerUrl}/external/refund`,
      tokenUrl: `${providerUrl}/external/token`,
      frameUrl: `${providerUrl}/external/page?account=${EXTERNAL_ACCOUNT.id}`,
    },
    transfer: { type: "manual", label: "Bank transfer" },
  };
}
