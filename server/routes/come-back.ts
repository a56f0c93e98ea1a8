import type Router from "@koa/router";
import type { Context } from "koa";
import { PATHS } from "../../shared/paths.ts";
import { findTripByToken, settleCancel, settleReturn, shopAddress } from "../checkout/come-back.ts";
import { RequestError } from "../errors.ts";
import type { Trip } from "../gateways/gateway.ts";
import { mediaType, PROVIDER_MEDIA_TYPES, requireMediaType } from "../http/body.ts";
import { isLookAhead, readProviderRequest } from "../http/provider-request.ts";
import { answerReturnPage } from "../pages/return-page.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

/** Serves the addresses at which the customer's browser comes back from the provider. */
export function comeBackRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();

  router.register(PATHS.return(":token"), ["GET", "HEAD", "POST"], async (ctx) => {
    const trip = await findTripByToken(checkout, ctx.params["token"] ?? "");
    if (refuseLookAhead(ctx)) return;
    try {
      await settleReturn(ofRequest(checkout, ctx), trip, readProviderRequest(ctx));
    } catch (error) {
      // What cannot be read proves nothing; who brings it may have paid all the same, and the shop's page asks.
      if (!(error instanceof RequestError) || error.code !== "malformed_request") throw error;
      ofRequest(checkout, ctx).log.warn({ attemptId: trip.attempt.id }, "a return could not be read");
    }
    goOn(ctx, trip, "returned");
  });

  router.register(PATHS.cancel(":token"), ["GET", "HEAD", "POST"], async (ctx) => {
    const trip = await findTripByToken(checkout, ctx.params["token"] ?? "");
    if (refuseLookAhead(ctx)) return;
    if (mediaType(ctx) !== null) requireMediaType(ctx, PROVIDER_MEDIA_TYPES);
    // Whoever has paid must not be told that nothing was paid, and try again.
    const isUnpaid = await settleCancel(ofRequest(checkout, ctx), trip);
    goOn(ctx, trip, isUnpaid ? "cancelled" : "returned");
  });

  return router;

  function goOn(ctx: Context, trip: Trip, type: "returned" | "cancelled"): void {
    const address = shopAddress(trip.session, type === "cancelled");
    if (trip.attempt.presentation === "redirect") {
      // 303 also after a POST: the shop is asked for with GET.
      ctx.status = 303;
      ctx.redirect(address);
    } else {
      answerReturnPage(ctx, trip, { type, shopAddress: address, storefronts: [...checkout.storefronts] });
    }
  }
}

function refuseLookAhead(ctx: Context): boolean {
  if (!isLookAhead(ctx)) return false;
  // An answer that is not a success makes the browser ask again when the customer really goes there.
  ctx.status = ctx.method === "HEAD" ? 200 : 503;
  ctx.body = "";
  return true;
}
