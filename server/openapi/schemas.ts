import { z } from "zod";
import {
  ConfiguredGateway,
  EventPage,
  FoundSessions,
  GatewayList,
  ListedPayment,
  PaymentPage,
  PaymentSourcePage,
  ProblemAnswer,
  SessionPage,
} from "../../shared/answers.ts";
import { DeliveryAttempt, WebhookDelivery, WebhookDeliveryPage } from "../../shared/deliveries.ts";
import { CommerceLayerFailure, CommerceLayerSavedSource, CommerceLayerSuccess } from "../../shared/commerce-layer.ts";
import { CheckoutEvent } from "../../shared/events.ts";
import { PaymentSource, SavePaymentSourceRequest, SourceCustomer } from "../../shared/payment-sources.ts";
import {
  Address,
  Attempt,
  CheckoutItem,
  CheckoutSession,
  CreatedCheckoutSession,
  Customer,
  GatewayOption,
  Handoff,
  Operation,
  Payment,
  StartedAttempt,
} from "../../shared/records.ts";
import { CreateSessionRequest, OperatePaymentRequest, StartAttemptRequest } from "../../shared/requests.ts";
import { CartSessionRequest, OrderedItem, SkuSessionRequest } from "../../shared/storefront-requests.ts";
import { PaymentSum, Statistics } from "../../shared/statistics.ts";
import { WebhookData, WebhookMessage } from "../../shared/webhooks.ts";
import { FIELD_DESCRIPTIONS, SCHEMA_DESCRIPTIONS } from "./descriptions.ts";

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 has them. */
export type JsonSchema = Record<string, unknown>;

/** What callers send: unknown fields are refused, defaults may be left out. */
const REQUESTS = {
  CreateSessionRequest,
  SkuSessionRequest,
  CartSessionRequest,
  StartAttemptRequest,
  OperatePaymentRequest,
  SavePaymentSourceRequest,
  OrderedItem,
};

/** What callers are answered. */
const ANSWERS = {
  CheckoutSession,
  CreatedCheckoutSession,
  CheckoutItem,
  Customer,
  Address,
  GatewayOption,
  Attempt,
  StartedAttempt,
  Handoff,
  Payment,
  ListedPayment,
  Operation,
  Event: CheckoutEvent,
  ConfiguredGateway,
  SessionPage,
  PaymentPage,
  EventPage,
  GatewayList,
  PaymentSource,
  SourceCustomer,
  PaymentSourcePage,
  FoundSessions,
  Statistics,
  PaymentSum,
  WebhookDelivery,
  DeliveryAttempt,
  WebhookDeliveryPage,
  WebhookMessage,
  WebhookData,
  CommerceLayerSuccess,
  CommerceLayerSavedSource,
  CommerceLayerFailure,
  Problem: ProblemAnswer,
};

const NAMES = new Map<z.ZodType, string>(
  Object.entries({ ...REQUESTS, ...ANSWERS }).map(([name, schema]) => [schema, name]),
);
const toAddress = (name: string) => `#/components/schemas/${name}`;

/** Makes `components.schemas`: every schema with a name, which refer to each other by it. */
export function describeSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of NAMES) registry.add(schema, { id });
  const describe = (names: object, io: "input" | "output") => {
    const { schemas } = z.toJSONSchema(registry, { uri: toAddress, io });
    return Object.keys(names).map((name) => [name, tidy(schemas[name] as JsonSchema, io, name)] as const);
  };
  return Object.fromEntries([...describe(REQUESTS, "input"), ...describe(ANSWERS, "output")]);
}

/** Refers to a schema by its name, or writes it down where it has none. */
export function describeSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const name = NAMES.get(schema);
  return name === undefined ? tidy(z.toJSONSchema(schema, { io }), io) : { $ref: toAddress(name) };
}

/** Takes out what only says how zod checks, and adds the words that say what a field means. */
function tidy(schema: JsonSchema, io: "input" | "output", name = ""): JsonSchema {
  const { $schema: _schema, $id: _id, ...tidied } = tidyPart(schema, io, name) as JsonSchema;
  const description = SCHEMA_DESCRIPTIONS[name];
  return description === undefined ? tidied : { description, ...tidied };
}

function tidyPart(part: unknown, io: "input" | "output", name: string): unknown {
  if (Array.isArray(part)) return part.map((item) => tidyPart(item, io, name));
  if (typeof part !== "object" || part === null) return part;
  const schema = { ...part } as JsonSchema;
  // The patterns of formats are long, and say the same.
  if (typeof schema["format"] === "string") delete schema["pattern"];
  if (schema["minimum"] === Number.MIN_SAFE_INTEGER) delete schema["minimum"];
  if (schema["maximum"] === Number.MAX_SAFE_INTEGER) delete schema["maximum"];
  // An answer may get more fields later: whoever reads it passes over what he does not know.
  if (io === "output" && schema["additionalProperties"] === false) delete schema["additionalProperties"];
  for (const [key, value] of Object.entries(schema)) {
    schema[key] = key === "properties" ? tidyProperties(value as JsonSchema, io, name) : tidyPart(value, io, name);
  }
  return schema;
}

function tidyProperties(properties: JsonSchema, io: "input" | "output", name: string): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([field, schema]) => {
      const description = FIELD_DESCRIPTIONS[`${name}.${field}`] ?? FIELD_DESCRIPTIONS[field];
      const tidied = tidyPart(schema, io, name) as JsonSchema;
      return [field, description === undefined ? tidied : { ...tidied, description }];
    }),
  );
}
