import { randomBytes } from "node:crypto";
import { Router } from "@koa/router";
import type { Context } from "koa";
import { PATHS } from "../../../shared/paths.ts";
import { PROBLEMS, type Problem, type ProblemCode } from "../../../shared/problems.ts";
import { CreatedCheckoutSession, StartedAttempt, type Attempt } from "../../../shared/records.ts";
import { StartAttemptRequest } from "../../../shared/requests.ts";
import { readBody } from "../../read-body.ts";
import { sampleAttempt, sampleSession } from "./samples.ts";
import type { GalleryState, Mishap } from "./state.ts";
import { findState } from "./states.ts";

const PREFIX = "/gallery/server";
/** So many elements are remembered to have started an attempt. */
const MOST_STARTED = 1000;
const PUBLIC = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key",
};

/** The path of a state's sample server: what an element's `server` names. */
export const samplePath = (stateId: string): string => `${PREFIX}/${stateId}`;

/** Makes up a client secret: the sample server takes any, and tells elements apart by it. */
export const sampleSecret = (): string => `cs_secret_${randomBytes(16).toString("base64url")}`;

/** Where the sample servers send on. */
export interface SampleServerOptions {
  /** The shop's own origin, once it is known. */
  shopUrl: () => string;
  /** The real server, which has the words. */
  serverUrl: string;
  providerUrl: string;
}

/**
 * Answers the element's calls with sample data, so that it shows one state: not for money, but for looking at. An
 * address for each state stands in for a whole server, and any page may call it.
 *
 * 1. A session is read as the state has it, or something befalls the answer.
 * 2. An attempt that is started leads to the provider's sample page, and is remembered by the element's secret.
 * 3. A session is made for whoever asks. The next page finds it over, so that the order is offered anew.
 * 4. The words of languages are the server's own.
 */
export function sampleServerRoutes({ shopUrl, serverUrl, providerUrl }: SampleServerOptions): Router {
  const router = new Router({ prefix: `${PREFIX}/:state` });
  const started = new Map<string, Attempt>();

  router.use(async (ctx, next) => {
    ctx.set(PUBLIC);
    await next();
  });
  router.options("/{*path}", (ctx) => {
    ctx.status = 204;
  });
  router.get(PATHS.session(":id"), (ctx) =>
    answerAs(ctx, "read", (state) => {
      const attempt = started.get(ctx.get("authorization"));
      const isOver = state.view === "offer" && attempt === undefined;
      return sampleSession(isOver ? { ...state, session: { status: "expired" } } : state, shopUrl(), attempt);
    }),
  );
  router.post(PATHS.sessions, (ctx) =>
    answerAs(ctx, "start", (state) => {
      ctx.status = 201;
      return CreatedCheckoutSession.parse({ ...sampleSession(state, shopUrl()), clientSecret: sampleSecret() });
    }),
  );
  router.post(PATHS.attempts(":id"), async (ctx) => {
    const asked = StartAttemptRequest.safeParse(readJson(await readBody(ctx)));
    answerAs(ctx, "start", (state) => {
      if (!asked.success) return describeProblem(ctx, "invalid_input");
      const attempt = sampleAttempt({ gateway: asked.data.gateway ?? "card", presentation: asked.data.presentation });
      remember(started, ctx.get("authorization"), attempt);
      ctx.status = 201;
      const page = ctx.get("referer") || `${shopUrl()}${samplePath(state.id)}/nowhere`;
      // To another place on the same page, or to an answer without one: the browser stays where it is.
      const url = state.view === "leaving" ? `${page}#leaving` : `${providerUrl}/sample`;
      return StartedAttempt.parse({ attempt, handoff: { method: "GET", url } });
    });
  });
  router.get("/nowhere", (ctx) => {
    ctx.status = 204;
  });
  router.get("/:file", (ctx) => {
    const file = ctx.params["file"] ?? "";
    if (!/^offsite-checkout\.[\w.]+\.json$/.test(file)) return;
    ctx.redirect(`${serverUrl}/${file}`);
  });
  return router;
}

/** Answers as a call of the state's server is answered, unless something befalls it. */
function answerAs(ctx: Context, call: "read" | "start", answer: (state: GalleryState) => object): void {
  const state = findState(ctx["params"].state);
  const mishap: Mishap | undefined = state === undefined ? "not_found" : state.mishaps?.[call];
  if (mishap === "silence") ctx.respond = false;
  else if (mishap === "broken") {
    ctx.respond = false;
    ctx.res.destroy();
  } else if (mishap !== undefined) ctx.body = describeProblem(ctx, mishap);
  else if (state !== undefined) ctx.body = answer(state);
}

function describeProblem(ctx: Context, code: ProblemCode): Problem {
  const { status, title } = PROBLEMS[code];
  ctx.status = status;
  ctx.type = "application/problem+json";
  return { type: "about:blank", title, status, detail: "This is a sample.", code, requestId: "sample" };
}

function remember(started: Map<string, Attempt>, secret: string, attempt: Attempt): void {
  started.set(secret, attempt);
  const [oldest] = started.keys();
  if (started.size > MOST_STARTED && oldest !== undefined) started.delete(oldest);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
