import type { Context, Middleware } from "koa";
import type { BaseLogger } from "pino";
import { PROBLEMS, type Problem, type ProblemCode } from "../../shared/problems.ts";
import { CheckoutError, RequestError, VerificationError } from "../errors.ts";

/** How others than programs that speak our own interface are told what went wrong: people's browsers, a protocol. */
export interface ProblemForm {
  isFor: (ctx: Context) => boolean;
  answer: (ctx: Context, error: CheckoutError) => void;
}

/** What is known of problems beside their own words. */
export interface ProblemOptions {
  /** The first that is for a request answers it. */
  forms: readonly ProblemForm[];
  /** Told of each request in a provider's name that is not proven to be the provider's. */
  onForgery: (ctx: Context) => void;
}

/**
 * Answers every error, and only here: as `application/problem+json` (RFC 9457), or in the form that a request's caller
 * understands. What the caller may not know is logged and answered as `internal_error`; each failed verification is
 * logged once.
 */
export function answerProblems(log: BaseLogger, { forms, onForgery }: ProblemOptions): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      refuseUnanswered(ctx);
    } catch (cause) {
      const error = toCheckoutError(cause);
      logProblem(log, ctx, error);
      if (error instanceof VerificationError) onForgery(ctx);
      ctx.set(error.headers);
      const form = forms.find(({ isFor }) => isFor(ctx));
      if (form === undefined) writeProblem(ctx, error);
      else form.answer(ctx, error);
    }
  };
}

function writeProblem(ctx: Context, error: CheckoutError): void {
  const detail = exposedDetail(error);
  ctx.status = error.status;
  if (error.code === "unauthorized") ctx.set("WWW-Authenticate", "Bearer");
  ctx.body = JSON.stringify(toProblem(error.code, detail, ctx.state["requestId"] as string, error.errors));
  ctx.set("Content-Type", "application/problem+json; charset=utf-8");
}

/** Gives an error's message, or in its place where the cause is to be found, for whoever may not know it. */
export function exposedDetail({ expose, message }: CheckoutError): string {
  return expose ? message : "the operator finds the cause in the log under this request id";
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
  if (status === 413)
    return new RequestError("payload_too_large", "the body is larger than is accepted here", { cause: error });
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
