import { ConfiguredGateway, EventPage, GatewayList } from "../../shared/answers.ts";
import { ListEventsQuery } from "../../shared/events.ts";
import { PATHS } from "../../shared/paths.ts";
import { event, gateway } from "./examples.ts";
import { NoFields } from "./no-fields.ts";
import type { DescribedOperation } from "./operation.ts";

/** The operations of `routes/events.ts` and `routes/gateways.ts`. */
export const eventAndGatewayOperations: readonly DescribedOperation[] = [
  {
    method: "get",
    path: PATHS.events,
    operationId: "listEvents",
    tag: "Events",
    summary: "List what happened",
    description: "Oldest first. Go on with `after` set to the last `sequence` that you have seen; none is ever missed.",
    callers: ["secretKey"],
    query: ListEventsQuery,
    answers: { 200: { description: "A page.", schema: EventPage, example: { data: [event], next: null } } },
  },
  {
    method: "get",
    path: PATHS.gateways,
    operationId: "listGateways",
    tag: "Gateways",
    summary: "List the configured gateways",
    callers: ["secretKey"],
    answers: { 200: { description: "All of them.", schema: GatewayList, example: { data: [gateway] } } },
  },
  {
    method: "post",
    path: PATHS.resetCircuit(":id"),
    operationId: "resetCircuit",
    tag: "Gateways",
    summary: "Let calls to a provider through again",
    description: "More than 30 failures in a row suspend them.",
    callers: ["secretKey"],
    isIdempotent: true,
    body: { schema: NoFields, examples: { "No fields": {} }, isOptional: true },
    answers: { 200: { description: "The gateway.", schema: ConfiguredGateway, example: gateway } },
    problems: ["not_found"],
  },
];
