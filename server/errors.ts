import { PROBLEMS, type InputIssue, type ProblemCode } from "../shared/problems.ts";

/** What an error may carry beside its code and detail. */
export interface CheckoutErrorOptions {
  cause?: unknown;
  /** Every offending place of the input. */
  errors?: InputIssue[];
  /** Headers that the answer needs, such as `Retry-After`. */
  headers?: Record<string, string>;
}

/**
 * A broken rule or a fault, with the stable `code` of the HTTP interface and its status.
 * Subclasses say who must act. Its message reaches the caller only where `expose` is true, and never holds a secret.
 */
export class CheckoutError extends Error {
  readonly code: ProblemCode;
  readonly errors: InputIssue[] | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, message: string, { cause, errors, headers = {} }: CheckoutErrorOptions = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get expose(): boolean {
    return this.code !== "internal_error";
  }
}

/** The caller must send something else. */
export class RequestError extends CheckoutError {}

/** The caller must correct these fields. */
export class InputError extends RequestError {
  constructor(errors: InputIssue[], options: CheckoutErrorOptions = {}) {
    const places = errors.map(({ path, message }) => `${path === "" ? "the body" : path} ${message}`);
    super("invalid_input", places.join("; "), { ...options, errors });
  }
}

/** The record is in a state that does not allow this; the caller must look at it again. */
export class StateError extends CheckoutError {}

/** What came in a provider's name is not proven to be the provider's; nobody may act on it. */
export class VerificationError extends CheckoutError {
  constructor(
    message: string,
    options: CheckoutErrorOptions & {
      code?: "signature_invalid" | "verification_failed" | "not_found" | "malformed_request";
    } = {},
  ) {
    super(options.code ?? "signature_invalid", message, options);
  }
}

/** The provider refused, failed or did not answer; it, or the gateway's configuration, must change. */
export class GatewayError extends CheckoutError {
  /** Whether the provider may have done it all the same: true unless it said no. */
  readonly inDoubt: boolean;

  constructor(
    code: "gateway_unavailable" | "gateway_declined" | "circuit_open" | "unsupported_operation",
    message: string,
    { inDoubt = code === "gateway_unavailable", ...options }: CheckoutErrorOptions & { inDoubt?: boolean } = {},
  ) {
    super(code, message, options);
    this.inDoubt = inDoubt;
  }
}

/** The provider is being asked for the same by another call, whose answer is to come. */
export class CallUnderWayError extends GatewayError {
  constructor(message: string) {
    super("gateway_unavailable", message, { headers: { "Retry-After": "1" } });
  }
}

/** The operator must act: the store cannot take or give records. */
export class StoreError extends CheckoutError {}

/** The store cannot tell whether a change happened; the caller repeats it with the same idempotency key. */
export class StoreDoubtError extends StoreError {}

/** A change would give a second record a key that belongs to one for ever. */
export class KeyConflictError extends CheckoutError {
  readonly key: string;

  constructor(key: string) {
    super("invalid_state", `${key} belongs to another record`);
    this.key = key;
  }
}
