/** Holds what passes between Commerce Layer and an external gateway to a JSON Schema of the seed (002). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const ajv = new Ajv2020({ strict: false, allErrors: true });
for (const name of ["request", "answer"]) {
  const file = new URL(`../fixtures/commerce-layer/${name}.schema.json`, import.meta.url);
  ajv.addSchema(JSON.parse(readFileSync(file, "utf8")) as object);
}

/** Fails where something that passes between the two is not as the seed says. */
export function assertSeed(schema: string, value: unknown): void {
  const isValid = ajv.validate({ $ref: schema }, value);
  assert.ok(isValid, `${schema}: ${ajv.errorsText(ajv.errors)}: ${JSON.stringify(value)}`);
}

/** The same for an answer, by its action and status. */
export function assertAnswer(action: string, status: number, body: unknown): void {
  const name = status >= 400 ? (status === 401 || action === "token" ? "unread" : "error") : String(status);
  assertSeed(`answer#/$defs/${action === "token" && status < 400 ? "token" : name}`, body);
}
