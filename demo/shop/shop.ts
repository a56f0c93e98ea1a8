import Koa from "koa";
import type { Logger } from "pino";
import { readFile } from "node:fs/promises";
import { listen, type Listening } from "../listen.ts";
import { Refusal } from "../refusal.ts";
import { PATHS } from "../../shared/paths.ts";
import { ShopCheckout } from "./checkout.ts";
import { Organization } from "./commerce-layer/organization.ts";
import { galleryRoutes } from "./gallery/routes.ts";
import { sampleServerRoutes } from "./gallery/sample-server.ts";
import { MerchantApi, ServerError } from "./merchant-api.ts";
import { troublePage } from "./pages/orders-pages.ts";
import { cartCount, shopRoutes } from "./routes.ts";
import { Visitors } from "./visitors.ts";
import { ShopWebhooks } from "./webhooks.ts";

/** How the demonstration shop is set up. */
export interface ShopOptions {
  /** 0 takes a free one. */
  port: number;
  /** The origin of the Offsite Checkout server. */
  serverUrl: string;
  /** The origins that its gateways send forms and frames to. */
  providerOrigins: readonly string[];
  secretKey: string;
  /** The provider that the simulated Commerce Layer organization tells how to answer, and the gateway that leads to it. */
  wallet: { providerUrl: string; gateway: string };
  /** Signs between the organization and the server. */
  commerceLayerSecret: string;
  /** What carts are signed with that the server prices nothing of. */
  cartKey: string;
  /** With which the server signs its webhooks. */
  webhookSecret: string;
  log: Logger;
}

/**
 * Starts the shop: an ordinary storefront whose pages carry `<offsite-checkout>` and whose own server holds the secret
 * key, creates the sessions from its own prices, asks how they stand, and is told by webhook.
 *
 * @throws Error with `code` `EADDRINUSE` where the port is taken
 */
export async function startShop(options: ShopOptions): Promise<Listening> {
  const { serverUrl, log } = options;
  const visitors = new Visitors();
  const script = await readFile(new URL("./public/checkout.js", import.meta.url), "utf8");
  let shopUrl = "";
  const api = new MerchantApi(serverUrl, options.secretKey);
  const organization = new Organization({
    api,
    endpointUrl: serverUrl + PATHS.commerceLayer,
    providerUrl: options.wallet.providerUrl,
    providerGateway: options.wallet.gateway,
    sharedSecret: options.commerceLayerSecret,
    shopUrl: () => shopUrl,
  });
  const checkout = new ShopCheckout(api, visitors, () => shopUrl);
  const webhooks = new ShopWebhooks(options.webhookSecret, (message) => checkout.hear(message));

  const app = new Koa();
  app.use(setHeaders(options));
  // Before other sites' forms are refused: any page may try a state of the gallery.
  const own = { shopUrl: () => shopUrl, serverUrl, providerUrl: options.wallet.providerUrl };
  app.use(sampleServerRoutes(own).routes());
  app.use(async (ctx, next) => {
    try {
      await refuseForeignForms(ctx, next);
      if (ctx.status === 404 && ctx.body === undefined) {
        ctx.status = 404;
        show(ctx, "Not here", "This page does not exist, or it belongs to another browser.");
      }
    } catch (error) {
      if (error instanceof ServerError) {
        log.error({ err: error }, "the shop cannot reach the server");
        ctx.status = 503;
        show(ctx, "Payments are not available", "We could not reach our payment server. Please try again in a minute.");
      } else if (error instanceof Refusal) {
        ctx.status = error.status;
        show(ctx, "That did not work", error.message);
      } else {
        throw error;
      }
    }
  });
  const { cartKey } = options;
  app.use(shopRoutes({ visitors, checkout, webhooks, serverUrl, script, organization, api, cartKey }).routes());
  app.use(
    galleryRoutes({
      ...own,
      countCart: (ctx) => cartCount(visitors.find(ctx)),
      allowSamples: setHeaders(options, { callsItself: true }),
    }).routes(),
  );
  app.on("error", (error: unknown) => log.error({ err: error }, "the shop failed"));
  const handle = app.callback();
  const listening = await listen((request, response) => void handle(request, response), options.port);
  shopUrl = listening.url;
  return listening;

  function show(ctx: Koa.Context, title: string, text: string): void {
    ctx.type = "html";
    ctx.body = troublePage(title, text, cartCount(visitors.find(ctx)));
  }
}

/** @param page - what a page needs beside; `callsItself`: its elements ask the shop, too */
function setHeaders({ serverUrl, providerOrigins }: ShopOptions, page = { callsItself: false }): Koa.Middleware {
  const providers = providerOrigins.join(" ");
  // Everything that the element needs, and nothing more: its script and its calls, and where its forms and frames go.
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src data:",
    `script-src 'self' ${serverUrl}`,
    `connect-src ${page.callsItself ? "'self' " : ""}${serverUrl}`,
    `frame-src ${providers} ${serverUrl}`,
    `form-action 'self' ${providers} ${serverUrl}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return async (ctx, next) => {
    ctx.set({
      "Content-Security-Policy": policy,
      "Cache-Control": "no-store",
      // The addresses of an order are nobody else's business.
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
    });
    await next();
  };
}

async function refuseForeignForms(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  const site = ctx.get("Sec-Fetch-Site");
  // Ports of one host are one site to the cookie, so another page on this machine could post in the visitor's name.
  if (ctx.method === "POST" && site !== "" && site !== "same-origin" && site !== "none") {
    throw new Refusal(403, "This form was sent by another site.");
  }
  await next();
}
