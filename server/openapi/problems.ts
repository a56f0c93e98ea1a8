import { PROBLEMS, type ProblemCode } from "../../shared/problems.ts";
import type { DescribedOperation } from "./operation.ts";
import { describeSchema, type JsonSchema } from "./schemas.ts";

/** Lists every code that an operation can answer: its own, and those of its kind. */
export function problemCodes({ callers, body, query, isIdempotent, problems = [] }: DescribedOperation): ProblemCode[] {
  const codes = new Set<ProblemCode>(problems);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  if (!callers.includes("anyone")) add("unauthorized");
  if (body !== undefined) add("malformed_request", "unsupported_media_type", "payload_too_large", "invalid_input");
  if (query !== undefined) add("malformed_request", "invalid_input");
  if (isIdempotent === true) add("invalid_input", "idempotency_key_reused", "idempotency_key_in_use");
  add("storage_full", "storage_unavailable", "internal_error");
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

/** Makes the answers of an operation's problems, by status. */
export function describeProblems(operation: DescribedOperation): Record<string, JsonSchema> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodes(operation)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [String(status), describe(codes, operation)]));
}

function describe(
  codes: readonly ProblemCode[],
  { isPage, failure }: Pick<DescribedOperation, "isPage" | "failure">,
): JsonSchema {
  const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(" ");
  const headers = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };
  if (isPage === true) return { description, headers, content: { "text/html": {} } };
  if (failure !== undefined) {
    return { description, headers, content: { "application/json": { schema: describeSchema(failure, "output") } } };
  }
  const schema = {
    allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }],
  };
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
  const mayComeBack = codes.some((code) =>
    ["rate_limited", "storage_unavailable", "idempotency_key_in_use"].includes(code),
  );
  return {
    description,
    headers: { ...headers, ...(mayComeBack ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } : {}) },
    content: { "application/problem+json": { schema, examples } },
  };
}

function exampleOf(code: ProblemCode) {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:offsite-checkout:problem:${code}`,
    title,
    status,
    detail: "What was expected, and what came.",
    code,
    requestId: "0b6e1b0e-3a55-4c1c-9c6f-5b1f3c0c8d11",
    ...(code === "invalid_input" ? { errors: [{ path: "/currency", message: "is required" }] } : {}),
  };
}
