import type { Context, Middleware } from "koa";
import type { BaseLogger } from "pino";
import { PROBLEMS, type Problem, type ProblemCode } from "../../shared/problems.ts";
import { CheckoutError, RequestError, VerificationError } from "../errors.ts";

/** How people's browsers, instead of programs, are told what went wrong. */
export interface ProblemPages {
  isPage: (ctx: Context) => boolean;
  answerPage: (ctx: Context, error: CheckoutError) => void;
  /** Told of each request in a provider's name that is not proven to be the provider's. */
  onForgery: (ctx: Context) => void;
}

/**
 * Answers every error, and only here: as `application/problem+json` (RFC 9457), or as a page. What the caller may not
 * know is logged and answered as `internal_error`; each failed verification is logged once.
 */
export function answerProblems(log: BaseLogger, { isPage, answerPage, onForgery }: ProblemPages): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      refuseUnanswered(ctx);
    } catch (cause) {
      const error = toCheckoutError(cause);
      logProblem(log, ctx, error);
      if (error instanceof VerificationError) onForgery(ctx);
      ctx.set(error.headers);
      if (isPage(ctx)) answerPage(ctx, error);
      else writeProblem(ctx, error);
    }
  };
}

function writeProblem(ctx: Context, error: CheckoutError): void {
  const detail = error.expose ? error.message : "the operator finds the cause in the log under this request id";
  ctx.status = error.status;
  if (error.code === "unauthorized") ctx.set("WWW-Authenticate", "Bearer");
  ctx.body = JSON.stringify(toProblem(error.code, detail, ctx.state["requestId"] as string, error.errors));
  ctx.set("Content-Type", "application/problem+json; charset=utf-8");
}

function refuseUnanswered(ctx: Context): void {
  if (ctx.body !== undefined && ctx.body !== null) return;
  if (ctx.status === 404) throw new RequestError("not_found", "there is nothing here");
  if (ctx.status === 405 || ctx.status === 501) {
    throw new RequestError("method_not_allowed", `${ctx.method} is not allowed here`);
  }
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
  // The route's pattern and not its path, which may carry a token.
  const request = {
    requestId: ctx.state["requestId"] as string,
    method: ctx.method,
    route: ctx["_matchedRoute"] as unknown,
  };
  if (error.status >= 500) log.error({ ...request, code: error.code, err: error }, "request failed");
  else if (error instanceof VerificationError) {
    log.warn({ ...request, code: error.code, reason: error.message }, "verification failed");
  } else log.debug({ ...request, code: error.code }, "request refused");
}
