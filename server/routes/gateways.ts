import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { gatewayAbilities } from "../gateways/gateway.ts";
import { requireMerchant } from "../http/authorize.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

/** Tells the merchant which gateways are configured and what each can do. */
export function gatewayRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();
  router.get(PATHS.gateways, (ctx) => {
    requireMerchant(ctx, keys);
    ctx.body = {
      data: [...checkout.gateways.values()].map((gateway) => ({
        id: gateway.id,
        type: gateway.type,
        label: gateway.label,
        presentations: gateway.presentations,
        abilities: gatewayAbilities(gateway),
      })),
    };
  });
  return router;
}
