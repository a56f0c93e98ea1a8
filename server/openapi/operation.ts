import type { z } from "zod";
import type { ProblemCode } from "../../shared/problems.ts";

/** Who may call: with which key, or without one. */
export type Caller = "secretKey" | "clientSecret" | "anyone";

/** One answer that is no problem. */
export interface DescribedAnswer {
  description: string;
  /** The body's shape; absent where it is no JSON. */
  schema?: z.ZodType;
  example?: unknown;
  /** The media type of a body that is no JSON. */
  mediaType?: string;
}

/**
 * One operation of the HTTP interface in words and shapes, for `/openapi.json`. What every operation of its kind can
 * answer, such as `unauthorized` where a key is needed, is added by {@link describeApi} and not listed again.
 */
export interface DescribedOperation {
  method: "get" | "post" | "delete";
  /** As the router has it, from `PATHS`, with `:name` for its parameters. */
  path: string;
  /** Unique, for generated clients: verb and noun. */
  operationId: string;
  tag: ApiTag;
  summary: string;
  description?: string;
  callers: readonly Caller[];
  /** Takes an `Idempotency-Key`. */
  isIdempotent?: true;
  query?: z.ZodObject;
  body?: {
    schema: z.ZodType;
    /** By name; the first is shown first. */
    examples: Readonly<Record<string, unknown>>;
    isOptional?: true;
    mediaTypes?: readonly string[];
  };
  /** By HTTP status. */
  answers: Readonly<Record<number, DescribedAnswer>>;
  problems?: readonly ProblemCode[];
  /** The shape of every error, where it is no `application/problem+json`. */
  failure?: z.ZodType;
  /** True where people's browsers call: a problem is a page then. */
  isPage?: true;
}

/** The parts of the API, in the order of the page. */
export const TAGS = {
  "Checkout sessions": "One order to be paid, from its creation to its end.",
  Payments: "Money that is authorized, pending or taken, and what can be done with it.",
  "Payment sources": "What customers have agreed to be charged by again.",
  Overview: "All payments at a glance, and where a name leads.",
  Events: "Everything that happened, in order.",
  "Webhook deliveries": "What was, is and could not be delivered to the merchant's endpoints.",
  Gateways: "The configured providers.",
  "Commerce Layer":
    "What an organization calls whose external payment gateway is this server; none of it is for merchants.",
  "Customer's way": "What the customer's browser and the provider's server call; none of it is for merchants.",
  Operation: "For whoever runs the server.",
} as const;
/** The name of a part of the API. */
export type ApiTag = keyof typeof TAGS;
