import type { IncomingMessage } from "node:http";
import { Router } from "@koa/router";
import type { Context } from "koa";
import type { Checkout } from "../checkout/checkout.ts";
import type { Keys } from "../http/authorize.ts";

/** What every group of routes is given. */
export interface RouteContext {
  checkout: Checkout;
  keys: Keys;
  /** Counts a creation of a session without the secret key. @throws RequestError `rate_limited` */
  countCreation: (request: IncomingMessage) => void;
  /** Aborted when the server stops: answers that would go on end then. */
  closing: AbortSignal;
}

/** The checkout as one request uses it: whatever is logged on its way carries the request's id. */
export function ofRequest(checkout: Checkout, ctx: Context): Checkout {
  return { ...checkout, log: checkout.log.child({ requestId: ctx.state["requestId"] as string }) };
}

/** Makes an empty router; a route's name is what the log and the metrics call it. */
export function newRouter(): Router {
  return new Router({ strict: true, sensitive: true });
}
