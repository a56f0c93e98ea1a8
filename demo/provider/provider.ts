import { setTimeout as wait } from "node:timers/promises";
import Koa from "koa";
import type { Logger } from "pino";
import { listen, type Listening } from "../listen.ts";
import { DwollaGateway } from "./dwolla.ts";
import type { DwollaApplication } from "./dwolla-messages.ts";
import { ExternalGateway } from "./external.ts";
import type { ExternalAccount } from "./external-messages.ts";
import { refusalPage } from "./pages/payment-page.ts";
import { PaymentBook } from "./payment.ts";
import type { Stage } from "./play.ts";
import { Refusal } from "../refusal.ts";
import { providerRoutes } from "./routes.ts";
import type { UniversalAccount } from "./universal-messages.ts";

/** How the simulated provider is set up. */
export interface ProviderOptions {
  /** 0 takes a free one. */
  port: number;
  universalAccounts: readonly UniversalAccount[];
  dwollaApplications: readonly DwollaApplication[];
  externalAccounts?: readonly ExternalAccount[];
  now: () => Date;
  log: Logger;
  /** Lets "a few seconds" of its pages pass, until the signal ends them; three seconds where it is left out. */
  pause?: (signal: AbortSignal) => Promise<void>;
  /** How long a Dwolla checkout waits for the customer, in seconds. */
  dwollaLifetimeSeconds?: number;
}

/**
 * Starts the simulated provider: hosted payment pages that speak the Universal protocol, Dwolla's off-site gateway
 * and Commerce Layer's external gateway as a real provider would, with signatures written apart from the server's, so that the two cannot share a mistake.
 *
 * @throws Error with `code` `EADDRINUSE` where the port is taken
 */
export async function startProvider(options: ProviderOptions): Promise<Listening> {
  const { now, log, pause = pauseFor(3000) } = options;
  const ending = new AbortController();
  const stage: Stage = { now, log, pause: () => pause(ending.signal), signal: ending.signal };
  const book = new PaymentBook();
  const dwolla = new DwollaGateway({
    book,
    applications: options.dwollaApplications,
    now,
    lifetimeSeconds: options.dwollaLifetimeSeconds ?? 300,
  });
  const external = new ExternalGateway({ book, stage, accounts: options.externalAccounts ?? [] });
  const routes = providerRoutes({ book, dwolla, external, stage, universalAccounts: options.universalAccounts });

  const app = new Koa();
  app.use(answerRefusals);
  app.use(setHeaders);
  app.use(routes.routes());
  app.on("error", (error: unknown) => {
    // What was waiting when the provider ended has not failed.
    if (!ending.signal.aborted) log.error({ err: error }, "the provider failed");
  });
  const handle = app.callback();
  const listening = await listen((request, response) => void handle(request, response), options.port);
  return {
    url: listening.url,
    close: async () => {
      ending.abort();
      await listening.close();
    },
  };
}

/** The pause of a provider whose "few seconds" are as long as this, in milliseconds. */
export function pauseFor(delayMs: number): (signal: AbortSignal) => Promise<void> {
  return (signal) => wait(delayMs, undefined, { signal });
}

async function answerRefusals(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) throw new Refusal(404, "There is no such payment.");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ctx.status = error.status;
    ctx.type = "html";
    ctx.body = refusalPage(error.message);
  }
}

async function setHeaders(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  ctx.set({
    // No `frame-ancestors` and no `form-action`: which storefront frames the page, and through which addresses its
    // forms lead back, only the merchant knows.
    "Content-Security-Policy":
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  });
  await next();
}
