import type { InputIssue } from "../../shared/problems.ts";
import type { Environment } from "../../shared/states.ts";
import { KEEP_INPUT, toInputIssues, toJsonPointer } from "../input.ts";
import { dwolla } from "./dwolla.ts";
import type { Gateway, GatewayContext, GatewayType } from "./gateway.ts";
import { manual } from "./manual.ts";
import { external } from "./external.ts";
import { faultInLive } from "./provider-address.ts";
import { universal } from "./universal.ts";

/** Every gateway type by the word in the configuration's `type`; a new gateway is a file and a line here. */
export const gatewayTypes: ReadonlyMap<string, GatewayType<unknown>> = new Map(
  [universal, dwolla, external, manual].map((gatewayType) => [gatewayType.type, gatewayType as GatewayType<unknown>]),
);

/** What a part of the configuration turned out to be: faults, with paths inside that part, or a gateway to make. */
export type ConfiguredGateway =
  | { issues: InputIssue[]; create?: undefined }
  | { issues?: undefined; create(context: Omit<GatewayContext, "environment">): Gateway };

/** Reads one gateway's part of the configuration for an environment, and finds all of its faults at once. */
export function configureGateway(value: unknown, environment: Environment): ConfiguredGateway {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  const gatewayType = typeof type === "string" ? gatewayTypes.get(type) : undefined;
  if (gatewayType === undefined) {
    return { issues: [{ path: "/type", message: `must be one of ${[...gatewayTypes.keys()].join(", ")}` }] };
  }
  const parsed = gatewayType.configSchema.safeParse(value, KEEP_INPUT);
  if (!parsed.success) return { issues: toInputIssues(parsed.error) };
  const issues = environment === "live" ? findFaultsInLive(gatewayType.addresses(parsed.data)) : [];
  if (issues.length > 0) return { issues };
  return { create: (context) => gatewayType.create(parsed.data, { ...context, environment }) };
}

function findFaultsInLive(addresses: Readonly<Record<string, string>>): InputIssue[] {
  return Object.entries(addresses).flatMap(([field, address]) => {
    const message = faultInLive(address);
    return message === undefined ? [] : [{ path: toJsonPointer([field]), message }];
  });
}
