import type Router from "@koa/router";
import { ListDeliveriesQuery, type WebhookDelivery } from "../../shared/deliveries.ts";
import { PATHS } from "../../shared/paths.ts";
import type { KeepAnswer } from "../checkout/checkout.ts";
import { StateError } from "../errors.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readOptionalJson } from "../http/body.ts";
import { answerOnce } from "../http/idempotency.ts";
import { readParameters } from "../http/query.ts";
import { NoFields } from "../openapi/no-fields.ts";
import type { DeliveryRecord } from "../stores/delivery.ts";
import { putBack } from "../webhooks/attempt.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Serves what was, is and could not be delivered to the merchant's endpoints, and sends it again. */
export function webhookDeliveryRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.webhookDeliveries, async (ctx) => {
    requireMerchant(ctx, keys);
    const { limit, after, ...filter } = readParameters(ctx, ListDeliveriesQuery);
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const page = { limit, ...(after === undefined ? {} : { after }) };
    const { items, next } = await checkout.store.listDeliveries(given, page);
    ctx.body = { data: items.map(viewDelivery), next };
  });

  router.get(PATHS.webhookDelivery(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    ctx.body = viewDelivery(requireDelivery(await checkout.store.readDelivery(ctx.params["id"] ?? "")));
  });

  router.post(PATHS.resendDelivery(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const toAnswer = (delivery: WebhookDelivery) => ({ status: 200, body: delivery });
    await answerOnce<WebhookDelivery>(ctx, checkout, { caller: "merchant", toAnswer }, (keep) =>
      resend(ctx.params["id"] ?? "", keep),
    );
  });

  return router;

  async function resend(id: string, keep: KeepAnswer<WebhookDelivery> | undefined): Promise<WebhookDelivery> {
    const stored = await checkout.store.changeDelivery(id, (current) => {
      const isConfigured = checkout.endpoints?.some(
        ({ kind, url }) => kind === current.kind && url === current.endpoint,
      );
      if (isConfigured !== true) throw new StateError("invalid_state", "its endpoint is not configured any more");
      const delivery = putBack(current, checkout.now());
      const idempotency = keep?.(viewDelivery(delivery));
      return idempotency === undefined ? { delivery } : { delivery, idempotency };
    });
    return viewDelivery(requireDelivery(stored));
  }
}

function requireDelivery(delivery: DeliveryRecord | null): DeliveryRecord {
  if (delivery === null) throw new StateError("not_found", "there is no such delivery");
  return delivery;
}

function viewDelivery(record: DeliveryRecord): WebhookDelivery {
  const { kind: _kind, payload: _payload, sequence: _sequence, tries: _tries, keepUntil: _until, ...delivery } = record;
  return delivery;
}
