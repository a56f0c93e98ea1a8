import type Router from "@koa/router";
import { z } from "zod";
import { PATHS } from "../../shared/paths.ts";
import { ListPaymentsQuery } from "../../shared/queries.ts";
import { OperatePaymentRequest } from "../../shared/requests.ts";
import { OPERATION_TYPES } from "../../shared/states.ts";
import type { OperatedPayment } from "../checkout/carry-out.ts";
import { operatePayment, readPayment, receivePayment, refreshPayment } from "../checkout/operate-payment.ts";
import { viewPayment } from "../checkout/view.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readOptionalJson } from "../http/body.ts";
import { answerOnce } from "../http/idempotency.ts";
import { readParameters, toListRequest } from "../http/query.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

const NoFields = z.strictObject({});

/** Serves payments to the merchant: list, read, and every operation that the gateway can do. */
export function paymentRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.payments, async (ctx) => {
    requireMerchant(ctx, keys);
    const { filter, page } = toListRequest(readParameters(ctx, ListPaymentsQuery));
    const { items, next } = await checkout.store.listPayments(filter, page);
    ctx.body = { data: items.map((payment) => viewPayment(payment)), next };
  });

  router.get(PATHS.payment(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    ctx.body = await readPayment(checkout, ctx.params["id"] ?? "");
  });

  for (const type of OPERATION_TYPES) {
    router.post(`${PATHS.payment(":id")}/${type}`, async (ctx) => {
      requireMerchant(ctx, keys);
      const schema = type === "void" ? NoFields : OperatePaymentRequest;
      const { amount } = readAs(schema, readOptionalJson(ctx)) as OperatePaymentRequest;
      await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep, call) =>
        operatePayment(checkout, ctx.params["id"] ?? "", { type, amount, call }, keep),
      );
    });
  }

  router.post(`${PATHS.payment(":id")}/receive`, async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      receivePayment(checkout, ctx.params["id"] ?? "", keep),
    );
  });

  router.post(`${PATHS.payment(":id")}/refresh`, async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      refreshPayment(checkout, ctx.params["id"] ?? "", keep),
    );
  });

  return router;
}

function toAnswer({ payment, isDone }: OperatedPayment) {
  return { status: isDone ? 200 : 202, body: payment };
}
