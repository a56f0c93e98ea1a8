import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { ListPaymentSourcesQuery, SavePaymentSourceRequest, type PaymentSource } from "../../shared/payment-sources.ts";
import {
  deletePaymentSource,
  listPaymentSources,
  readPaymentSource,
  savePaymentSource,
} from "../checkout/payment-sources.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readJson } from "../http/body.ts";
import { answerOnce } from "../http/idempotency.ts";
import { readParameters } from "../http/query.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

/** Serves what customers have saved to pay with again: saved of a payment, listed, read and forgotten by the merchant. */
export function paymentSourceRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.post(PATHS.paymentSources, async (ctx) => {
    requireMerchant(ctx, keys);
    const request = readAs(SavePaymentSourceRequest, readJson(ctx));
    const toAnswer = (source: PaymentSource) => ({ status: 201, body: source });
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      savePaymentSource(ofRequest(checkout, ctx), request, keep),
    );
  });

  router.get(PATHS.paymentSources, async (ctx) => {
    requireMerchant(ctx, keys);
    const { customer, limit, after } = readParameters(ctx, ListPaymentSourcesQuery);
    const page = { limit, ...(after === undefined ? {} : { after }) };
    const { items, next } = await listPaymentSources(checkout, customer, page);
    ctx.body = { data: items, next };
  });

  router.get(PATHS.paymentSource(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    ctx.body = await readPaymentSource(checkout, ctx.params["id"] ?? "");
  });

  router.delete(PATHS.paymentSource(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    await deletePaymentSource(checkout, ctx.params["id"] ?? "");
    ctx.status = 204;
  });

  return router;
}
