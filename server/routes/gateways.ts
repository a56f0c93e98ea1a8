import type Router from "@koa/router";
import type { ConfiguredGateway } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import { readCircuit, resetCircuit, type CircuitState } from "../checkout/circuit.ts";
import { StateError } from "../errors.ts";
import { gatewayAbilities } from "../gateways/abilities.ts";
import type { Gateway } from "../gateways/gateway.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readAs, readOptionalJson } from "../http/body.ts";
import { answerOnce } from "../http/idempotency.ts";
import { NoFields } from "../openapi/no-fields.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

/** Tells the merchant which gateways are configured, what each can do and how its circuit stands, and resets that. */
export function gatewayRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.gateways, async (ctx) => {
    requireMerchant(ctx, keys);
    const gateways = [...checkout.gateways.values()];
    ctx.body = {
      data: await Promise.all(
        gateways.map(async (gateway) => describe(gateway, await readCircuit(checkout.store, gateway.id))),
      ),
    };
  });

  router.post(PATHS.resetCircuit(":id"), async (ctx) => {
    requireMerchant(ctx, keys);
    readAs(NoFields, readOptionalJson(ctx));
    const gateway = checkout.gateways.get(ctx.params["id"] ?? "");
    if (gateway === undefined) throw new StateError("not_found", "there is no such gateway");
    const toAnswer = (body: ConfiguredGateway) => ({ status: 200, body });
    await answerOnce<ConfiguredGateway>(ctx, checkout, { caller: "merchant", toAnswer }, async (keep) => {
      const circuit = await resetCircuit(checkout.store, gateway.id, (reset) => keep?.(describe(gateway, reset)));
      ofRequest(checkout, ctx).log.info({ gateway: gateway.id }, "an operator has reset the circuit");
      return describe(gateway, circuit);
    });
  });

  return router;
}

function describe(gateway: Gateway, circuit: CircuitState): ConfiguredGateway {
  const { id, type, label, presentations } = gateway;
  return { id, type, label, presentations: [...presentations], abilities: gatewayAbilities(gateway), circuit };
}
