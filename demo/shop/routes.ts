import { Router } from "@koa/router";
import type { Context } from "koa";
import { WebhookVerificationError } from "standardwebhooks";
import { readBody, readForm } from "../read-body.ts";
import { Refusal } from "../refusal.ts";
import { orderPaths, type ShopCheckout } from "./checkout.ts";
import type { Organization } from "./commerce-layer/organization.ts";
import { addOrganization } from "./commerce-layer/routes.ts";
import { ORGANIZATION_STYLE } from "./commerce-layer/style.ts";
import type { MerchantApi } from "./merchant-api.ts";
import { isSettled, linesOf, type DemoOptions, type Order } from "./order.ts";
import { cartPage } from "./pages/cart-page.ts";
import { homePage, productPage, setPage } from "./pages/catalogue-pages.ts";
import { checkoutPage } from "./pages/checkout-page.ts";
import { ordersPage, thanksPage } from "./pages/orders-pages.ts";
import { findProduct } from "./products.ts";
import { findSet, signCart } from "./sets.ts";
import { SHOP_STYLE } from "./style.ts";
import { setQuantity, type Visitor, type Visitors } from "./visitors.ts";
import type { ShopWebhooks } from "./webhooks.ts";

/** Where the server sends its webhooks. */
export const WEBHOOK_PATH = "/webhooks";

/** What the shop's addresses lead to. */
export interface ShopDesk {
  visitors: Visitors;
  checkout: ShopCheckout;
  webhooks: ShopWebhooks;
  serverUrl: string;
  /** The checkout page's own script. */
  script: string;
  organization: Organization;
  api: MerchantApi;
  cartKey: string;
}

/** Counts the things in a visitor's cart. */
export function cartCount({ cart }: Visitor): number {
  return [...cart.values()].reduce((sum, quantity) => sum + quantity, 0);
}

/** Builds the shop's addresses. */
export function shopRoutes(desk: ShopDesk): Router {
  const router = new Router();
  addFiles(router, desk);
  addCatalogue(router, desk);
  addCart(router, desk);
  addOrders(router, desk);
  const { organization, api, visitors } = desk;
  addOrganization(router, { organization, api, countCart: (ctx) => cartCount(visitors.find(ctx)) });
  addWebhooks(router, desk);
  return router;
}

function addFiles(router: Router, { script }: ShopDesk): void {
  router.get("/shop.css", (ctx) => {
    ctx.type = "css";
    ctx.body = SHOP_STYLE + ORGANIZATION_STYLE;
  });
  router.get("/checkout.js", (ctx) => {
    ctx.type = "js";
    ctx.body = script;
  });
}

function addCatalogue(router: Router, { visitors, serverUrl, cartKey }: ShopDesk): void {
  router.get("/", (ctx) => show(ctx, homePage(cartCount(visitors.find(ctx)))));
  router.get("/products/:sku", (ctx) => {
    const product = findProduct(ctx.params["sku"] ?? "");
    if (product !== undefined) show(ctx, productPage(product, serverUrl, cartCount(visitors.find(ctx))));
  });
  router.get("/sets/:id", async (ctx) => {
    const set = findSet(ctx.params["id"] ?? "");
    if (set === undefined) return;
    show(ctx, setPage(set, await signCart(set, cartKey), serverUrl, cartCount(visitors.find(ctx))));
  });
}

function addCart(router: Router, { visitors }: ShopDesk): void {
  router.get("/cart", (ctx) => {
    const visitor = visitors.find(ctx);
    show(ctx, cartPage(linesOf(visitor.cart), cartCount(visitor)));
  });
  router.post("/cart", async (ctx) => {
    const form = await readForm(ctx);
    const product = findProduct(form.get("sku") ?? "");
    if (product === undefined) return;
    const visitor = visitors.welcome(ctx);
    const inCart = visitor.cart.get(product.sku) ?? 0;
    setQuantity(visitor, product.sku, inCart + readQuantity(form));
    redirect(ctx, "/cart");
  });
  router.post("/cart/:sku", async (ctx) => {
    const product = findProduct(ctx.params["sku"] ?? "");
    const quantity = readQuantity(await readForm(ctx));
    if (product !== undefined) setQuantity(visitors.find(ctx), product.sku, quantity);
    redirect(ctx, "/cart");
  });
}

function addOrders(router: Router, { visitors, checkout, serverUrl }: ShopDesk): void {
  router.post("/checkout", async (ctx) => {
    const order = await checkout.begin(visitors.find(ctx));
    if (order === undefined) redirect(ctx, "/cart");
    else redirect(ctx, isSettled(order) ? orderPaths.thanks(order.id) : orderPaths.checkout(order.id));
  });
  router.get("/orders", async (ctx) => {
    const visitor = visitors.find(ctx);
    await checkout.refreshAll(visitor);
    show(ctx, ordersPage(visitor.orders, cartCount(visitor)));
  });
  router.get("/orders/:id/checkout", async (ctx) => {
    const visitor = visitors.find(ctx);
    const order = findOrder(visitor, ctx.params["id"]);
    if (order === undefined) return;
    await checkout.refresh(visitor, order);
    order.options = readOptions(ctx, order);
    if (isSettled(order)) redirect(ctx, orderPaths.thanks(order.id));
    else if (order.session.status === "open") show(ctx, checkoutPage(order, serverUrl, cartCount(visitor)));
    else show(ctx, thanksPage(order, serverUrl, cartCount(visitor)));
  });
  router.get("/orders/:id/thanks", async (ctx) => {
    const visitor = visitors.find(ctx);
    const order = findOrder(visitor, ctx.params["id"]);
    if (order === undefined) return;
    await checkout.refresh(visitor, order);
    show(ctx, thanksPage(order, serverUrl, cartCount(visitor)));
  });
}

function addWebhooks(router: Router, { webhooks }: ShopDesk): void {
  router.post(WEBHOOK_PATH, async (ctx) => {
    try {
      webhooks.receive(await readBody(ctx), ctx.headers);
      ctx.status = 204;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      ctx.status = 401;
      ctx.body = error.message;
    }
  });
}

function findOrder(visitor: Visitor, id: string | undefined): Order | undefined {
  return visitor.orders.find((order) => order.id === id);
}

function readQuantity(form: URLSearchParams): number {
  const text = form.get("quantity") ?? "";
  if (!/^\d{1,2}$|^100$/.test(text)) throw new Refusal(400, "A quantity is a whole number from 0 to 99.");
  return Number(text);
}

function readOptions({ query }: Context, { session, options }: Order): DemoOptions {
  // The provider sends the customer back without them.
  if (query["presentation"] === undefined) return options;
  const presentations = ["iframe", "popup", "redirect"] as const;
  return {
    gateway: session.gateways.find(({ id }) => id === query["gateway"])?.id,
    presentation: presentations.find((name) => name === query["presentation"]) ?? "iframe",
  };
}

function show(ctx: Context, page: string): void {
  ctx.type = "html";
  ctx.body = page;
}

function redirect(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}
