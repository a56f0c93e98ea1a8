/** The closed list of `code`s that an error can carry, each with its HTTP status and RFC 9457 title. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: "The request cannot be read" },
  invalid_input: { status: 422, title: "The input is not valid" },
  unsupported_media_type: { status: 415, title: "The media type is not supported" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unauthorized: { status: 401, title: "A valid key is needed" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  session_complete: { status: 409, title: "The checkout session is already paid" },
  session_closed: { status: 409, title: "The checkout session is closed" },
  invalid_state: { status: 409, title: "Not possible in this state" },
  operation_in_doubt: { status: 409, title: "An earlier operation is still in doubt" },
  verification_failed: { status: 409, title: "The provider's word could not be confirmed" },
  amount_too_large: { status: 422, title: "The amount is too large" },
  unsupported_operation: { status: 422, title: "The gateway cannot do this" },
  idempotency_key_reused: { status: 422, title: "The idempotency key was used with another request" },
  idempotency_key_in_use: { status: 409, title: "A request with this idempotency key is still running" },
  signature_invalid: { status: 401, title: "The signature is not valid" },
  gateway_declined: { status: 402, title: "The provider declined" },
  gateway_unavailable: { status: 502, title: "The provider could not be reached" },
  circuit_open: { status: 503, title: "Calls to the provider are suspended" },
  rate_limited: { status: 429, title: "Too many requests" },
  storage_full: { status: 507, title: "The disk is full" },
  storage_unavailable: { status: 503, title: "The store is not available" },
  internal_error: { status: 500, title: "Something went wrong here" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable error code of the HTTP interface. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The reasons that only an attempt carries, beside every {@link ProblemCode}. */
export const ATTEMPT_CODES = [
  "amount_mismatch",
  "currency_mismatch",
  "environment_mismatch",
  "provider_error",
] as const;
/** A reason why an attempt ended without counting. */
export type AttemptCode = (typeof ATTEMPT_CODES)[number] | ProblemCode;

/** One fault of the input: `path` is a JSON Pointer (RFC 6901) into the body, `""` for the whole. */
export interface InputIssue {
  path: string;
  message: string;
}

/** An error answer, `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  requestId: string;
  errors?: InputIssue[];
}
