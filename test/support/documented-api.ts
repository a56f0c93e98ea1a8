import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { TestAnswer } from "./server.ts";
import type { ReceivedWebhook } from "./webhook-receiver.ts";

interface DocumentedAnswer {
  content?: Record<string, { schema?: object; example?: unknown; examples?: Record<string, { value: unknown }> }>;
}

interface DocumentedBody {
  required: boolean;
  content: NonNullable<DocumentedAnswer["content"]>;
}

/** What the tests read of an OpenAPI document. */
export interface ApiDocument {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        security: Record<string, unknown>[];
        parameters?: { $ref?: string }[];
        requestBody?: DocumentedBody;
        responses: Record<string, DocumentedAnswer>;
      }
    >
  >;
  webhooks: Record<
    string,
    { post: { operationId: string; parameters: { $ref: string }[]; requestBody: DocumentedBody } }
  >;
  components: { schemas: Record<string, object>; parameters: Record<string, { name: string; required?: boolean }> };
}

/** Holds answers to an OpenAPI document, and remembers which of them it has seen. */
export class DocumentedApi {
  readonly document: ApiDocument;
  /** Every answer seen, as `operationId status` and, for a problem, `operationId code`. */
  readonly seen = new Set<string>();
  readonly #ajv: Ajv2020;

  constructor(document: ApiDocument) {
    this.document = structuredClone(document);
    // Callers pass over fields that they do not know; here every one that is not described is a fault.
    closeObjects(this.document.components.schemas);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(this.document, "api");
  }

  /** Fails where an answer is not as the document says. */
  checkAnswer(method: string, path: string, { status, headers, body }: TestAnswer): void {
    const operation = this.document.paths[path]?.[method];
    assert.ok(operation, `${method} ${path} is not described`);
    const name = `${operation.operationId} ${status}`;
    const answer = operation.responses[String(status)];
    assert.ok(answer, `${name} is not described: ${JSON.stringify(body)}`);
    assert.ok(headers.get("x-request-id"), `${name} has no request id`);
    this.seen.add(name);
    const type = headers.get("content-type")?.split(";")[0];
    if (answer.content === undefined) return;
    const described = answer.content[type ?? ""] ?? answer.content["*/*"];
    assert.ok(described, `${name}: the content type ${type} is not described`);
    const pointer = ["paths", path, method, "responses", String(status), "content", type ?? "", "schema"];
    if (described.schema !== undefined) this.checkValue(pointer, body, name);
    const { code } = (typeof body === "object" ? body : {}) as { code?: string };
    if (type === "application/problem+json") this.seen.add(`${operation.operationId} ${code}`);
  }

  /** Fails where a webhook is not as the document says of its type. */
  checkWebhook({ type, headers, message }: ReceivedWebhook): void {
    const webhook = this.document.webhooks[type]?.post;
    assert.ok(webhook, `the webhook ${type} is not described`);
    assert.equal(webhook.parameters.length, 3);
    for (const { $ref } of webhook.parameters) {
      const name = $ref.split("/").at(-1) ?? "";
      const value = headers[this.document.components.parameters[name]?.name ?? ""];
      this.checkValue(["components", "parameters", name, "schema"], value, `${type} ${name}`);
    }
    const place = ["webhooks", type, "post", "requestBody", "content", "application/json", "schema"];
    this.checkValue(place, message, type);
    this.seen.add(webhook.operationId);
  }

  /** Fails where a value is not of the schema at a place of the document. */
  checkValue(pointer: readonly string[], value: unknown, name: string): void {
    const place = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = this.#ajv.compile({ $ref: `api#/${place}` });
    assert.ok(validate(value), `${name}: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  }
}

function closeObjects(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  const fields = schema as Record<string, unknown>;
  if (fields["type"] === "object" && fields["properties"] !== undefined) fields["additionalProperties"] ??= false;
  for (const part of Object.values(fields)) closeObjects(part);
}
