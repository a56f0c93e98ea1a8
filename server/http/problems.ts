import type { Context, Middleware } from "koa";
import type { BaseLogger } from "pino";
import { PROBLEMS, type Problem, type ProblemCode } from "../../shared/problems.ts";
import { CheckoutError, RequestError, VerificationError } from "../errors.ts";

/**
 * Answers every error, and only here, as `application/problem+json` (RFC 9457). What the caller may not know is
 * logged and answered as `internal_error`; each failed verification is logged once.
 */
export function answerProblems(log: BaseLogger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new RequestError("not_found", "there is nothing here");
    } catch (error) {
      const problem = toCheckoutError(error);
      logProblem(log, ctx, problem);
      writeProblem(ctx, problem);
    }
  };
}

/** Writes an error as the answer of a request. */
export function writeProblem(ctx: Context, error: CheckoutError): void {
  const detail = error.expose ? error.message : "the operator finds the cause in the log under this request id";
  const problem = toProblem(error.code, detail, ctx.state["requestId"] as string, error.errors);
  ctx.status = problem.status;
  ctx.set(error.headers);
  if (error.code === "unauthorized") ctx.set("WWW-Authenticate", "Bearer");
  ctx.set("Content-Type", "application/problem+json; charset=utf-8");
  ctx.body = JSON.stringify(problem);
}

/** Makes the body of an error answer. */
export function toProblem(code: ProblemCode, detail: string, requestId: string, errors?: Problem["errors"]): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:offsite-checkout:problem:${code}`,
    title,
    status,
    detail,
    code,
    requestId,
    ...(errors === undefined ? {} : { errors }),
  };
}

function toCheckoutError(error: unknown): CheckoutError {
  if (error instanceof CheckoutError) return error;
  const { status, code } = error as { status?: unknown; code?: unknown };
  // What Koa and its body reader throw before any of our own code runs.
  if (status === 413) return new RequestError("payload_too_large", "the body is larger than 64 KiB", { cause: error });
  if (status === 400 || code === "ECONNABORTED" || code === "ECONNRESET") {
    return new RequestError("malformed_request", "the request could not be read", { cause: error });
  }
  return new CheckoutError("internal_error", "an unexpected error", { cause: error });
}

function logProblem(log: BaseLogger, ctx: Context, error: CheckoutError): void {
  const request = { requestId: ctx.state["requestId"] as string, method: ctx.method, route: ctx.state["route"] as string };
  if (error.status >= 500) log.error({ ...request, code: error.code, err: error }, "request failed");
  else if (error instanceof VerificationError) {
    log.warn({ ...request, code: error.code, reason: error.message }, "verification failed");
  } else log.debug({ ...request, code: error.code }, "request refused");
}
