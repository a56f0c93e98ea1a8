import { browserOperations, operatorOperations } from "./browser-and-operator.ts";
import { commerceLayerOperations } from "./commerce-layer.ts";
import { eventAndGatewayOperations } from "./events-and-gateways.ts";
import { overviewOperations } from "./overview.ts";
import { TAGS, type DescribedOperation } from "./operation.ts";
import { paymentSourceOperations } from "./payment-sources.ts";
import { paymentOperations } from "./payments.ts";
import { describeProblems } from "./problems.ts";
import { describeSchema, describeSchemas, type JsonSchema } from "./schemas.ts";
import { sessionOperations } from "./sessions.ts";
import { webhookDeliveryOperations } from "./webhook-deliveries.ts";
import { describeWebhooks, WEBHOOK_PARAMETERS } from "./webhooks.ts";

/** Every operation of the HTTP interface; a test holds this to the router. */
export const OPERATIONS: readonly DescribedOperation[] = [
  ...sessionOperations,
  ...paymentOperations,
  ...paymentSourceOperations,
  ...overviewOperations,
  ...eventAndGatewayOperations,
  ...webhookDeliveryOperations,
  ...commerceLayerOperations,
  ...browserOperations,
  ...operatorOperations,
];

const INTRODUCTION = `Takes off-site payments: create a checkout session with your secret key, let the customer pay it, and
read here, by the secret key, what became of it.

**Keys.** \`Authorization: Bearer …\` with the secret key, on your own server only; or with the client secret of one
session, in its customer's browser.

**Amounts** are integers in the currency's minor unit. **Times** are ISO 8601 in UTC. Fields may be added: pass over
those that you do not know.

**Errors** are \`application/problem+json\` with a stable \`code\`. **Retries**: send an \`Idempotency-Key\` with a POST; the
same key and body give the stored answer for 48 hours, another body is refused.

**Webhooks** tell your server of every event, by Standard Webhooks 1.0; below are their types. Believe one whose signature
is right, do what it tells once for each \`webhook-id\`, and drop what carries a smaller \`version\` of a session or payment
than you know: messages may come late, twice, and in any order.`;

/** Makes the OpenAPI 3.1 document of the whole HTTP interface. */
export function describeApi(publicUrl: string) {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[operation.method] = describeOperation(operation);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Offsite Checkout",
      version: "1",
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: describeWebhooks(),
    components: {
      schemas: describeSchemas(),
      securitySchemes: {
        secretKey: { type: "http", scheme: "bearer", description: "The merchant's secret key. Never in a browser." },
        clientSecret: { type: "http", scheme: "bearer", description: "The client secret of one checkout session." },
      },
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          description: "Makes the POST safe to send again: any text of your own that names this one request.",
          schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
          example: "order-1001",
        },
        ...WEBHOOK_PARAMETERS,
      },
      headers: {
        RequestId: { description: "Names the request in the operator's log.", schema: { type: "string" } },
        RetryAfter: { description: "Seconds to wait before the next try.", schema: { type: "string" } },
        RetryLater: {
          description: "Seconds, or a date, before which it is not tried again; at most a day.",
          schema: { type: "string" },
        },
        IdempotentReplayed: { description: "`true` where this is a stored answer.", schema: { type: "string" } },
      },
    },
  };
}

function describeOperation(operation: DescribedOperation): JsonSchema {
  const { operationId, tag, summary, description, callers, body } = operation;
  const parameters = describeParameters(operation);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: callers.map((caller) => (caller === "anyone" ? {} : { [caller]: [] })),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: describeBody(body) }),
    responses: { ...describeAnswers(operation), ...describeProblems(operation) },
  };
}

function describeParameters({ path, query, isIdempotent }: DescribedOperation): JsonSchema[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const { properties = {}, required = [] } = (query === undefined ? {} : describeSchema(query, "input")) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const inQuery = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    ...(description === undefined ? {} : { description }),
    ...(required.includes(name) ? { required: true } : {}),
    schema,
  }));
  const header = isIdempotent === true ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  return [...inPath, ...inQuery, ...header];
}

function describeBody({
  schema,
  examples,
  isOptional,
  mediaTypes,
}: NonNullable<DescribedOperation["body"]>): JsonSchema {
  const content = {
    schema: describeSchema(schema, "input"),
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  };
  const types = mediaTypes ?? ["application/json"];
  return { required: isOptional !== true, content: Object.fromEntries(types.map((type) => [type, content])) };
}

function describeAnswers({ answers, isIdempotent }: DescribedOperation): Record<string, JsonSchema> {
  const headers = {
    "X-Request-Id": { $ref: "#/components/headers/RequestId" },
    ...(isIdempotent === true ? { "Idempotent-Replayed": { $ref: "#/components/headers/IdempotentReplayed" } } : {}),
  };
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, example, mediaType }]) => {
      const body = {
        ...(schema === undefined ? {} : { schema: describeSchema(schema, "output") }),
        ...(example === undefined ? {} : { example }),
      };
      const type = mediaType ?? (schema === undefined ? undefined : "application/json");
      return [status, { description, headers, ...(type === undefined ? {} : { content: { [type]: body } }) }];
    }),
  );
}
