import type Router from "@koa/router";
import { PATHS } from "../../shared/paths.ts";
import { SearchQuery } from "../../shared/search.ts";
import { StatisticsQuery } from "../../shared/statistics.ts";
import { searchSessions } from "../checkout/search-sessions.ts";
import { viewSession } from "../checkout/view.ts";
import { requireMerchant } from "../http/authorize.ts";
import { readParameters } from "../http/query.ts";
import { newRouter, type RouteContext } from "./route-context.ts";

const DAY_MS = 86_400_000;

/** Serves the merchant's view over all payments: how many there are of each kind, and where a name leads. */
export function overviewRoutes({ checkout, keys }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.statistics, async (ctx) => {
    requireMerchant(ctx, keys);
    const { days } = readParameters(ctx, StatisticsQuery);
    const now = checkout.now().getTime();
    const from = dayOf(now - (days - 1) * DAY_MS);
    ctx.body = { from, to: dayOf(now), data: await checkout.store.sumPayments(`${from}T00:00:00.000Z`) };
  });

  router.get(PATHS.search, async (ctx) => {
    requireMerchant(ctx, keys);
    const { text } = readParameters(ctx, SearchQuery);
    const ledgers = await searchSessions(checkout, text);
    ctx.body = { data: ledgers.map((ledger) => viewSession(checkout, ledger, "merchant")) };
  });

  return router;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, "2026-11-27".length);
}
