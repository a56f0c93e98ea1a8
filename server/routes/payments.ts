import type Router from "@koa/router";
import { z } from "zod";
import { PATHS } from "../../shared/paths.ts";
import { OperatePaymentRequest } from "../../shared/requests.ts";
import { OPERATION_TYPES, PAYMENT_STATES } from "../../shared/states.ts";
import type { OperatedPayment } from "../checkout/carry-out.ts";
import { operatePayment, readPayment, receivePayment, refreshPayment } from "../checkout/operate-payment.ts";
import { viewPayment } from "../checkout/view.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readOptionalJson } from "../http/body.ts";
import { answerOnce } from "../http/idempotency.ts";
import { PageParameters, readParameters } from "../http/query.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

const NoFields = z.strictObject({});
const ListParameters = z.strictObject({
  ...PageParameters,
  sessionId: z.string().max(100).optional(),
  orderId: z.string().max(100).optional(),
  gateway: z.string().max(100).optional(),
  state: z.enum(PAYMENT_STATES).optional(),
});

/** Serves payments to the merchant: list, read, and every operation that the gateway can do. */
export function paymentRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.payments, async (ctx) => {
    requireMerchant(ctx, keys);
    const { limit, after, ...filter } = readParameters(ctx, ListParameters);
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const { items, next } = await checkout.store.listPayments(given, {
      limit,
      ...(after === undefined ? {} : { after }),
    });
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
      await answerOnce(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
        operatePayment(checkout, ctx.params["id"] ?? "", { type, amount }, keep),
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
