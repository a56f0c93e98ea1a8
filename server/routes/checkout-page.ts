import type Router from "@koa/router";
import type { Context } from "koa";
import { z } from "zod";
import { PATHS } from "../../shared/paths.ts";
import { safeText } from "../../shared/records.ts";
import { shopAddress } from "../checkout/come-back.ts";
import { bringUpToDate } from "../checkout/due-work.ts";
import { readLedger } from "../checkout/settle.ts";
import { startAttempt } from "../checkout/start-attempt.ts";
import { viewSession } from "../checkout/view.ts";
import { StateError } from "../errors.ts";
import { bodyBytes, FORM_TYPE, readAs, requireMediaType } from "../http/body.ts";
import { refuseForeignForm } from "../http/foreign-form.ts";
import { isLookAhead } from "../http/provider-request.ts";
import { answerCheckoutPage } from "../pages/checkout-page.ts";
import { answerHandoffPage } from "../pages/handoff-page.ts";
import { parseForm } from "../parse.ts";
import { ledgerKey, type Ledger } from "../stores/ledger.ts";
import { newRouter, ofRequest, type RouteContext } from "./route-context.ts";

const PayForm = z.strictObject({ gateway: safeText(100) });

/** Serves a session as a plain page, which pays without JavaScript, start to end. */
export function checkoutPageRoutes({ checkout }: RouteContext): Router {
  const router = newRouter();

  router.get(PATHS.page(":token"), async (ctx) => {
    const ledger = await findLedger(ctx.params["token"] ?? "");
    showPage(ctx, isLookAhead(ctx) ? ledger : await bringUpToDate(checkout, ledger.session.id, ledger));
  });

  router.post(PATHS.page(":token"), async (ctx) => {
    const { session } = await findLedger(ctx.params["token"] ?? "");
    refuseForeignForm(ctx, checkout.publicUrl);
    requireMediaType(ctx, [FORM_TYPE]);
    const { gateway } = readAs(PayForm, { ...parseForm(bodyBytes(ctx) ?? "") });
    const { handoff } = await startAttempt(ofRequest(checkout, ctx), session.id, { gateway, presentation: "redirect" });
    if (handoff.method === "GET") {
      ctx.status = 303;
      ctx.redirect(handoff.url);
    } else {
      const label = checkout.gateways.get(gateway)?.label ?? gateway;
      answerHandoffPage(ctx, handoff, { label, environment: checkout.environment });
    }
  });

  return router;

  async function findLedger(token: string): Promise<Ledger> {
    const sessionId = await checkout.store.findSessionId(ledgerKey.page(token));
    if (sessionId === null) throw new StateError("not_found", "there is no such checkout page");
    return readLedger(checkout, sessionId);
  }

  function showPage(ctx: Context, ledger: Ledger): void {
    const { session, attempts, payments } = ledger;
    const pending = payments.findLast(({ state }) => state === "pending");
    const attempt = attempts.find(({ id }) => id === pending?.attemptId);
    const gateway = attempt && checkout.gateways.get(attempt.gateway);
    answerCheckoutPage(ctx, viewSession(checkout, ledger, "customer"), {
      shopAddress: shopAddress(session, false),
      leaveAddress: shopAddress(session, true),
      instructions: attempt && gateway?.instructions?.({ session, attempt }, session.locale),
    });
  }
}
