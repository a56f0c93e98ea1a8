import type Router from "@koa/router";
import { z } from "zod";
import { PATHS } from "../../shared/paths.ts";
import { readCircuit, resetCircuit } from "../checkout/circuit.ts";
import { StateError } from "../errors.ts";
import { gatewayAbilities } from "../gateways/abilities.ts";
import type { Gateway } from "../gateways/gateway.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readOptionalJson } from "../http/body.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

const NoFields = z.strictObject({});

/** Tells the merchant which gateways are configured, what each can do and how its circuit stands, and resets that. */
export function gatewayRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.gateways, async (ctx) => {
    requireMerchant(ctx, keys);
    ctx.body = { data: await Promise.all([...checkout.gateways.values()].map(describe)) };
  });

  router.post(PATHS.resetCircuit(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const gateway = checkout.gateways.get(ctx.params["id"] ?? "");
    if (gateway === undefined) throw new StateError("not_found", "there is no such gateway");
    // Doing it twice is harmless, so its answer is not kept.
    await resetCircuit(checkout.store, gateway.id);
    checkout.log.info({ gateway: gateway.id }, "an operator has reset the circuit");
    ctx.body = await describe(gateway);
  });

  return router;

  async function describe(gateway: Gateway) {
    const { id, type, label, presentations } = gateway;
    const circuit = await readCircuit(checkout.store, id);
    return { id, type, label, presentations, abilities: gatewayAbilities(gateway), circuit };
  }
}
