import type { Router } from "@koa/router";
import type { Context } from "koa";
import { COMMERCE_LAYER_ACTIONS } from "../../../shared/commerce-layer.ts";
import { parseDecimal } from "../../../shared/money.ts";
import { readManner } from "../../provider/manners.ts";
import { readBody, readForm } from "../../read-body.ts";
import { Refusal } from "../../refusal.ts";
import type { MerchantApi } from "../merchant-api.ts";
import { CURRENCY } from "../products.ts";
import type { OrganizationOrder } from "./order.ts";
import { orderPage } from "./order-page.ts";
import type { Organization } from "./organization.ts";
import { organizationPage, organizationPaths } from "./organization-page.ts";

/** More failures in a row than a circuit stands. */
const MANY_TIMES = 31;

/** What the organization's addresses lead to. */
export interface OrganizationDesk {
  organization: Organization;
  api: MerchantApi;
  /** How many things are in a visitor's cart, for the page's head. */
  countCart: (ctx: Context) => number;
}

/** Adds the simulated organization: its orders, each order's page with what can be asked, and its webhook. */
export function addOrganization(router: Router, { organization, api, countCart }: OrganizationDesk): void {
  const find = (ctx: Context): OrganizationOrder => {
    const order = organization.find(String(ctx["params"].id));
    if (order === undefined) throw new Refusal(404, "There is no such order, or the demonstration was started anew.");
    return order;
  };

  router.get(organizationPaths.home, (ctx) => {
    show(ctx, organizationPage(organization.list(), countCart(ctx)));
  });
  router.post(organizationPaths.orders, async (ctx) => {
    const form = await readForm(ctx);
    const order = await organization.createOrder(readAmount(form), {
      capture: form.get("capture") === "automatic" ? "automatic" : "manual",
      paidLike: organization.find(form.get("paidLike") ?? ""),
    });
    redirect(ctx, order.session?.url ?? organizationPaths.order(order.id));
  });
  router.get(organizationPaths.order(":id"), async (ctx) => {
    const order = find(ctx);
    const session = order.session === undefined ? undefined : await api.readSession(order.session.id);
    show(ctx, orderPage(order, session, countCart(ctx)));
  });
  router.post(organizationPaths.order(":id"), async (ctx) => {
    const order = find(ctx);
    const form = await readForm(ctx);
    const [wanted, many] = (form.get("action") ?? "").split("-");
    const action = COMMERCE_LAYER_ACTIONS.find((one) => one === wanted);
    if (action === undefined) throw new Refusal(400, "There is no such action.");
    const times = many === "many" ? MANY_TIMES : 1;
    await organization.ask(order, action, { amount: readAmount(form), manner: readManner(form.get("manner")), times });
    redirect(ctx, organizationPaths.order(order.id));
  });
  router.post(organizationPaths.repeat(":id"), async (ctx) => {
    const order = find(ctx);
    await organization.repeat(order, (await readForm(ctx)).get("exchange") ?? "");
    redirect(ctx, organizationPaths.order(order.id));
  });
  router.post(organizationPaths.webhook, async (ctx) => {
    ctx.status = organization.hear(await readBody(ctx), ctx.get("x-commercelayer-signature"));
    ctx.body = "";
  });
}

function readAmount(form: URLSearchParams): number {
  const amount = parseDecimal((form.get("amount") ?? "").trim(), CURRENCY);
  if (amount === undefined || amount === 0) throw new Refusal(400, "An amount is a number such as 43.00.");
  return amount;
}

function show(ctx: Context, page: string): void {
  ctx.type = "html";
  ctx.body = page;
}

function redirect(ctx: Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}
